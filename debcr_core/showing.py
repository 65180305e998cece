"""Look at an image in a notebook: ``restored.debcr.show()``.

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


class Before:
    """What an image was restored from; it is left behind where the image is copied or sent.

    Parameters
    ----------
    image : xarray.DataArray, optional
        The input, which need not be in memory.
    """

    KEY = "debcr_before"

    def __init__(self, image: xr.DataArray | None = None) -> None:
        self.image = image

    def __reduce__(self) -> tuple[type[Before], tuple[()]]:
        return Before, ()


def remembering(restored: xr.DataArray, before: xr.DataArray) -> xr.DataArray:
    """Return a restored image that knows what it was before."""
    # Not an attribute, which would be shown and written.
    restored.encoding[Before.KEY] = Before(before)
    return restored


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
            An image of the same shape, or a larger one that this is a part of. By default what
            `debcr_core.restore` was given, where that is known; else the image is shown alone.

        Returns
        -------
        xarray.plot.FacetGrid
            The picture; ``.fig.savefig(…)`` keeps it.

        Raises
        ------
        UsageError
            If the image has no plane, or `before` does not show the same one.
        """
        after = self._image
        given = after.encoding.get(Before.KEY, Before()).image if before is None else before
        same = None if given is None else _same_part(given, after)
        if same is None and before is not None:
            raise UsageError(
                f"Before, the image is {_extent(before)}, and after {_extent(after)}: give the "
                "same part of both, by isel."
            )
        plane = _plane(after)
        planes = {"": plane}
        if same is not None:
            planes = {"before": plane.copy(data=_plane(same).values), "after": plane}
        low, high = np.nanpercentile(plane, (DARKEST, BRIGHTEST))
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


def _same_part(before: Any, after: xr.DataArray) -> xr.DataArray | None:
    """Return the part of an image that another one shows, pixel by pixel; None if there is none."""
    if not isinstance(before, xr.DataArray):
        pixels = np.asarray(before)
        before = xr.DataArray(pixels, dims=after.dims[-pixels.ndim :])
    shorter = [
        dim
        for dim in before.dims
        if dim in before.coords
        and dim in after.coords
        and before.sizes[dim] != after.sizes.get(dim)
    ]
    try:
        part = before.sel({dim: after.coords[dim] for dim in shorter})
    except KeyError:  # it shows another place
        return None
    alike = all(part.sizes.get(dim, 1) == size for dim, size in after.sizes.items())
    return part if alike and set(part.dims) <= set(after.dims) else None


def _extent(image: xr.DataArray | np.ndarray[Any, Any]) -> str:
    dims = getattr(image, "dims", ("y", "x")[-image.ndim :])
    return " × ".join(f"{dim} {size}" for dim, size in zip(dims, image.shape, strict=False))


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
