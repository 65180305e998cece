"""TIFF in all its kinds: plain, BigTIFF, ImageJ hyperstack, OME-TIFF, through tifffile."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from debcr_core.components import Part, Reader, Several
from debcr_core.hookspecs import hookimpl

if TYPE_CHECKING:
    import xarray as xr

MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


class TiffReader(Reader):
    """One series of a TIFF at full resolution, read lazily; all of them where a whole is asked for.

    Axes, pixel size and channel names come from OME-XML, ImageJ's or tifffile's description;
    without one, pages are taken as ``z`` and a resolution finer than 10 µm as the pixel size.
    """

    name: ClassVar[str] = "tiff"
    suffixes: ClassVar[tuple[str, ...]] = (".tif", ".tiff", ".btf", ".tf8", ".lsm")

    series: int | None = Field(
        None,
        description="Number of the series, where a file holds several; by default all where the "
        "output can hold them, else the first.",
        ge=0,
    )

    @classmethod
    def recognises(cls, path: Path, head: bytes) -> bool:  # noqa: ARG003
        """Say whether the file starts as TIFFs do, of either byte order and offset size."""
        return head.startswith(MAGIC)

    def read(self, path: Path) -> xr.DataArray:
        """Return the series, lazily."""
        from debcr_plugins.formats.tiff.file import read

        return read(path, self.series)

    def files(self, path: Path) -> list[Path]:
        """Return the files of an OME-TIFF in several (see `Reader.files`)."""
        from debcr_plugins.formats.tiff.file import files_of

        return files_of(path)

    def several(self, path: Path) -> Several | None:
        """Return all series, unless one is asked for (see `Reader.several`)."""
        from debcr_plugins.formats.tiff.file import images_in

        if self.series is not None:
            return None
        numbers = images_in(path)
        readers = {number: self.model_copy(update={"series": number}) for number in numbers}
        parts = [Part(path, reader, path, str(number)) for number, reader in readers.items()]
        return Several(tuple(parts)) if len(parts) > 1 else None

    def colours(self, path: Path) -> tuple[str, ...]:
        """Return the channels' colours of OME-XML, or ImageJ's look-up tables."""
        from debcr_plugins.formats.tiff.file import read_colours

        return read_colours(path, self.series or 0)

    def restoration(self, path: Path) -> str | None:
        """Return the record in a private tag of the first page (see `Reader.restoration`)."""
        from debcr_plugins.formats.tiff.file import read_restoration

        return read_restoration(path, self.series or 0)


@hookimpl
def debcr_readers() -> list[type[Reader]]:
    """Offer the reader."""
    return [TiffReader]
