"""TIFF written through tifffile: ImageJ hyperstack or OME-TIFF, BigTIFF beyond 4 GB."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal, Self

from pydantic import Field, model_validator

from debcr_core.components import Add, Growing, Put, Several, Writer
from debcr_core.hookspecs import hookimpl

if TYPE_CHECKING:
    import xarray as xr

    from debcr_plugins.formats.tiff.layout import Layout

Compression = Literal["none", "zlib", "zstd", "lzw"]


class _TiffWriter(Writer):
    holds: ClassVar[Literal["one", "several", "groups"]] = "several"

    compression: Compression = Field(
        "none",
        description="Lossless compression of each plane; uncompressed files are written region by "
        "region, others collect the image in memory. ImageJ does not read zstd.",
    )

    tile: int | None = Field(
        None,
        description="Side of the tiles of an uncompressed OME-TIFF; 0 has whole rows instead. By "
        "default 512 in files above 4 GB with planes of more than 2048 pixels along y or x, which "
        "programs then read by region, else 0. ImageJ's hyperstacks have none.",
        ge=0,
        le=4096,
        multiple_of=16,
        json_schema_extra={"advanced": True, "unit": "pixels"},
    )

    @model_validator(mode="after")
    def _tiles_are_not_compressed(self) -> Self:
        if self.tile and self.compression != "none":
            raise ValueError("tiles are written without compression: leave one of the two out")
        return self

    def _always_ome(self) -> bool:
        return False

    def _layout(self, template: xr.DataArray) -> Layout:
        from debcr_plugins.formats.tiff.layout import lay_out

        tile = self.tile if self.compression == "none" else 0
        return lay_out(template, self._always_ome(), tile)

    def check(self, template: xr.DataArray) -> None:
        """Refuse a dtype that no TIFF with metadata holds."""
        self._layout(template)

    def least_bytes(self, template: xr.DataArray) -> int:
        """Return the size of uncompressed pixels (see `Writer.least_bytes`)."""
        return template.nbytes if self.compression == "none" else 0

    def write(self, image: xr.DataArray, path: Path) -> None:
        """Write the image plane by plane or, uncompressed, block by block."""
        from debcr_core.image_blocks import blocks_of
        from debcr_plugins.formats.tiff.output import write

        if self.compression != "none":
            write(image, path, self.compression, self._always_ome())
            return
        with self.sink(image, path) as put:
            for region, block in blocks_of(image):
                put(region, block)

    @contextmanager
    def sink(self, template: xr.DataArray, path: Path) -> Iterator[Put]:
        """Open the file for regions in any order."""
        if self.compression != "none":
            with super().sink(template, path) as put:
                yield put
            return
        self.begin(template, path, template.shape)
        with self.growing(template, path) as growing:
            yield growing.put
        self.finish(template, path, (0, 1))

    def piece(self, template: xr.DataArray) -> tuple[int, ...] | None:
        """Return a tile, or any pixel; None where pixels are compressed (see `Writer.piece`)."""
        if self.compression != "none":
            return None
        side = self._layout(template).tile or 1
        return tuple(side if dim in ("y", "x") else 1 for dim in template.dims)

    def begin(
        self,
        template: xr.DataArray,
        path: Path,
        block: tuple[int, ...],  # noqa: ARG002
    ) -> None:
        """Create a file of full size, without the pixels (see `Writer.begin`)."""
        from debcr_plugins.formats.tiff.output import begin

        begin(template, path, self._layout(template))

    @contextmanager
    def growing(self, template: xr.DataArray, path: Path) -> Iterator[Growing]:
        """Find the places of the pixels (see `Writer.growing`)."""
        from debcr_plugins.formats.tiff.output import growing

        yield growing(template, path, self._layout(template))

    def finish(
        self,
        template: xr.DataArray,
        path: Path,
        limits: tuple[float, float],  # noqa: ARG002
    ) -> None:
        """Make coarser levels, where the input has some (see `Writer.finish`)."""
        from debcr_plugins.formats.tiff.output import finish

        finish(template, path, self._layout(template))

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
