"""Look at an image in a notebook: ``restored.debcr.show(before)``.

Importing this module gives every `xarray.DataArray` the accessor.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from debcr_core.errors import UsageError

DARKEST, BRIGHTEST = 0.1, 99.9
"""Percentiles of the image that are shown black and white."""
SIDE = 5
"""Inches of a picture's height."""


@xr.register_dataarray_accessor("debcr")  # type: ignore[no-untyped-call]
class Show:
    """What DeBCR adds to an image.

    Parameters
    ----------
    image : xarray.DataArray
        As `debcr_core.image` describes.
    """

    def __init__(self, image: xr.DataArray) -> None:
        self._image = image

    def show(self, before: xr.DataArray | np.ndarray[Any, Any] | None = None) -> Any:
        """Draw a plane upright, beside what it was before, with one contrast for both.

        Of a stack or series the middle is shown, and the first channel: choose others by ``isel``.

        Parameters
        ----------
        before : xarray.DataArray or numpy.ndarray, optional
            What was restored, of the same shape, or a larger image that this is a part of.

        Returns
        -------
        xarray.plot.FacetGrid
            The picture; ``.fig.savefig(…)`` keeps it.

        Raises
        ------
        UsageError
            If the image has no plane, or `before` does not show the same one.
        """
        images = {"": self._image}
        if before is not None:
            images = {"before": _same_part(before, self._image), "after": self._image}
        planes = {title: _plane(image) for title, image in images.items()}
        low, high = np.nanpercentile(planes[[*planes][-1]], (DARKEST, BRIGHTEST))
        side_by_side = xr.concat(planes.values(), xr.Variable("shown", list(planes)))
        grid = side_by_side.plot.imshow(
            x="x",
            y="y",
            col="shown",
            cmap="gray",
            vmin=low,
            vmax=high,
            yincrease=False,
            size=SIDE,
        )
        grid.set_titles("{value}")
        for axes in grid.axs.flat:
            axes.set_aspect("equal")
        return grid


def _same_part(before: Any, after: xr.DataArray) -> xr.DataArray:
    """Return of the image before what the one after shows, pixel by pixel."""
    if not isinstance(before, xr.DataArray):
        pixels = np.asarray(before)
        before = xr.DataArray(pixels, dims=after.dims[-pixels.ndim :])
    known = [dim for dim in after.dims if dim in before.coords and dim in after.coords]
    larger = [dim for dim in known if before.sizes[dim] != after.sizes[dim]]
    try:
        part = before.sel({dim: after.coords[dim] for dim in larger})
    except KeyError:  # it shows another place
        part = before
    sizes = {dim: part.sizes.get(dim, 1) for dim in after.dims}
    if sizes != dict(after.sizes):
        raise UsageError(
            f"Before, the image is {_extent(before)}, and after {_extent(after)}: give the same "
            "part of both, by isel."
        )
    return after.copy(
        data=part.transpose(*after.dims, missing_dims="ignore").values.reshape(after.shape)
    )


def _extent(image: xr.DataArray) -> str:
    return " × ".join(f"{dim} {size}" for dim, size in image.sizes.items())


def _plane(image: xr.DataArray) -> xr.DataArray:
    """Return the middle plane of the first channel."""
    if not {"y", "x"} <= set(image.dims):
        raise UsageError(
            f"There is no plane to show: the dims are {', '.join(map(str, image.dims))}."
        )
    middle = {
        dim: 0 if dim == "c" else size // 2
        for dim, size in image.sizes.items()
        if dim not in ("y", "x")
    }
    return image.isel(middle, drop=True).transpose("y", "x").astype(np.float32)
