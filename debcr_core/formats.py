"""What reads and what writes a file format, and what they say of several images in one file.

Part of the contracts of `debcr_core.components`, from where others import it.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol

from debcr_core.component import Array, Component, Region

if TYPE_CHECKING:
    import xarray as xr

Put = Callable[[Region, Array], None]
"""``put(region, block)``: takes a region of an image, a slice per dim, and its pixels."""
Add = Callable[[str, "xr.DataArray"], AbstractContextManager[Put]]
"""``add(name, template)``: opens one of several images for its regions."""


class Growing(Protocol):
    """An output that lies on disk with its final size, and is filled block by block."""

    def put(self, region: Region, block: Array) -> None:
        """Write a region that is whole pieces (`Writer.piece`), and have it reach the system.

        What several processes write at once is whole blocks, as `Writer.begin` was told of them:
        pieces of one block may lie in one file. A region can be written again, also where what
        was there is damaged, and gives the same bytes.
        """

    def read(self, region: Region) -> Array:
        """Return what a region holds now."""


class Reader(Component):
    """Reads one file format into an image (see `debcr_core.image`).

    Attributes
    ----------
    suffixes : tuple of str
        File name endings of the format, lower case, with the dot: ``(".tif", ".tiff")``.
    """

    suffixes: ClassVar[tuple[str, ...]]

    @classmethod
    @abstractmethod
    def recognises(cls, path: Path, head: bytes) -> bool:
        """Say whether the content is of this format, whatever the file's name.

        Parameters
        ----------
        path : Path
            An existing file or folder.
        head : bytes
            The first bytes of the file (at most 4096); empty for a folder.
        """

    @classmethod
    def sample(cls, folder: Path) -> Path | None:  # noqa: ARG003
        """Write a small image of the format, for the conformance kit; by default None.

        The kit then takes one that a writer of the same name makes.

        Parameters
        ----------
        folder : Path
            Where to write: it is there, and empty.
        """
        return None

    def files(self, path: Path) -> list[Path]:
        """Return the files that the image lies in: a change in one of them is noticed.

        By default the file, or all files in the folder. Where one image lies in several files, of
        which each can be named, all of them give the same answer, and the first in it is opened.
        """
        return (
            sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
        )

    def several(self, path: Path) -> Several | None:  # noqa: ARG002
        """Return the images that lie here, where there can be several; None where it is one image.

        Parameters
        ----------
        path : Path
            A file or folder that the reader recognises.

        Raises
        ------
        ReadError
            If what says so is damaged.
        """
        return None

    def together(self, path: Path) -> Several | None:  # noqa: ARG002
        """Return images that a viewer shows together where `read` takes one; None where not.

        Such as the noisy image and the truth of an archive: other than those of `several`, they
        are one thing, of which nobody has to choose.
        """
        return None

    def truth(self, path: Path) -> Reader | None:  # noqa: ARG002
        """Return what reads the truth, where a file holds a degraded image and its truth.

        By default None: a file holds one image, or several of which none is another's truth.
        """
        return None

    def coarser(self, path: Path) -> tuple[Reader, ...]:  # noqa: ARG002
        """Return readers of the same image at lower resolutions, the finest first."""
        return ()

    def colours(self, path: Path) -> tuple[str, ...]:  # noqa: ARG002
        """Return a colour for each channel, ``#rrggbb``, where the file says in which to show them.

        By default there are none, and a viewer chooses.
        """
        return ()

    def restoration(self, path: Path) -> str | None:  # noqa: ARG002
        """Return the record of how the image was made, as JSON, if the file holds one.

        Writers of formats that can hold it store ``attrs["restoration"]``.
        """
        return None

    @abstractmethod
    def read(self, path: Path) -> xr.DataArray:
        """Return the image, lazily (dask) where the format allows.

        Raises
        ------
        ReadError
            If the file is damaged, promises what it does not hold, or is not supported.
        """


@dataclass(frozen=True)
class Part:
    """One image, and what it is part of.

    Attributes
    ----------
    path : Path
        What is opened: the file or folder of the image, or of all of them.
    reader : Reader or None
        Opens this one of them; None where no reader does, and opening it says why.
    whole : Path
        The file or folder that holds it: `path` itself, or a folder around it.
    name : str
        Its place in the whole, with ``/`` between groups, such as ``A/1/0``; empty where it is
        the whole.
    """

    path: Path
    reader: Reader | None
    whole: Path
    name: str = ""

    @property
    def place(self) -> Path:
        """How to speak of it: the whole's path and the place in it."""
        return self.whole / self.name


@dataclass(frozen=True)
class Several:
    """The images of one file or folder.

    Attributes
    ----------
    parts : tuple of Part
        In their order; names differ.
    groups : mapping of str to mapping
        By its path (empty for the whole), what is said of each group of images in the terms of
        NGFF (https://ngff.openmicroscopy.org/0.5), without version: of a plate ``plate``, of its
        wells ``well``. Empty for images that are merely numbered.
    """

    parts: tuple[Part, ...]
    groups: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


