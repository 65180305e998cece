"""What a TIFF says about its pixels beyond their values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from debcr_core.components import Array
from debcr_core.image_extras import SLICE_LABEL
from debcr_core.units import MICROMETERS

if TYPE_CHECKING:
    import xarray as xr

UNITS = {2: "inch", 3: "centimeter"}  # of the tag ResolutionUnit
COARSEST_PIXEL = 10.0


@dataclass(frozen=True)
class Facts:
    """Metadata of an image.

    Attributes
    ----------
    pixel_size : dict of str to float
        By axis, out of ``t z y x``.
    unit : dict of str to str
        By axis.
    channels : list of str or None
        Names, where known.
    rgb : bool
        Whether the channels are colours.
    slice_labels : numpy.ndarray or None
        A text for each plane ``(t, z, c)``.
    value_unit : str or None
        Of the intensities.
    levels : tuple of mapping of str to int
        How much coarser the levels beside the image are.
    """

    pixel_size: dict[str, float] = field(default_factory=dict)
    unit: dict[str, str] = field(default_factory=dict)
    channels: list[str] | None = None
    rgb: bool = False
    slice_labels: Array | None = None
    value_unit: str | None = None
    levels: tuple[Mapping[str, int], ...] = ()

    def extras_for(self, image: xr.DataArray) -> xr.DataArray:
        """Return the image with what else is known of it (see `debcr_core.image_extras`)."""
        found = {"value_unit": self.value_unit, "levels": self.levels}
        image = image.assign_attrs({key: value for key, value in found.items() if value})
        if self.slice_labels is None:
            return image
        counts = dict(zip("tzc", self.slice_labels.shape, strict=True))
        # An axis that the image has not is of length 1; colours share the label of their plane.
        dims = [dim for dim, count in counts.items() if image.sizes.get(dim) == count]
        taken = tuple(slice(None) if dim in dims else 0 for dim in counts)
        return image.assign_coords({SLICE_LABEL: (dims, self.slice_labels[taken])})


def samples_per_unit(page: Any) -> dict[str, float]:
    """Return a page's resolution tags along x and y, as numbers; absent where they make none."""
    found = {}
    for axis, code in (("x", 282), ("y", 283)):
        value = page.tags.valueof(code)
        if isinstance(value, tuple) and len(value) == 2 and all(value):
            found[axis] = value[0] / value[1]
    return found


def resolution_facts(page: Any) -> Facts:
    """Return the pixel size that the resolution tags of a plain TIFF give.

    Resolutions coarser than 10 µm a pixel are those of screens and printers (72 to 2400 dots
    per inch), which programs put where they know nothing better; they are left out.
    """
    unit = UNITS.get(int(page.resolutionunit))
    if unit is None:
        return Facts()
    sizes = {axis: MICROMETERS[unit] / count for axis, count in samples_per_unit(page).items()}
    if any(size >= COARSEST_PIXEL for size in sizes.values()):
        return Facts()
    return Facts(pixel_size=sizes, unit=dict.fromkeys(sizes, "micrometer"))
