"""TIFF in all its kinds: plain, BigTIFF, ImageJ hyperstack, OME-TIFF, through tifffile."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from debcr_core.components import Reader
from debcr_core.hookspecs import hookimpl

if TYPE_CHECKING:
    import xarray as xr

MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


class TiffReader(Reader):
    """One series of a TIFF at full resolution, read lazily.

    Axes, pixel size and channel names come from OME-XML, ImageJ's or tifffile's description;
    without one, pages are taken as ``z`` and a resolution finer than 10 µm as the pixel size.
    """

    name: ClassVar[str] = "tiff"
    suffixes: ClassVar[tuple[str, ...]] = (".tif", ".tiff", ".btf", ".tf8", ".lsm")

    series: int = Field(0, description="Number of the series, where a file holds several.", ge=0)

    @classmethod
    def recognises(cls, path: Path, head: bytes) -> bool:  # noqa: ARG003
        """Say whether the file starts as TIFFs do, of either byte order and offset size."""
        return head.startswith(MAGIC)

    def read(self, path: Path) -> xr.DataArray:
        """Return the series, lazily."""
        from debcr_plugins.formats.tiff.file import read

        return read(path, self.series)

    def restoration(self, path: Path) -> str | None:
        """Return the record in the first page's private tag (see `Reader.restoration`)."""
        from debcr_plugins.formats.tiff.file import read_restoration

        return read_restoration(path)


@hookimpl
def debcr_readers() -> list[type[Reader]]:
    """Offer the reader."""
    return [TiffReader]
