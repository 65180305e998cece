"""What an NPY header says, read before memory is set aside for it, or written before pixels."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import IO, Any

import numpy as np

from debcr_core.errors import ReadError


@dataclass(frozen=True)
class Header:
    """Shape, order and type of an array.

    Attributes
    ----------
    shape : tuple of int
        Elements per axis.
    fortran_order : bool
        Whether the first axis is fastest in the file.
    dtype : numpy.dtype
        Type with byte order.
    """

    shape: tuple[int, ...]
    fortran_order: bool
    dtype: np.dtype[Any]

    @property
    def nbytes(self) -> int:
        """Bytes of the elements."""
        return prod(self.shape) * self.dtype.itemsize

    @property
    def stored_shape(self) -> tuple[int, ...]:
        """Shape with the axes as they lie in the file, slowest first."""
        return self.shape[::-1] if self.fortran_order else self.shape


def read_header(file: IO[bytes], path: Path) -> Header:
    """Read an NPY header and leave the file at the first element.

    Raises
    ------
    ReadError
        If the array holds Python objects, which are programs that run when loaded, or its shape
        is no shape.
    """
    major, _ = np.lib.format.read_magic(file)
    read = (
        np.lib.format.read_array_header_1_0 if major == 1 else np.lib.format.read_array_header_2_0
    )
    shape, fortran_order, dtype = read(file)
    if dtype.hasobject:
        raise ReadError(
            f"{path} holds Python objects, not numbers: loading them could run harmful code. "
            "Save it again as an array of numbers."
        )
    if any(size < 0 for size in shape):
        raise ReadError(f"{path} claims an impossible shape, {shape}: it is damaged.")
    return Header(shape, fortran_order, dtype)


def create(path: Path, dtype: np.dtype[Any], shape: tuple[int, ...]) -> None:
    """Create an NPY of full size for elements that come later."""
    header = {
        "descr": np.lib.format.dtype_to_descr(dtype),
        "fortran_order": False,
        "shape": shape,
    }
    with path.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, header)
        file.truncate(file.tell() + prod(shape) * dtype.itemsize)
