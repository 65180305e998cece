"""How an image lies in a TIFF: order of axes, kind of metadata, arguments for tifffile."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import tifffile

from debcr_core.components import Array
from debcr_core.errors import WriteError
from debcr_core.image_extras import in_stored_order
from debcr_plugins.formats.tiff import imagej, ome_xml

if TYPE_CHECKING:
    import xarray as xr

IMAGEJ_ORDER = "tzcyx"
TILE, LARGEST_PLANE = 512, 2048
"""Side of a tile, and of the largest plane that has none, in pixels."""
RESTORATION = 65330
"""Tag, out of the range for private use, that holds the record of a restoration as JSON."""


@dataclass(frozen=True)
class Layout:
    """An image's place in a TIFF.

    Attributes
    ----------
    dims : tuple of str
        The image's dims in the order of the file.
    dtype : numpy.dtype
        Pixel type in the file, with byte order.
    arguments : dict
        For `tifffile.imwrite`.
    """

    dims: tuple[str, ...]
    dtype: np.dtype[Any]
    arguments: dict[str, Any]

    @property
    def shape(self) -> tuple[int, ...]:
        """Pixels per axis."""
        shape: tuple[int, ...] = self.arguments["shape"]
        return shape

    @property
    def tile(self) -> int:
        """Side of a tile in pixels; 0 where pages lie row by row."""
        return int(self.arguments.get("tile", (0,))[0])


def lay_out(image: xr.DataArray, always_ome: bool, tile: int | None = 0) -> Layout:
    """Choose the layout of an image.

    Parameters
    ----------
    image : xarray.DataArray
        The image.
    always_ome : bool
        Whether OME-TIFF is asked for; otherwise it is used where ImageJ's format does not do.
    tile : int or None
        Side of a tile in pixels, which ImageJ's format has not; 0 for whole rows. None has tiles
        of 512 where the file exceeds 4 GB and planes are larger than 2048 pixels.

    Raises
    ------
    WriteError
        If no TIFF can hold its dtype.
    """
    dtype = np.dtype(np.uint8 if image.dtype == bool else image.dtype)
    is_rgb = bool(image.attrs.get("rgb")) and image.sizes.get("c") == 3
    as_imagej = not (always_ome or tile) and imagej.can_hold(image)
    if not as_imagej and dtype.name not in ome_xml.DTYPES:
        raise WriteError(
            f"TIFF with metadata cannot hold {dtype}.",
            advice="Choose --dtype float32, or write .npy, .npz or .ome.zarr.",
            kind="pixel-type",
        )
    stored = "".join(dim for dim in in_stored_order(image) if dim not in ("y", "x"))
    order = IMAGEJ_ORDER if as_imagej else f"{stored}yx"
    order = order.replace("c", "") + "c" if is_rgb else order
    dims = tuple(dim for dim in order if dim in image.dims)
    arguments: dict[str, Any] = (
        imagej.write_facts(image) if as_imagej else {"metadata": ome_xml.write_facts(image)}
    )
    axes = "".join(dims).upper()
    arguments["metadata"]["axes"] = axes.replace("C", "S") if is_rgb else axes
    arguments |= {
        "imagej": as_imagej,
        "ome": not as_imagej,
        "photometric": "rgb" if is_rgb else "minisblack",
        "planarconfig": "contig" if is_rgb else None,
        "shape": tuple(image.sizes[dim] for dim in dims),
        "dtype": dtype,
    }
    side = _tile_of(image) if tile is None else tile
    if side:
        arguments["tile"] = (side, side)
    if "restoration" in image.attrs:
        held: Any = [(RESTORATION, "s", 0, image.attrs["restoration"], True)]
        arguments["extratags"] = held
    # ImageJ's own files are big-endian, as is all its description says nothing of.
    return Layout(dims, dtype.newbyteorder(">" if as_imagej else "="), arguments)


def _tile_of(image: xr.DataArray) -> int:
    """Return the side of a tile: 0 where whole rows can be read and written well."""
    is_wide = max(image.sizes["y"], image.sizes["x"]) > LARGEST_PLANE
    return TILE if is_wide and image.nbytes > imagej.LARGEST else 0


def write(image: xr.DataArray, path: Path, compression: str, always_ome: bool) -> None:
    """Write a compressed image, plane by plane."""
    layout = lay_out(image, always_ome)
    tifffile.imwrite(
        path,
        planes(image.transpose(*layout.dims), layout),
        compression=compression,
        predictor=layout.dtype.kind in "iu",
        byteorder=">" if layout.arguments["imagej"] else None,
        **layout.arguments,
    )


def planes(image: xr.DataArray, layout: Layout) -> Iterator[Array]:
    """Yield the pages of an image whose axes are in the order of the file."""
    for position in np.ndindex(image.shape[: -page_axes(layout)]):
        yield np.asarray(image.data[position]).astype(layout.dtype)


def page_axes(layout: Layout) -> int:
    """Return how many axes lie in a page: two, with colours three."""
    return 3 if layout.arguments["planarconfig"] else 2
