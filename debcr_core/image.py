"""The image in memory: an `xarray.DataArray` with named axes and a physical pixel size.

- dims: some of ``t c z y x``, in this order, always with ``y`` and ``x``;
- ``attrs["pixel_size"]``: ``{"y": 0.1, "x": 0.1}``, for any of ``t z y x``; absent dims are
  unknown;
- ``attrs["unit"]``: a unit for each of these, as OME-Zarr names them: ``{"y": "micrometer"}``;
- coordinate ``c``: channel names, where known;
- coordinates of the other dims whose pixel size is known, in micrometres or, along t, seconds: they
  rise with the rows, and a part of an image keeps its own;
- ``attrs["restored"]``: True where the image's file holds the record of a restoration;
- ``attrs["rgb"]``: True where the channels are the colours of a photograph;
- ``attrs["long_name"]``, ``attrs["units"]``: what a colour bar says, since xarray would take
  ``attrs["unit"]`` for that;
- what else a file said of it: see `debcr_core.image_extras`.

Data are numpy, or dask where the format can be read lazily and the image is not small.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from debcr_core.component import Array
from debcr_core.errors import ImageError, UsageError, nearest
from debcr_core.image_extras import with_extras
from debcr_core.plain_variables import variable, with_coordinate
from debcr_core.units import MICROMETERS, SECONDS, unit_name

if TYPE_CHECKING:
    import xarray as xr

DIMS = "tczyx"
COLOURS = ("red", "green", "blue")
"""Names of the channels of a photograph."""

INTENSITY = {"long_name": "intensity", "units": "arbitrary units"}


def make_image(
    data: Any,
    dims: str,
    *,
    pixel_size: Mapping[str, float] | None = None,
    unit: Mapping[str, str] | None = None,
    channels: Sequence[str] | None = None,
    rgb: bool = False,
) -> xr.DataArray:
    """Build an image, with its axes brought into the order ``t c z y x``.

    Parameters
    ----------
    data : array-like
        numpy or dask array.
    dims : str
        One letter per axis of `data`, in its order: ``yx``, ``zyx``, ``yxc``…
    pixel_size : mapping of str to float, optional
        Physical distance between samples along some of ``t z y x``.
    unit : mapping of str to str, optional
        Unit of each `pixel_size`; short forms such as ``µm`` are understood.
    channels : sequence of str, optional
        A name for each channel.
    rgb : bool
        Whether the channels are the colours of a photograph.

    Raises
    ------
    ImageError
        If the axes do not fit the data, y or x is missing, the image has no pixels, or its
        dtype is neither integer nor real nor bool.

    Examples
    --------
    >>> import numpy as np
    >>> image = make_image(np.zeros((5, 4, 3)), "yxc", channels=["DAPI", "GFP", "RFP"])
    >>> image.dims, image.shape
    (('c', 'y', 'x'), (3, 5, 4))
    """
    import numpy as np
    import xarray as xr

    _check_dims(data, dims)
    sizes = {dim: float(size) for dim, size in (pixel_size or {}).items() if size and size > 0}
    units = {dim: unit_name((unit or {}).get(dim, "")) for dim in sizes}
    attrs = {"pixel_size": sizes, "unit": {dim: name for dim, name in units.items() if name}}
    if rgb:
        attrs["rgb"] = True
    image = xr.DataArray(variable(tuple(dims), data, attrs)).rename(None)
    if channels is not None and "c" in dims:
        image = with_coordinate(image, "c", np.asarray(channels))
    return shown_in_units(image.transpose(*(dim for dim in DIMS if dim in dims)))


def shown_in_units(image: xr.DataArray) -> xr.DataArray:
    """Return an image with the coordinates and labels that its attributes mean, where it has none.

    Parameters
    ----------
    image : xarray.DataArray
        With ``attrs["pixel_size"]`` and ``attrs["unit"]``.
    """
    import numpy as np

    # It gives images their accessor, once xarray is there.
    import debcr_core.showing  # noqa: F401

    image = image.assign_attrs({**INTENSITY, **image.attrs})
    for dim in map(str, image.dims):
        if dim not in image.coords and (step := _step(image, dim)) is not None:
            places = np.arange(image.sizes[dim]) * step
            units = {"units": "s" if dim == "t" else "µm"}
            image = with_coordinate(image, dim, places, units)
    return image


def placed_like(image: xr.DataArray, other: xr.DataArray) -> xr.DataArray:
    """Return an image with the coordinates that another one has along the axes of both."""
    shared = {
        dim: other.coords[dim]
        for dim in image.dims
        if dim != "c" and dim in other.coords and image.sizes[dim] == other.sizes[dim]
    }
    return image.assign_coords(shared)


def _step(image: xr.DataArray, dim: str) -> float | None:
    """Return the distance of samples in micrometres or seconds, or None where it is unknown."""
    return _scaled(image, dim, SECONDS if dim == "t" else MICROMETERS)


def _scaled(image: xr.DataArray, dim: str, factors: Mapping[str, float]) -> float | None:
    size = image.attrs.get("pixel_size", {}).get(dim)
    factor = factors.get(image.attrs.get("unit", {}).get(dim, ""))
    return None if size is None or factor is None else float(size) * factor


def _check_dims(data: Any, dims: str) -> None:
    if len(dims) != data.ndim:
        raise ImageError(
            f'Axes "{dims}" name {len(dims)} axes, but the data have {data.ndim} '
            f"(shape {tuple(data.shape)}). Give one letter of {DIMS} for each axis."
        )
    if len(set(dims)) != len(dims) or not set(dims) <= set(DIMS):
        raise ImageError(f'Axes "{dims}" are not valid: use each letter of {DIMS} at most once.')
    if not {"y", "x"} <= set(dims):
        raise ImageError(f'Axes "{dims}" lack y or x: an image needs both.')
    if 0 in data.shape:
        raise ImageError(f"The image has no pixels (shape {tuple(data.shape)}).")
    if data.dtype.kind not in "biuf":
        raise ImageError(
            f"Pixels of type {data.dtype} cannot be restored: convert the image to integers or "
            "real numbers first (for complex data, to magnitude or phase)."
        )


def loaded(image: xr.DataArray | xr.Variable) -> Array:
    """Return an image's pixels; lazy ones are `computed`."""
    return computed(image.data)


