"""OME-Zarr 0.4 and 0.5 (https://ngff.openmicroscopy.org), and plain Zarr arrays."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field, field_validator

from debcr_core.components import Add, Growing, Put, Reader, Several, Writer
from debcr_core.hookspecs import hookimpl
from debcr_plugins.formats.zarr.nodes import is_node

if TYPE_CHECKING:
    import xarray as xr


class OmeZarrReader(Reader):
    """One resolution of an image in a local folder, read lazily.

    A Zarr array without OME metadata is read too, with the axes' names that Zarr 3 or xarray
    stored.
    """

    name: ClassVar[str] = "ome-zarr"
    suffixes: ClassVar[tuple[str, ...]] = (".ome.zarr", ".zarr")

    level: int = Field(
        0, description="Resolution level; 0 is the full resolution, higher ones coarser.", ge=0
    )

    @classmethod
    def recognises(cls, path: Path, head: bytes) -> bool:  # noqa: ARG003
        """Say whether the folder holds Zarr metadata."""
        return is_node(path)

    def read(self, path: Path) -> xr.DataArray:
        """Return the image, lazily.

        Warns
        -----
        DebcrWarning
            If chunks are absent, which reads as the fill value.
        """
        from debcr_plugins.formats.zarr.reading import read

        return read(path, self.level)

    def files(self, path: Path) -> list[Path]:
        """Return the metadata and the chunks of the level that is read (see `Reader.files`)."""
        from debcr_plugins.formats.zarr.reading import files_of

        return files_of(path, self.level)

    def several(self, path: Path) -> Several | None:
        """Return the images in a plate, a well or another group (see `Reader.several`)."""
        from debcr_plugins.formats.zarr.groups import images_in

        return images_in(path, self)

    def coarser(self, path: Path) -> tuple[Reader, ...]:
        """Return readers of the levels after this one (see `Reader.coarser`)."""
        from debcr_plugins.formats.zarr.reading import count_levels

        numbers = range(self.level + 1, count_levels(path))
        return tuple(self.model_copy(update={"level": number}) for number in numbers)

    def colours(self, path: Path) -> tuple[str, ...]:
        """Return the colours of the display settings (see `Reader.colours`)."""
        from debcr_plugins.formats.zarr.reading import read_colours

        return read_colours(path)

    def restoration(self, path: Path) -> str | None:
        """Return the record among the attributes (see `Reader.restoration`)."""
        from debcr_plugins.formats.zarr.reading import read_restoration

        return read_restoration(path)


class OmeZarrWriter(Writer):
    """A folder with the resolution levels and label images of the input, or one level without.

    Chunks are of one plane of at most 256 × 256 pixels. They are compressed with Zstandard and
    carry its checksum, so that damage shows. Chunks of zeros are written like others, so that an
    absent chunk always means damage. An image of more than 2048 pixels along y or x has coarser
    levels. Several images become a plate where they were one, else the layout of bioformats2raw.
    """

    name: ClassVar[str] = "ome-zarr"
    suffixes: ClassVar[tuple[str, ...]] = (".ome.zarr", ".zarr")
    holds: ClassVar[Literal["one", "several", "groups"]] = "groups"
    shared: ClassVar[bool] = True

    version: Literal["0.4", "0.5"] = Field(
        "0.5",
        description="Version of OME-Zarr: 0.5 lies in Zarr 3, 0.4 in Zarr 2.",
        json_schema_extra={"advanced": True},
    )

    shards: bool = Field(
        True,
        description="Whether version 0.5 keeps chunks that are computed together in one file (a "
        "shard): fewer files. Without, each chunk is a file, which programs that do not know "
        "shards can read.",
        json_schema_extra={"advanced": True},
    )

    @field_validator("version", mode="before")
    @classmethod
    def _as_text(cls, version: Any) -> Any:
        """Take ``version=0.4`` as it is typed, which YAML reads as a number."""
        return str(version) if isinstance(version, float) else version

    def write(self, image: xr.DataArray, path: Path) -> None:
        """Write the image block by block."""
        from debcr_core.image_blocks import blocks_of

        with self.sink(image, path) as put:
            for region, block in blocks_of(image):
                put(region, block)

    @contextmanager
    def sink(self, template: xr.DataArray, path: Path) -> Iterator[Put]:
        """Open the folder for regions in any order."""
        from debcr_plugins.formats.zarr.writing import open_folder

        with open_folder(template, path, self.version) as put:
            yield put

    def piece(self, template: xr.DataArray) -> tuple[int, ...]:
        """Return the size of a chunk (see `Writer.piece`)."""
        from debcr_plugins.formats.zarr.arrays import chunk_of

        return chunk_of(list(map(str, template.dims)), template.shape)

    def begin(self, template: xr.DataArray, path: Path, block: tuple[int, ...]) -> None:
        """Lay out the folder; a block becomes a shard (see `Writer.begin`)."""
        from debcr_plugins.formats.zarr.writing import begin

        begin(template, path, self.version, block, shards=self.shards)

    @contextmanager
    def growing(self, template: xr.DataArray, path: Path) -> Iterator[Growing]:  # noqa: ARG002
        """Open the array of all pixels (see `Writer.growing`)."""
        from debcr_plugins.formats.zarr.arrays import open_array
        from debcr_plugins.formats.zarr.folder import FINEST

        yield open_array(path / FINEST)

    def finish(self, template: xr.DataArray, path: Path, limits: tuple[float, float]) -> None:
        """Add labels, coarser levels and metadata (see `Writer.finish`)."""
        from debcr_plugins.formats.zarr.writing import finish

        finish(template, path, self.version, limits)

    @contextmanager
    def sinks(
        self,
        several: Several,
        path: Path,
        least_bytes: int,  # noqa: ARG002
    ) -> Iterator[Add]:
        """Open a group for images, and their groups in it (see `Writer.sinks`)."""
        from debcr_plugins.formats.zarr.writing_groups import open_groups

        with open_groups(several, path, self.version) as add:
            yield add


@hookimpl
def debcr_readers() -> list[type[Reader]]:
    """Offer the reader."""
    return [OmeZarrReader]


@hookimpl
def debcr_writers() -> list[type[Writer]]:
    """Offer the writer."""
    return [OmeZarrWriter]
