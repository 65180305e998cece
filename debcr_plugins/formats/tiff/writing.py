"""TIFF written through tifffile: ImageJ hyperstack or OME-TIFF, BigTIFF beyond 4 GB."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from debcr_core.components import Add, Put, Several, Writer
from debcr_core.hookspecs import hookimpl

if TYPE_CHECKING:
    import xarray as xr

Compression = Literal["none", "zlib", "zstd", "lzw"]


class _TiffWriter(Writer):
    holds: ClassVar[Literal["one", "several", "groups"]] = "several"

    compression: Compression = Field(
        "none",
        description="Lossless compression of each plane; uncompressed files are written region by "
        "region, others collect the image in memory. ImageJ does not read zstd.",
    )

    def _always_ome(self) -> bool:
        return False

    def check(self, template: xr.DataArray) -> None:
        """Refuse a dtype that no TIFF with metadata holds."""
        from debcr_plugins.formats.tiff.layout import lay_out

        lay_out(template, self._always_ome())

    def least_bytes(self, template: xr.DataArray) -> int:
        """Return the size of uncompressed pixels (see `Writer.least_bytes`)."""
        return template.nbytes if self.compression == "none" else 0

    def write(self, image: xr.DataArray, path: Path) -> None:
        """Write the image plane by plane."""
        from debcr_plugins.formats.tiff.output import write

        write(image, path, self.compression, self._always_ome())

    @contextmanager
    def sink(self, template: xr.DataArray, path: Path) -> Iterator[Put]:
        """Open the file for regions in any order."""
        from debcr_plugins.formats.tiff.output import open_output

        if self.compression == "none":
            with open_output(template, path, self._always_ome()) as put:
                yield put
        else:
            with super().sink(template, path) as put:
                yield put

    @contextmanager
    def sinks(
        self,
        several: Several,  # noqa: ARG002
        path: Path,
        least_bytes: int,
    ) -> Iterator[Add]:
        """Open an OME-TIFF for several images, each a series (see `Writer.sinks`)."""
        from debcr_plugins.formats.tiff.series import open_series

        with open_series(path, self.compression, least_bytes) as add:
            yield add


class TiffWriter(_TiffWriter):
    """ImageJ hyperstack where that holds the image, else OME-TIFF.

    An ImageJ hyperstack holds one image of uint8, uint16 or float32, up to 4 GB, with one spatial
    unit. bool is written as uint8 0 and 1.
    """

    name: ClassVar[str] = "tiff"
    suffixes: ClassVar[tuple[str, ...]] = (".tif", ".tiff")


class OmeTiffWriter(_TiffWriter):
    """OME-TIFF: integers of up to 32 bits, float32 and float64; bool as uint8 0 and 1.

    Axes lie in the order of the input; its resolution levels are kept.
    """

    name: ClassVar[str] = "ome-tiff"
    suffixes: ClassVar[tuple[str, ...]] = (".ome.tif", ".ome.tiff")

    def _always_ome(self) -> bool:
        return True


@hookimpl
def debcr_writers() -> list[type[Writer]]:
    """Offer the writers."""
    return [TiffWriter, OmeTiffWriter]
