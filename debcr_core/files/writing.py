"""The door through which every image leaves: choose the writer, convert the dtype, write whole."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import numpy as np
import numpy.typing as npt

from debcr_core.errors import ImageError, UsageError, WriteError, WrongOutputError, nearest
from debcr_core.files.narrowing import Narrowing
from debcr_core.files.whole import whole_or_nothing
from debcr_core.notices import others_silenced

if TYPE_CHECKING:
    import xarray as xr

    from debcr_core.components import Add, Array, Put, Region, Several, Writer
    from debcr_core.registry import Registry

DTYPES = (
    *("bool", "uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64"),
    *("float16", "float32", "float64"),
)

INPUT = "input"
"""Stands for the pixel type of the input."""


def find_writer(path: str | Path, plugins: Registry) -> Writer:
    """Return the writer, with default parameters, for a file name.

    Parameters
    ----------
    path : str or Path
        The output's name; the longest suffix that a writer knows decides (``.ome.tif`` before
        ``.tif``).
    plugins : Registry
        Where writers are found.

    Raises
    ------
    UsageError
        If no writer knows the suffix, or several do.
    """
    path = Path(path)
    writers: list[type[Writer]] = plugins.classes("writer")
    known = {suffix for writer in writers for suffix in writer.suffixes}
    matching = [suffix for suffix in known if path.name.lower().endswith(suffix)]
    if not matching:
        given = "".join(path.suffixes[-1:]) or path.name
        raise UsageError(
            f"{path} has no suffix that says in which format to write. {nearest(given, known)}"
        )
    suffix = max(matching, key=len)
    able = [writer for writer in writers if suffix in writer.suffixes]
    if len(able) > 1:
        names = ", ".join(writer.name for writer in able)
        raise UsageError(f'Several writers write "{suffix}": {names}. Name the one meant.')
    return able[0]()


def write_image(
    image: xr.DataArray,
    path: str | Path,
    plugins: Registry,
    *,
    writer: Writer | None = None,
    dtype: npt.DTypeLike | None = None,
    overwrite: bool = False,
) -> None:
    """Write an image; it appears under its final name only when it is whole.

    Parameters
    ----------
    image : xarray.DataArray
        As `debcr_core.image` describes; lazy ones are written block by block.
    path : str or Path
        Where to; the suffix chooses the format.
    plugins : Registry
        Where writers are found.
    writer : Writer, optional
        The writer to use, whatever the suffix.
    dtype : dtype-like, optional
        Convert to this type first (see `convert_dtype`); by default the image's own.
    overwrite : bool
        Whether an existing output may be replaced.

    Raises
    ------
    UsageError
        If the suffix or dtype is unknown, or the output exists.
    WrongOutputError
        If the format cannot hold the image, or the folder does not exist.
    WriteError
        If the place cannot be written.

    Warns
    -----
    DebcrWarning
        If the pixel type clips much of the image, or leaves few levels of it.
    """
    path = Path(path)
    chosen = writer or find_writer(path, plugins)
    narrowing = Narrowing(image.dtype if dtype is None else known_dtype(dtype))
    # What is left of axes along which one plane was chosen says nothing about the pixels.
    converted = convert_dtype(image.reset_coords(drop=True), narrowing.dtype, narrowing)
    check_format(chosen, converted)
    with whole_or_nothing(path, overwrite=overwrite) as temporary:
        chosen.write(converted, temporary)
    narrowing.tell(path.name, "Scale the image first, or choose a wider dtype, such as float32.")


def check_format(writer: Writer, template: xr.DataArray) -> None:
    """Refuse an image that the writer's format cannot hold.

    Raises
    ------
    WrongOutputError
        Saying what it cannot hold, and what to choose.
    """
    try:
        writer.check(template)
    except WriteError as error:
        raise WrongOutputError(str(error)) from error


@contextmanager
def open_output(
    template: xr.DataArray,
    path: str | Path,
    plugins: Registry,
    *,
    writer: Writer | None = None,
    overwrite: bool = False,
) -> Iterator[Put]:
    """Open an output for an image that arrives in regions; it appears when the block ends well.

    Parameters
    ----------
    template : xarray.DataArray
        Final dims, shape, dtype and metadata; its values are not read.
    path, plugins, writer, overwrite
        As in `write_image`.

    Yields
    ------
    callable
        ``put(region, block)``: one slice per dim, and values of any dtype, which are converted
        to the template's as `convert_block` does.

    Raises
    ------
    UsageError
        If the suffix is unknown, or the output exists.
    WrongOutputError
        If the format cannot hold the image, or the folder does not exist.
    WriteError
        If the place cannot be written.
    """
    path = Path(path)
    chosen = writer or find_writer(path, plugins)
    dtype = np.dtype(template.dtype)
    check_format(chosen, template)
    with (
        whole_or_nothing(path, overwrite=overwrite) as temporary,
        _converting(chosen.sink(template, temporary), dtype) as put,
    ):
        yield put


@contextmanager
def open_outputs(
    several: Several,
    path: Path,
    writer: Writer,
    *,
    least_bytes: int,
    overwrite: bool = False,
) -> Iterator[Add]:
    """Open an output for several images; it appears, with all of them, when the block ends well.

    Parameters
    ----------
    several : Several
        Names of the images, in the order in which they arrive.
    path : Path
        Where to.
    writer : Writer
        Of a format that holds several.
    least_bytes : int
        As `Writer.sinks` takes it.
    overwrite : bool
        Whether an existing output may be replaced.

    Yields
    ------
    callable
        ``add(name, template)``, which opens one image as `open_output` does.

    Raises
    ------
    UsageError
        If the output exists.
    WriteError
        If the place cannot be written, or the format cannot hold the images.
    """
    with whole_or_nothing(path, overwrite=overwrite) as temporary, ExitStack() as opened:
        with others_silenced():
            add = opened.enter_context(writer.sinks(several, temporary, least_bytes))
        yield lambda name, template: _converting(add(name, template), np.dtype(template.dtype))


@contextmanager
def _converting(sink: AbstractContextManager[Put], dtype: np.dtype[Any]) -> Iterator[Put]:
    """Open a sink that takes blocks of any type."""
    with ExitStack() as opened:
        with others_silenced():
            put = opened.enter_context(sink)
        yield lambda region, block: put(region, convert_block(block, dtype))


def convert_dtype(
    image: xr.DataArray, dtype: npt.DTypeLike, narrowing: Narrowing | None = None
) -> xr.DataArray:
    """Return the image with another pixel type, lazily where it is lazy.

    Parameters
    ----------
    image : xarray.DataArray
        Of any real dtype.
    dtype : dtype-like
        The new one; values are converted as `convert_block` describes.
    narrowing : Narrowing, optional
        Counts what is lost, block by block as they are converted.

    Raises
    ------
    UsageError
        If there is no such dtype.
    """
    target = known_dtype(dtype)
    if image.dtype == target:
        return image

    def converted(block: Array) -> Array:
        made = convert_block(block, target)
        if narrowing is not None:
            narrowing.count(block, made)
        return made

    if image.chunks is None:
        return image.copy(data=converted(image.data))
    # Dask would name it by its content, which holds a lock.
    name = f"converted-{uuid4()}"
    meta = np.empty((0,) * image.ndim, target)
    return image.copy(data=image.data.map_blocks(converted, name=name, dtype=target, meta=meta))


def known_dtype(dtype: npt.DTypeLike) -> np.dtype[Any]:
    """Return a pixel type by its name.

    Raises
    ------
    UsageError
        If it is none of numpy's real types.
    """
    try:
        target = np.dtype(dtype)
    except (TypeError, ValueError, SyntaxError):  # numpy parses names as a small language
        target = None
    if target is None or target.name not in DTYPES:
        raise UsageError(f'There is no pixel type "{dtype}". {nearest(str(dtype), DTYPES)}')
    return target


def pixel_type(dtype: npt.DTypeLike | None, image: xr.DataArray) -> np.dtype[Any]:
    """Return an output's pixel type: a name's, float32 without any, or that of the input.

    Raises
    ------
    UsageError
        If there is no such type.
    """
    if isinstance(dtype, str) and dtype == INPUT:
        return image.dtype.newbyteorder("=")
    return known_dtype("float32" if dtype is None else dtype)


def convert_block(block: Array, dtype: np.dtype[Any]) -> Array:
    """Convert values to another type: rounded to integers, clipped, never wrapped around.

    To integers and bool, values are rounded (half to even) and clipped to the type's range,
    infinities to its ends. To narrower floats, finite values are clipped to the range.

    Parameters
    ----------
    block : numpy.ndarray
        Of any real dtype.
    dtype : numpy.dtype
        The new one.

    Raises
    ------
    ImageError
        If a value is NaN, which no integer can express.
    """
    if block.dtype == dtype:
        return block
    if dtype.kind == "b":
        return convert_block(block, np.dtype(np.uint8)) > 0
    if dtype.kind == "f":
        return _to_float(block, dtype)
    return _to_integer(block, dtype)


def _to_float(block: Array, dtype: np.dtype[Any]) -> Array:
    limits = np.finfo(dtype)
    if block.dtype.kind != "b" and _largest(block.dtype) > float(limits.max):
        clipped = np.clip(block, float(limits.min), float(limits.max))
        block = np.where(np.isinf(block), block, clipped)
    return block.astype(dtype)


def _largest(dtype: np.dtype[Any]) -> float:
    return float(np.finfo(dtype).max if dtype.kind == "f" else np.iinfo(dtype).max)


def _to_integer(block: Array, dtype: np.dtype[Any]) -> Array:
    limits = np.iinfo(dtype)
    if block.dtype.kind == "b":
        return block.astype(dtype)
    if block.dtype.kind in "iu":
        own = np.iinfo(block.dtype)
        return np.clip(block, max(limits.min, own.min), min(limits.max, own.max)).astype(dtype)
    if np.isnan(block).any():
        raise ImageError(
            f"The image holds NaN, which {dtype} cannot express: choose --dtype float32."
        )
    rounded = np.rint(block.astype(np.float64))
    # The largest 64-bit integers are no floats: 2**63 and 2**64 themselves are out of range.
    over, under = rounded >= float(limits.max), rounded <= float(limits.min)
    inside = np.where(over | under, 0, rounded).astype(dtype)
    inside[over], inside[under] = limits.max, limits.min
    return inside


def blocks_of(image: xr.DataArray) -> Iterator[tuple[Region, Array]]:
    """Yield an image's pixels with their place: chunk by chunk where lazy, else all at once.

    Parameters
    ----------
    image : xarray.DataArray
        The image.

    Yields
    ------
    (tuple of slice, numpy.ndarray)
        A slice per dim, and the pixels of that region.
    """
    if image.chunks is None:
        yield tuple(slice(0, size) for size in image.shape), image.data
        return
    from dask.array.core import slices_from_chunks

    for region in slices_from_chunks(image.chunks):
        yield region, np.asarray(image.data[region])
