"""What all built-in normalizers share: two numbers that become 0 and 1, over a chosen part."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from debcr_core.components import Array, Floats, Normalization, Normalizer, Position
from debcr_core.errors import UsageError
from debcr_core.signature import Kind

if TYPE_CHECKING:
    import xarray as xr

SEPARATE = {"image": "", "channel": "c", "slice": "tcz"}
Per = Literal["image", "channel", "slice"]
CLIP = "Cut off what lies outside 0…1; such pixels do not come back exactly."


@dataclass(frozen=True)
class Linear(Normalization):
    """The map ``(x − zero) / (one − zero)``, and back.

    Where `zero` equals `one`, the image (or slice, or channel) is constant: it maps to 0 and
    comes back as that constant, whatever the network makes of it.

    Attributes
    ----------
    zero, one : numpy.ndarray
        float64, broadcastable to the blocks: the intensities that become 0 and 1.
    clip : bool
        Whether `apply` cuts off what lies outside 0…1.
    channel : int
        The axis of channels in the blocks of output: the second where there is time before it.
    """

    zero: Array
    one: Array
    clip: bool = False
    channel: int = 0

    def at(self, position: Position) -> Linear:
        """Return the map for one part of the image (see `Normalization.at`)."""
        channel = 1 if isinstance(position.get("t"), slice) else 0
        return Linear(_part(self.zero, position), _part(self.one, position), self.clip, channel)

    def apply(self, block: Array) -> Floats:
        """Map intensities to the network's scale, as float32."""
        span = self.one - self.zero
        scaled = (block.astype(np.float64) - self.zero) / np.where(span == 0, 1, span)
        return np.asarray(np.clip(scaled, 0, 1) if self.clip else scaled, np.float32)

    def undo(self, output: Floats, given: Array, kinds: tuple[Kind, ...]) -> Floats:  # noqa: ARG002
        """Map the network's scale back to intensities (see `Normalization.undo`).

        Where the network makes another number of channels than it sees, and these have maps of
        their own, the mean of the maps serves.
        """
        zero, one = (_for_output(values, output, self.channel) for values in (self.zero, self.one))
        shape = [1] * output.ndim
        shape[self.channel] = len(kinds)
        shifted = np.array([kind == "intensity" for kind in kinds]).reshape(shape)
        # What float32 cannot hold becomes infinite, and is refused where pixels are finished.
        with np.errstate(over="ignore"):
            return np.asarray(output * (one - zero) + np.where(shifted, zero, 0), np.float32)

    def record(self) -> dict[str, Any]:
        """Return zero, one and clip, the former nested by t, c, z where they differ."""
        return {"zero": self.zero.tolist(), "one": self.one.tolist(), "clip": self.clip}


def _part(values: Array, position: Position) -> Array:
    """Index an array that has length one along the axes over which it is constant."""
    index = tuple(
        place if size > 1 else (0 if isinstance(place, int) else slice(None))
        for size, place in zip(values.shape, position.values(), strict=True)
    )
    return np.asarray(values[index])


def _for_output(values: Array, output: Floats, channel: int) -> Array:
    """Return a map's numbers for blocks of output, which have channels in any case."""
    if values.ndim < output.ndim:
        return np.expand_dims(values, channel)
    if values.shape[channel] in (1, output.shape[channel]):
        return values
    return np.asarray(values.mean(axis=channel, keepdims=True))


class LinearNormalizer(Normalizer):
    """Base of normalizers that are fixed by the two intensities which become 0 and 1."""

    per: Per = Field(
        "image",
        description="Fit over the whole image, each channel, or each plane (t, c, z) by itself.",
    )

    @abstractmethod
    def zero_and_one(self, part: xr.DataArray) -> tuple[float, float]:
        """Return the intensities of one part of the image that become 0 and 1."""

    def fit(self, image: xr.DataArray) -> Linear:
        """Take the statistics of each part (see `Normalizer.fit`)."""
        separate = tuple(SEPARATE[self.per])
        shape = [size if dim in separate else 1 for dim, size in image.sizes.items()]
        zero, one = np.empty(shape), np.empty(shape)
        for index in np.ndindex(*shape):
            place = zip(image.dims, index, strict=True)
            part = image.isel({dim: [i] for dim, i in place if dim in separate})
            zero[index], one[index] = self.zero_and_one(part)
        return Linear(zero, one, self.clips)

    def recall(self, record: Mapping[str, Any], image: xr.DataArray) -> Linear:
        """Return the map of a record (see `Normalizer.recall`)."""
        zero, one = (np.array(record[key], np.float64) for key in ("zero", "one"))
        separate = tuple(SEPARATE[self.per])
        shape = tuple(size if dim in separate else 1 for dim, size in image.sizes.items())
        if not zero.shape == one.shape == shape:
            raise UsageError(
                f'The record of the normalizer "{self.name}" holds numbers of shapes {zero.shape} '
                f"and {one.shape}, but this image takes {shape}."
            )
        return Linear(zero, one, bool(record["clip"]))

    @property
    def clips(self) -> bool:
        """Whether the normalized image is limited to 0…1."""
        return False


class RangeNormalizer(LinearNormalizer):
    """Base of normalizers with two ends, beyond which intensities may be cut off."""

    low: float = Field(description="What becomes 0.")
    high: float = Field(description="What becomes 1.")
    clip: bool = Field(False, description=CLIP)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.low >= self.high:
            raise ValueError(f"low must be below high; they are {self.low} and {self.high}")
        return self

    @property
    def clips(self) -> bool:
        """Whether the normalized image is limited to 0…1."""
        return self.clip
