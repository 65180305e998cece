"""The door through which every image leaves: choose the writer, convert the dtype, write whole."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from debcr_core.errors import UsageError, WriteError, WrongOutputError, nearest
from debcr_core.files.narrowing import Narrowing
from debcr_core.files.newcomers import without_newcomers
from debcr_core.files.pixel_types import convert_block, convert_dtype, known_dtype
from debcr_core.files.whole import whole_or_nothing
from debcr_core.notices import others_silenced

if TYPE_CHECKING:
    import xarray as xr

    from debcr_core.components import Add, Put, Several, Writer
    from debcr_core.registry import Registry


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
    able = without_newcomers(able, "--writer")
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
    left = [name for name, coordinate in image.coords.items() if not coordinate.ndim]
    converted = convert_dtype(image.drop_vars(left), narrowing.dtype, narrowing)
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
