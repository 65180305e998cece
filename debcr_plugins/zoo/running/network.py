"""What all networks of bundles share: the tensor layout and sizes of their RDF, made ours."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from math import prod
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from debcr_core.components import Array, Floats, Model, Predictor
from debcr_core.errors import ReadError, UsageError
from debcr_core.signature import Channel, Signature
from debcr_core.stopping import Stop
from debcr_plugins.zoo.access.cache import how_to_fetch_anew
from debcr_plugins.zoo.running.bounds import MAX_CHANNELS, MAX_SIZE
from debcr_plugins.zoo.running.described_axes import MAX_PIXELS
from debcr_plugins.zoo.running.tensors import SINGLE, SPATIAL

Size = Annotated[int, Field(ge=1, le=MAX_SIZE)]
Margin = Annotated[int, Field(ge=0, le=MAX_SIZE)]

FORMER = {
    "seen": "channels_in",
    "smallest": "min_size",
    "steps": "stride",
    "margin": "halo",
    "lost": "unpadded",
}
"""What fields were called before version 0.2."""


class BundledNetwork(Model):
    """A network that comes with a bundle, as its RDF describes it.

    An array in the network's own layout is made from ``(batch, channel, [t, z,] y, x)``, and back.
    A network that returns less than it sees (convolutions without padding) is given tiles that
    are continued by reflection, so that it returns as much as was asked for.
    """

    input_layout: str = Field(
        "bcyx",
        pattern=r"^[bctzyxs]+$",
        description="Axes of the network's input, in its order; s is an axis of length one.",
    )
    output_layout: str = Field(
        "bcyx",
        pattern=r"^[bctzyxs]+$",
        description="Axes of the network's output, in its order; s is an axis of length one.",
    )
    channels_in: int = Field(
        1, ge=1, le=MAX_CHANNELS, description="Number of channels that it sees at once."
    )
    channels_out: tuple[Channel, ...] = Field(
        (Channel(),), min_length=1, description="Name and kind of each channel that it returns."
    )
    min_size: tuple[Size, ...] = Field(
        (1, 1),
        description="Smallest size of its input, for each spatial axis.",
        json_schema_extra={"advanced": True},
    )
    stride: tuple[Size, ...] = Field(
        (1, 1),
        description="By how much sizes of its input differ, for each spatial axis.",
        json_schema_extra={"advanced": True},
    )
    fixed: bool = Field(
        False,
        description="Whether the smallest size is the only one.",
        json_schema_extra={"advanced": True},
    )
    halo: tuple[Margin, ...] | None = Field(
        None,
        description="Pixels at a tile's border that are not valid, for each spatial axis; "
        "measured where it is not given.",
        json_schema_extra={"advanced": True},
    )
    unpadded: tuple[Margin, ...] = Field(
        (0, 0),
        description="Pixels by which its output is smaller on each side than its input.",
        json_schema_extra={"advanced": True},
    )
    output_index: int = Field(
        0,
        ge=0,
        description="Which of its outputs is the image.",
        json_schema_extra={"advanced": True},
    )
    input_type: str = Field(
        "float32",
        description="Pixel type that the network wants.",
        json_schema_extra={"advanced": True},
    )

    @model_validator(mode="before")
    @classmethod
    def _former_names(cls, given: Any) -> Any:
        """Understand recipes that were written before fields were named as in signatures."""
        if not isinstance(given, dict):
            return given
        told = {FORMER.get(key, key): value for key, value in given.items()}
        made, names = told.pop("returned", None), told.pop("names", ())
        if made is not None and "channels_out" not in told:
            told["channels_out"] = _former_channels(made, names)
        return told

    @model_validator(mode="after")
    def _of_sizes_that_networks_have(self) -> Self:
        """Refuse what would continue an image without measure, in a recipe that a bundle holds."""
        axes = sum(axis in SPATIAL for axis in self.input_layout)
        halo = self.halo if self.halo is not None else (0,) * axes
        if any(len(each) != axes for each in (self.min_size, self.stride, self.unpadded, halo)):
            raise ValueError(
                f"min_size, stride, halo and unpadded need {axes} numbers each, one for every axis "
                f"of space and time in {self.input_layout}"
            )
        margins = ([2 * margin + 1 for margin in each] for each in (halo, self.unpadded))
        for sizes in (self.min_size, self.stride, *margins):
            if prod(sizes) > MAX_PIXELS:
                shown = "×".join(f"{size:.3g}" for size in sizes)
                raise ValueError(f"sizes, strides or margins of {shown} pixels are too large")
        return self

    @property
    def signature(self) -> Signature:
        """What the RDF says, of tiles: what the network loses at their borders is halo, too."""
        spatial = "".join(axis for axis in SPATIAL if axis in self.input_layout)
        least = tuple(
            size - 2 * lost + max(0, -(-(2 * lost + 1 - size) // step)) * step
            for size, lost, step in zip(self.min_size, self.unpadded, self.stride, strict=True)
        )
        halo = self.halo and tuple(map(sum, zip(self.halo, self.unpadded, strict=True)))
        return Signature(
            axes=f"c{spatial}" if self.channels_in > 1 else spatial,
            stride=self.stride,
            halo=halo,
            min_size=least,
            fixed_size=least if self.fixed else None,
            channels_in=self.channels_in,
            channels_out=self.channels_out,
        )

    @abstractmethod
    def load(self, weights: Path, device: str) -> Predictor:
        """Return the network as a function of one array, in its own layout and type."""

    def predictor(self, weights: Path | None, device: str) -> Predictor:
        """Load the network and return it as a function (see `Model.predictor`)."""
        import numpy as np

        if weights is None:
            raise UsageError(
                f'The network "{self.name}" comes with a bundle, which the recipe does not name: '
                "add weights: BUNDLE, the zip, folder, URL or id that the recipe is from."
            )
        try:
            loaded = self.load(weights, device)
        except ReadError as error:
            raise ReadError(f"{error} {how_to_fetch_anew(weights)}".rstrip()) from error
        spatial = self.signature.spatial_axes
        padding = [(0, 0), (0, 0), *((lost, lost) for lost in self.unpadded)]

        def compute(block: Floats, stop: Stop) -> Array:
            if any(self.unpadded):
                block = np.pad(block, padding, mode="symmetric")
            given = to_layout(block, spatial, self.input_layout)
            output = loaded.compute(np.ascontiguousarray(given, dtype=self.input_type), stop)
            return from_layout(np.asarray(output), spatial, self.output_layout).astype(np.float32)

        return replace(loaded, compute=compute)


def _former_channels(returned: Any, names: Any) -> list[dict[str, Any]]:
    """Return the channels that a recipe of before version 0.2 tells of."""
    if not isinstance(returned, int) or not 1 <= returned <= MAX_CHANNELS:
        raise ValueError(f"returned must be a whole number from 1 to {MAX_CHANNELS}")
    if names and (not isinstance(names, list | tuple) or len(names) != returned):
        raise ValueError(f"names must be a list of {returned}, one for each channel returned")
    return [{"name": name} for name in names or [""] * returned]


def to_layout(block: Array, spatial: str, layout: str) -> Array:
    """Bring ``(batch, channel, *spatial)`` into a network's own layout.

    Parameters
    ----------
    block : numpy.ndarray
        Of one batch entry.
    spatial : str
        Letters of its axes behind batch and channel.
    layout : str
        Letters of the network's axes; ``s`` puts in an axis of length one.

    Examples
    --------
    >>> import numpy as np
    >>> to_layout(np.zeros((1, 3, 5, 7)), "yx", "byxc").shape
    (1, 5, 7, 3)
    >>> to_layout(np.zeros((1, 1, 5, 7)), "yx", "bcsyx").shape
    (1, 1, 1, 5, 7)
    """
    import numpy as np

    own = f"bc{spatial}"
    dropped: Any = tuple(slice(None) if axis in layout else 0 for axis in own)
    kept = [axis for axis in own if axis in layout]
    ordered = block[dropped].transpose([kept.index(axis) for axis in layout if axis != SINGLE])
    return np.expand_dims(ordered, [i for i, axis in enumerate(layout) if axis == SINGLE])


def from_layout(output: Array, spatial: str, layout: str) -> Array:
    """Bring an array in a network's own layout into ``(batch, channel, *spatial)``.

    Raises
    ------
    ValueError
        If the output has other axes than the layout, or more than one of what should be single.
    """
    import numpy as np

    if output.ndim != len(layout):
        raise ValueError(f"its output has shape {output.shape}, but the RDF says axes {layout}")
    single = tuple(i for i, axis in enumerate(layout) if axis == SINGLE)
    kept = layout.replace(SINGLE, "")
    order = [kept.index(axis) for axis in f"bc{spatial}" if axis in kept]
    ordered = output.squeeze(single).transpose(order)
    added = [i for i, axis in enumerate("bc") if axis not in kept]
    return np.expand_dims(ordered, added)