class Writer(Component):
    """Writes an image to one file format.

    The caller gives a temporary path and renames it when the writer returns, so a writer need
    not care about half-written files. An image that was restored has ``attrs["restoration"]``, a
    record of how (JSON, as text), which a format that can hold it keeps. What else an input has
    (`debcr_core.image_extras`) is kept as well, or said to be left out.

    Attributes
    ----------
    suffixes : tuple of str
        File name endings that select this writer.
    holds : {"one", "several", "groups"}
        Whether a file of the format holds one image, several, or several in named groups.
    shared : bool
        Whether several machines may fill different pieces of one output at once (`piece`).
    """

    suffixes: ClassVar[tuple[str, ...]]
    holds: ClassVar[Literal["one", "several", "groups"]] = "one"
    shared: ClassVar[bool] = False

    def check(self, template: xr.DataArray) -> None:
        """Refuse an image that the format cannot hold, before any work is spent on it.

        Parameters
        ----------
        template : xarray.DataArray
            An image with the final dims, shape, dtype and metadata; its values are not read.

        Raises
        ------
        WriteError
            If the format cannot hold it.
        """

    def least_bytes(self, template: xr.DataArray) -> int:  # noqa: ARG002
        """Return how many bytes the output will have at least; 0 where that is unknown.

        Parameters
        ----------
        template : xarray.DataArray
            As in `check`.
        """
        return 0

    @abstractmethod
    def write(self, image: xr.DataArray, path: Path) -> None:
        """Write the whole image, block by block where its data are lazy.

        Raises
        ------
        WriteError
            If the format cannot hold the image (axes, dtype).
        """

    @contextmanager
    def sink(self, template: xr.DataArray, path: Path) -> Iterator[Put]:
        """Open `path` for an image that arrives region by region.

        Formats that can be written out of order override this; here the image is collected in
        memory and written when the block ends without an error.

        Parameters
        ----------
        template : xarray.DataArray
            An image with the final dims, shape, dtype and metadata; its values are not read.
        path : Path
            Where to write.

        Yields
        ------
        callable
            ``put(region, block)`` with one slice per dim and a block of that shape.
        """
        import numpy as np

        from debcr_core.plain_variables import with_pixels

        collected = np.empty(template.shape, template.dtype)

        def put(region: Region, block: Array) -> None:
            collected[region] = block

        yield put
        self.write(with_pixels(template, collected), path)

    def piece(self, template: xr.DataArray) -> tuple[int, ...] | None:  # noqa: ARG002
        """Return the smallest block of pixels that can be written by itself, whenever.

        With it an output can grow over several runs, by several processes: `begin` lays it out,
        `growing` opens it as often as is needed, `finish` completes it. None, the default, where
        the format is written from beginning to end.

        Parameters
        ----------
        template : xarray.DataArray
            An image with the final dims, shape, dtype and metadata.

        Returns
        -------
        tuple of int or None
            Pixels per dim; blocks begin at multiples of it, and end there or with the image.
        """
        return None

    def begin(self, template: xr.DataArray, path: Path, block: tuple[int, ...]) -> None:
        """Lay out an output whose pixels come later, with all that is known before they do.

        Only for formats that have a `piece`.

        Parameters
        ----------
        template : xarray.DataArray
            As in `piece`.
        path : Path
            Where to write; nothing is there.
        block : tuple of int
            Pixels per dim that arrive at once, a multiple of the piece: a format may store them
            together (shards). It may reach beyond the end of the image.

        Warns
        -----
        DebcrWarning
            If the image has extras that the format does not hold.
        """
        raise NotImplementedError(f"{self.name} is written from beginning to end")

    def growing(self, template: xr.DataArray, path: Path) -> AbstractContextManager[Growing]:
        """Open what `begin` laid out, to fill and to read it."""
        raise NotImplementedError(f"{self.name} is written from beginning to end")

    def finish(
        self,
        template: xr.DataArray,
        path: Path,
        limits: tuple[float, float],
    ) -> None:
        """Complete an output whose pixels are all there: coarser levels, metadata.

        Until then no reader takes it for an image. Long work looks at
        `debcr_core.stopping.check_heeded`. It may be called again after it was ended in the
        middle, or at its end, and the bytes are the same; it removes what a process that was
        killed has left among the output.

        Parameters
        ----------
        template, path
            As in `begin`.
        limits : tuple of float
            The smallest and the largest finite pixel.
        """

    def sinks(self, several: Several, path: Path, least_bytes: int) -> AbstractContextManager[Add]:
        """Open `path` for several images, which arrive one after the other, each region by region.

        Only for formats that hold several.

        Parameters
        ----------
        several : Several
            Names of the images, in the order in which they arrive, and of their groups.
        path : Path
            Where to write.
        least_bytes : int
            What all images will have at least, as `least_bytes` says of each.

        Returns
        -------
        context manager
            Of ``add(name, template)``, which opens one image as `sink` does; it is whole when the
            outer block ends without an error.
        """
        raise NotImplementedError(f"{self.name} writes one image a file")
