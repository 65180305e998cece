"""NPY: one array of numpy, without axes' names or pixel size."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from debcr_core.components import Growing, Put, Reader, Writer
from debcr_core.hookspecs import hookimpl

if TYPE_CHECKING:
    import xarray as xr


class NpyReader(Reader):
    """Array of two to five axes, read as ``yx``, ``zyx``, ``czyx`` or ``tczyx``.

    Lazily, unless it is stored in Fortran's order, where planes do not lie together.
    """

    name: ClassVar[str] = "npy"
    suffixes: ClassVar[tuple[str, ...]] = (".npy",)

    @classmethod
    def recognises(cls, path: Path, head: bytes) -> bool:  # noqa: ARG003
        """Say whether the file starts as NPY files do."""
        import numpy as np

        return head.startswith(np.lib.format.MAGIC_PREFIX)

    def read(self, path: Path) -> xr.DataArray:
        """Return the array."""
        import numpy as np

        from debcr_core.files.lazy import Rearranged, lazy_image
        from debcr_core.files.raw_file import RawFile
        from debcr_core.image import make_image
        from debcr_plugins.formats.claims import check_claim
        from debcr_plugins.formats.guessing import guess_axes
        from debcr_plugins.formats.numpy.npy_header import read_header

        with path.open("rb") as file:
            header = read_header(file, path)
            offset = file.tell()
        check_claim(path, header.nbytes, path.stat().st_size - offset)
        pixels = RawFile(path, header.dtype, header.stored_shape, offset)
        dims = guess_axes(path, header.shape)
        if 0 in header.shape:
            return make_image(np.empty(header.shape), dims)
        if header.fortran_order:
            # Each plane is strewn over the whole file: read once rather than once a plane.
            return make_image(pixels[:].T, dims)
        return lazy_image(Rearranged.whole(pixels), dims, pixels.pieces)


class NpyWriter(Writer):
    """Pixels alone: axes' names, pixel size and channel names are not kept.

    Axes lie in the order ``t c z y x``, or with channels last where the input has them so.
    """

    name: ClassVar[str] = "npy"
    suffixes: ClassVar[tuple[str, ...]] = (".npy",)

    def least_bytes(self, template: xr.DataArray) -> int:
        """Return the size of the pixels (see `Writer.least_bytes`)."""
        return template.nbytes

    def write(self, image: xr.DataArray, path: Path) -> None:
        """Write the pixels block by block."""
        from debcr_core.image_blocks import blocks_of

        with self.sink(image, path) as put:
            for region, block in blocks_of(image):
                put(region, block)

    @contextmanager
    def sink(self, template: xr.DataArray, path: Path) -> Iterator[Put]:
        """Open the file for regions in any order."""
        self.begin(template, path, template.shape)
        with self.growing(template, path) as growing:
            yield growing.put

    def piece(self, template: xr.DataArray) -> tuple[int, ...]:
        """Return a single pixel: each has its place (see `Writer.piece`)."""
        return (1,) * template.ndim

    def begin(
        self,
        template: xr.DataArray,
        path: Path,
        block: tuple[int, ...],  # noqa: ARG002
    ) -> None:
        """Create a file of full size, without the pixels (see `Writer.begin`)."""
        from debcr_core.image_extras import say_left_out
        from debcr_plugins.formats.numpy.npy_header import create

        say_left_out(template, "an NPY")
        create(path, template.dtype, tuple(template.sizes[dim] for dim in _stored(template)))

    @contextmanager
    def growing(self, template: xr.DataArray, path: Path) -> Iterator[Growing]:
        """Find the place of the pixels (see `Writer.growing`)."""
        from debcr_core.files.raw_file import RawFile
        from debcr_plugins.formats.growing_file import GrowingFile
        from debcr_plugins.formats.numpy.npy_header import read_header

        with path.open("rb") as file:
            header = read_header(file, path)
            pixels = RawFile(path, header.dtype, header.shape, file.tell())
        yield GrowingFile.like(template, pixels, _stored(template))


def _stored(image: xr.DataArray) -> tuple[str, ...]:
    """Return the order of the axes in the file.

    Read again, channels last are asked for as in the input; another order would be guessed.
    """
    from debcr_core.image_extras import in_stored_order

    stored = in_stored_order(image)
    return stored if stored[-1] == "c" else tuple(map(str, image.dims))


@hookimpl
def debcr_readers() -> list[type[Reader]]:
    """Offer the reader."""
    return [NpyReader]


@hookimpl
def debcr_writers() -> list[type[Writer]]:
    """Offer the writer."""
    return [NpyWriter]
