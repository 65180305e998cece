"""Whatever libraries raise on a damaged file becomes one sentence about that file.

Damage can show when a file is opened or only when its pixels are loaded, block by block, long
after the reader returned; both ways lead to a `ReadError`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from debcr_core.errors import DebcrError, DebcrWarning, ImageError, ReadError
from debcr_core.image import computed

if TYPE_CHECKING:
    import xarray as xr

    from debcr_core.components import Array

LONGEST_REASON = 160


@contextmanager
def damage_explained(path: Path, reader: str) -> Iterator[None]:
    """Turn what a library raises while it reads `path` into a `ReadError`.

    Running out of memory is no damage and passes, as do errors that are sentences already. A
    library that is missing here is no damage either, and is named.

    Parameters
    ----------
    path : Path
        The file that is read.
    reader : str
        Name of the reader.

    Raises
    ------
    ReadError
        In place of any other exception.
    """
    try:
        yield
    except ImageError as error:
        raise ImageError(f"{path}: {error}") from error
    except (DebcrError, DebcrWarning, MemoryError):
        raise
    except Exception as error:
        missing = _missing_library(error)
        said = _sentence(path, reader, error) if missing is None else _named(path, reader, missing)
        raise ReadError(said) from error


def _missing_library(error: BaseException | None) -> ImportError | None:
    """Return the failed import that an exception is or arose from, if it did."""
    while error is not None and not isinstance(error, ImportError):
        error = error.__cause__ or error.__context__
    return error


def _named(path: Path, reader: str, missing: ImportError) -> str:
    library = missing.name or "a library"
    return (
        f'{path} cannot be read on this machine: the reader "{reader}" needs {library}, which is '
        f"not installed or does not load ({_detail(missing)}). That says nothing about the file: "
        f"install {library}."
    )


def _sentence(path: Path, reader: str, error: Exception) -> str:
    if isinstance(error, OSError) and error.errno is not None:
        return f"{path} cannot be read: {error.strerror or error}."
    return (
        f'{path} cannot be read: the reader "{reader}" found it damaged, cut short or of a kind '
        f"that it does not know ({_detail(error)}). Copy or export it again."
    )


def _detail(error: Exception) -> str:
    reason = " ".join(str(error).split())
    if len(reason) > LONGEST_REASON:
        reason = reason[:LONGEST_REASON] + "…"
    return f"{type(error).__name__}: {reason}" if reason else type(error).__name__


class GuardedPixels:
    """A lazy array whose failures are sentences.

    Parameters
    ----------
    pixels : dask.array.Array
        What the reader returned.
    path : Path
        The file that it reads.
    reader : str
        Name of the reader.
    """

    def __init__(self, pixels: Any, path: Path, reader: str) -> None:
        self.pixels, self.path, self.reader = pixels, path, reader
        self.shape, self.dtype, self.ndim = pixels.shape, pixels.dtype, pixels.ndim

    def __getitem__(self, region: Any) -> Array:
        """Load a region, in the calling thread."""
        with damage_explained(self.path, self.reader):
            return computed(self.pixels[region])


def guarded(image: xr.DataArray, path: Path, reader: str) -> xr.DataArray:
    """Return the image with its lazy pixels, if it has such, in a `GuardedPixels`.

    Parameters
    ----------
    image : xarray.DataArray
        What the reader returned.
    path : Path
        The file.
    reader : str
        Name of the reader.
    """
    if image.chunks is None:
        return image
    import dask.array as da

    pixels = GuardedPixels(image.data, path, reader)
    data = da.from_array(
        pixels,
        chunks=image.chunks,
        name=f"read-{image.data.name}",
        asarray=False,
        meta=np.empty((0,) * image.ndim, image.dtype),
    )
    return image.copy(data=data)
