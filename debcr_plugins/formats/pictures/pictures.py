"""PNG and JPEG: single planes, grey or RGB, through Pillow."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from debcr_core.components import Reader, Writer
from debcr_core.hookspecs import hookimpl

if TYPE_CHECKING:
    import xarray as xr


class PngReader(Reader):
    """Grey or RGB picture of 1, 8 or 16 bits; RGB of three equal channels is read as grey."""

    name: ClassVar[str] = "png"
    suffixes: ClassVar[tuple[str, ...]] = (".png",)

    @classmethod
    def recognises(cls, path: Path, head: bytes) -> bool:  # noqa: ARG003
        """Say whether the file starts as PNG files do."""
        return head.startswith(b"\x89PNG\r\n\x1a\n")

    def read(self, path: Path) -> xr.DataArray:
        """Return the picture, in memory."""
        from debcr_plugins.formats.pictures.reading import read_png

        return read_png(path)


class JpegReader(Reader):
    """Grey or RGB picture of 8 bits; RGB of three equal channels is read as grey."""

    name: ClassVar[str] = "jpeg"
    suffixes: ClassVar[tuple[str, ...]] = (".jpg", ".jpeg")

    @classmethod
    def recognises(cls, path: Path, head: bytes) -> bool:  # noqa: ARG003
        """Say whether the file starts as JPEG files do."""
        return head.startswith(b"\xff\xd8\xff")

    def read(self, path: Path) -> xr.DataArray:
        """Return the picture, in memory."""
        from debcr_plugins.formats.pictures.reading import read_jpeg

        return read_jpeg(path)


class PngWriter(Writer):
    """One plane of bool, uint8 or uint16, or uint8 RGB; keeps the pixel size in µm, no names."""

    name: ClassVar[str] = "png"
    suffixes: ClassVar[tuple[str, ...]] = (".png",)

    def check(self, template: xr.DataArray) -> None:
        """Refuse what is no plane, or of another dtype."""
        from debcr_plugins.formats.pictures.writing import check_png

        check_png(template)

    def write(self, image: xr.DataArray, path: Path) -> None:
        """Write the picture."""
        from debcr_plugins.formats.pictures.writing import write_png

        write_png(image, path)


class JpegWriter(Writer):
    """One plane of uint8, or uint8 RGB: for viewing, since the compression is lossy."""

    name: ClassVar[str] = "jpeg"
    suffixes: ClassVar[tuple[str, ...]] = (".jpg", ".jpeg")
    deviations: ClassVar[Mapping[str, str]] = {
        "test_what_check_accepts_is_written_and_read_again": "JPEG keeps pixels nearly, not exactly"
    }

    quality: int = Field(95, description="From 1 (small) to 100 (nearly exact).", ge=1, le=100)

    def check(self, template: xr.DataArray) -> None:
        """Refuse what is no plane, of another dtype, or too large."""
        from debcr_plugins.formats.pictures.writing import check_jpeg

        check_jpeg(template)

    def write(self, image: xr.DataArray, path: Path) -> None:
        """Write the picture."""
        from debcr_plugins.formats.pictures.writing import write_jpeg

        write_jpeg(image, path, self.quality)


@hookimpl
def debcr_readers() -> list[type[Reader]]:
    """Offer the readers."""
    return [PngReader, JpegReader]


@hookimpl
def debcr_writers() -> list[type[Writer]]:
    """Offer the writers."""
    return [PngWriter, JpegWriter]
