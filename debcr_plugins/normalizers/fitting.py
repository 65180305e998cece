"""How the built-in normalizers are fitted: which parts by themselves, and what of them counts."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import Field, model_validator

from debcr_core.components import Normalization, Normalizer
from debcr_core.errors import UsageError
from debcr_core.image import DIMS

if TYPE_CHECKING:
    import xarray as xr

    from debcr_core.statistics import Sifted
    from debcr_plugins.normalizers.content import Content
    from debcr_plugins.normalizers.linear import Linear

Per = Literal["frame", "image", "channel", "slice"]
HELD_BACK = (
    "DeBCR Zoo also leaves constant fill, dead and hot pixels out of the statistics, and does not "
    "show them to the network; elsewhere, crop or mend them first."
)
CLIP = "Cut off what lies outside 0…1; such pixels do not come back exactly."


def separate_axes(per: Per, axes: str) -> str:
    """Return the axes whose every index is fitted by itself.

    Parameters
    ----------
    per : {"frame", "image", "channel", "slice"}
        What is fitted by itself.
    axes : str
        Axes that the network sees at once.
    """
    frame = "".join(axis for axis in DIMS if axis == "c" or axis not in axes)
    return {"frame": frame, "image": "", "channel": "c", "slice": "tcz"}[per]


class LinearNormalizer(Normalizer):
    """Base of normalizers that are fixed by the two intensities which become 0 and 1."""

    per: Per = Field(
        "frame",
        description="What is fitted by itself: each frame, which is a channel of what the network "
        "sees at once, a plane or a volume; the whole image; each channel; or each plane "
        "(t, c, z).",
        json_schema_extra={"advanced": True},
    )

    @abstractmethod
    def zero_and_one(self, part: xr.DataArray | Sifted) -> tuple[float, float]:
        """Return the intensities of one part of the image that become 0 and 1."""

    def content(self, part: xr.DataArray) -> Content:
        """Return what of a part counts: all of it."""
        from debcr_plugins.normalizers.content import Content

        return Content.whole(part)

    def fit(self, image: xr.DataArray) -> Linear:
        """Take the statistics of each part (see `Normalizer.fit`)."""
        return self.fit_for_axes(image, DIMS)

    def fit_for_axes(self, image: xr.DataArray, axes: str) -> Linear:
        """Take the statistics of each part (see `Normalizer.fit_for_axes`)."""
        import numpy as np

        from debcr_plugins.normalizers.held_back import HeldBack
        from debcr_plugins.normalizers.hot_pixels import HotPixels
        from debcr_plugins.normalizers.linear import Linear

        separate = separate_axes(self.per, axes)
        shape = [size if dim in tuple(separate) else 1 for dim, size in image.sizes.items()]
        numbers, hot = np.empty((5, *shape)), [HotPixels.none(image.ndim)]
        for index in np.ndindex(*shape):
            place = zip(image.dims, index, strict=True)
            part = image.isel({dim: [i] for dim, i in place if dim in tuple(separate)})
            content = self.content(part)
            bounds = (content.floor, content.ceiling, content.most)
            numbers[(slice(None), *index)] = (*self.zero_and_one(content.counted), *bounds)
            hot.append(content.hot.moved(index))
        zero, one, floor, ceiling, most = numbers
        held_back = HeldBack(floor, ceiling, most, HotPixels.together(hot))
        return Linear(zero, one, self.clips, held_back=held_back if held_back else None)

    def recall(self, record: Mapping[str, Any], image: xr.DataArray) -> Linear:
        """Return the map of a record (see `Normalizer.recall`)."""
        from debcr_plugins.normalizers.linear import Linear

        recalled = Linear.recalled(record)
        shapes = {recalled.zero.shape, recalled.one.shape}
        if len(shapes) > 1 or not _fits(recalled.zero.shape, image.shape):
            raise UsageError(
                f'The record of the normalizer "{self.name}" holds numbers of shapes '
                f"{recalled.zero.shape} and {recalled.one.shape}, which do not fit an image of "
                f"{image.shape}."
            )
        return recalled

    @property
    def clips(self) -> bool:
        """Whether the normalized image is limited to 0…1."""
        return False


class HoldingBack(LinearNormalizer):
    """Base of normalizers that leave out of the statistics what is not of the specimen."""

    hold_back: bool = Field(
        True,
        description="Leave constant fill, dead and hot pixels out of the statistics, and hold them "
        "back from the network, and of what is very bright the most; all come back as they were.",
        json_schema_extra={"advanced": True},
    )

    @property
    def left_out(self) -> str:
        """What no step of a bundle says: that pixels are held back."""
        return HELD_BACK if self.hold_back else ""

    def content(self, part: xr.DataArray) -> Content:
        """Return what of a part counts."""
        from debcr_plugins.normalizers.content import content_of

        return content_of(part) if self.hold_back else super().content(part)

    def for_measuring(self) -> Self:
        """Return the same without holding anything back, unless that was asked for."""
        asked = "hold_back" in self.model_fields_set
        return self if asked else self.model_copy(update={"hold_back": False})

    def fit_truth(self, truth: xr.DataArray, given: Normalization, axes: str) -> Linear:
        """Take those of a truth, in which fill and hot pixels may be where the input has them."""
        from debcr_plugins.normalizers.linear import Linear

        plain = isinstance(given, Linear) and not given.held_back
        normalizer = self.model_copy(update={"hold_back": False}) if plain else self
        return normalizer.fit_for_axes(truth, axes)


class RangeNormalizer(LinearNormalizer):
    """Base of normalizers with two ends, beyond which intensities may be cut off."""

    low: float = Field(description="What becomes 0.")
    high: float = Field(description="What becomes 1.")
    clip: bool = Field(False, description=CLIP, json_schema_extra={"advanced": True})

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.low >= self.high:
            raise ValueError(f"low must be below high; they are {self.low} and {self.high}")
        return self

    @property
    def clips(self) -> bool:
        """Whether the normalized image is limited to 0…1."""
        return self.clip


def _fits(numbers: tuple[int, ...], image: tuple[int, ...]) -> bool:
    """Say whether numbers are as many as the image's indices along each axis, or one for all."""
    return len(numbers) == len(image) and all(
        few in (1, many) for few, many in zip(numbers, image, strict=True)
    )