def computed(pixels: Any) -> Array:
    """Return an array of numpy as it is, or one of dask computed in this thread, unknown to others.

    Threads of dask's own would each keep memory for what they read. What is told of every
    computation in the program, as is the cache that napari turns on, is told nothing of it. It
    would keep what nobody looks at; and it is for one thread at a time: of two, the first to end
    clears what the other needs, and dask may forget whom to tell at all
    (https://github.com/dask/dask/blob/main/dask/callbacks.py, ``local_callbacks``).
    """
    import numpy as np

    if hasattr(pixels, "dask"):
        pixels = pixels.compute(scheduler="synchronous", callbacks=())
    return np.asarray(pixels)


def in_order(image: xr.DataArray) -> xr.DataArray:
    """Return an image that somebody made by hand, checked and with its axes in order.

    Raises
    ------
    ImageError
        As `make_image`.
    """
    _check_names(image)
    made = make_image(
        image.data,
        "".join(map(str, image.dims)),
        pixel_size=image.attrs.get("pixel_size"),
        unit=image.attrs.get("unit"),
        channels=channel_names(image),
        rgb=bool(image.attrs.get("rgb")),
    )
    return with_extras(placed_like(made, image), image)


def _check_names(image: xr.DataArray) -> None:
    """Refuse dims of other names than ours, with how to rename them."""
    strange = [str(dim) for dim in image.dims if str(dim) not in DIMS or len(str(dim)) != 1]
    if not strange:
        return
    free = [dim for dim in DIMS if dim not in image.dims][-len(strange) :]
    names = dict(zip(strange, free, strict=False))
    raise ImageError(
        f"The image's dims are called {', '.join(map(str, image.dims))}, but each must be one "
        f"letter of {DIMS}, used at most once. Rename them, perhaps image.rename({names}), or give "
        "axes."
    )


def channel_names(image: xr.DataArray) -> list[str] | None:
    """Return the names of the channels, or None where they have none."""
    known = "c" in image.dims and "c" in image.coords
    return [str(name) for name in image.coords["c"].values] if known else None


def pixel_size_micrometers(image: xr.DataArray, dim: str) -> float | None:
    """Return the pixel size along `dim` in micrometres, or None where it is unknown."""
    return _scaled(image, dim, MICROMETERS)


def with_axes(image: xr.DataArray, axes: str) -> xr.DataArray:
    """Rename the axes of an image whose file named them wrongly or not at all.

    Parameters
    ----------
    image : xarray.DataArray
        As its reader returned it.
    axes : str
        One letter per axis, in the image's order.
    """
    if tuple(axes) == image.dims:
        return image.transpose(*(dim for dim in DIMS if dim in axes))
    sizes = image.attrs.get("pixel_size", {})
    units = image.attrs.get("unit", {})
    kept = {dim for dim in sizes if dim in axes}
    names = channel_names(image)
    keeps_channels = names is not None and "c" in axes and axes.index("c") == image.dims.index("c")
    made = make_image(
        image.data,
        axes,
        pixel_size={dim: sizes[dim] for dim in kept},
        unit={dim: units[dim] for dim in kept if dim in units},
        channels=names if keeps_channels else None,
        rgb=bool(image.attrs.get("rgb")) and keeps_channels,
    )
    return with_extras(made, image, dict(zip(map(str, image.dims), axes, strict=True)))


def select_channel(image: xr.DataArray, channel: str) -> xr.DataArray:
    """Return one channel, by name or number, as an image with a channel axis of length one.

    Raises
    ------
    UsageError
        If the image has no such channel, or several of that name.
    """
    count = image.sizes.get("c", 1)
    names = channel_names(image) or []
    known = [*names, *(str(i) for i in range(count))]
    if channel not in known:
        raise UsageError(f'The image has no channel "{channel}". {nearest(channel, known)}')
    if "c" not in image.dims:
        return image
    same = [number for number, name in enumerate(names) if name == channel]
    if len(same) > 1:
        raise UsageError(
            f'The image has {len(same)} channels named "{channel}": choose by number, '
            f"{' or '.join(map(str, same))}."
        )
    number = same[0] if same else int(channel)
    chosen = image.isel(c=[number])
    chosen.attrs = {key: value for key, value in image.attrs.items() if key != "rgb"}
    return chosen
