"""The kinds of component that a plugin can offer.

A component is a class whose fields are its parameters: frozen, documented, bounded. The same
description serves YAML, the command line, forms in a viewer and the documentation. A component
holds no state; what it learns from an image lives in what its methods return. Heavy libraries
are imported inside methods, so that listing components costs nothing.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from debcr_core.component import Array, Component, Floats, Position, Region
from debcr_core.errors import UsageError
from debcr_core.normalization import Normalization, Normalizer
from debcr_core.signature import Footprint, Signature

if TYPE_CHECKING:
    import xarray as xr
    from torch import Tensor

    from debcr_core.stopping import Stop

__all__ = [
    "KINDS",
    "Array",
    "Blender",
    "Component",
    "Figure",
    "Floats",
    "Loss",
    "Metric",
    "Model",
    "Normalization",
    "Normalizer",
    "Position",
    "Predictor",
    "Put",
    "Reader",
    "Region",
    "Tile",
    "Tiler",
    "Writer",
]

Put = Callable[[Region, Array], None]


def _nothing() -> None:
    """Give nothing back: there is nothing to give."""


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

    def files(self, path: Path) -> list[Path]:
        """Return the files that the image lies in: a change in one of them is noticed.

        By default the file, or all files in the folder.
        """
        return (
            sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
        )

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
    """

    suffixes: ClassVar[tuple[str, ...]]

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
        collected = np.empty(template.shape, template.dtype)

        def put(region: Region, block: Array) -> None:
            collected[region] = block

        yield put
        self.write(template.copy(data=collected), path)


@dataclass(frozen=True)
class Tile:
    """One piece of work: what the network sees and which output it serves.

    Attributes
    ----------
    read : tuple of slice
        Input region, a slice per spatial axis; may reach beyond the image, which is then
        continued by reflection.
    serve : tuple of slice
        Output region inside both the image and `read`.
    overlap : tuple of (int, int)
        Per axis, how many pixels at the start and at the end of `serve` the neighbouring
        tiles serve as well.
    """

    read: Region
    serve: Region
    overlap: tuple[tuple[int, int], ...]


class Tiler(Component):
    """Divides an image into tiles of one shape."""

    @abstractmethod
    def grid(self, shape: tuple[int, ...], footprint: Footprint) -> list[Tile]:
        """Return the tiles, ordered by position (first axis slowest).

        A pure function of its arguments. All `Tile.read` have one shape and start at multiples
        of the stride; the `Tile.serve` together cover the image, and tiles that start in the
        same row serve the same rows.

        Parameters
        ----------
        shape : tuple of int
            Pixels along the model's spatial axes.
        footprint : Footprint
            The model's stride, halo and fixed size along these axes.

        Raises
        ------
        UsageError
            If the tile is too small for the halo or overlap.
        """


class Blender(Component):
    """Weighs tiles against each other where they overlap."""

    @abstractmethod
    def weights(self, shape: tuple[int, ...], overlap: tuple[tuple[int, int], ...]) -> Floats:
        """Return weights for a tile's served region, a pure function of its arguments.

        Weights are not negative, and positive wherever no other tile can be: the sum over all
        tiles is positive at every pixel. They need not add up to one; the flow divides.

        Parameters
        ----------
        shape : tuple of int
            Pixels of `Tile.serve` per axis.
        overlap : tuple of (int, int)
            `Tile.overlap`.
        """


@dataclass(frozen=True)
class Predictor:
    """A network with its weights on a device, as a function.

    Attributes
    ----------
    compute : callable
        ``compute(block, stop)`` maps float32 ``(batch, channel, [z,] y, x)`` to an array of the
        same batch and spatial shape, with the signature's `channels_out`. It may be called by
        several threads at once. A network that takes long asks `stop` between its layers
        (``stop.check()``), or tells it how to be interrupted (``stop.interrupting(…)``); a quick
        one need not look at it.
    device : str
        Where it computes: ``cpu``, ``cuda:0``…
    backend : str
        What computes, with its version: results are the same bytes with the same backend on
        processors with the same instructions.
    close : callable
        Gives back what the network holds; called once.
    files : tuple of Path
        Further files that hold weights, beside the one that was given.
    """

    compute: Callable[[Floats, Stop], Array]
    device: str = "cpu"
    backend: str = "numpy"
    close: Callable[[], None] = _nothing
    files: tuple[Path, ...] = ()


class Model(Component):
    """A network's architecture: what it accepts and how to run it with given weights."""

    @property
    @abstractmethod
    def signature(self) -> Signature:
        """What the network takes and gives."""

    @abstractmethod
    def predictor(self, weights: Path | None, device: str) -> Predictor:
        """Load the weights and return the network as a function.

        Parameters
        ----------
        weights : Path or None
            File in the model's own format; None for a model that has no weights.
        device : str
            ``cpu``, ``cuda``, ``cuda:1``, ``mps``…, or ``auto``: a GPU where there is one.

        Raises
        ------
        ReadError
            If the weights do not fit the model.
        """


@dataclass(frozen=True)
class Figure:
    """One measured number with what is needed to read it.

    Attributes
    ----------
    name : str
        Such as ``PSNR``.
    value : float
        The number; NaN where it is undefined.
    unit : str
        Such as ``dB`` or ``µm``; empty for plain numbers.
    better : {"higher", "lower", ""}
        Which direction is an improvement; empty where neither is.
    """

    name: str
    value: float
    unit: str = ""
    better: Literal["higher", "lower", ""] = ""


class Metric(Component):
    """Measures an image, mostly against a reference."""

    @abstractmethod
    def measure(self, image: xr.DataArray, reference: xr.DataArray | None) -> list[Figure]:
        """Return the figures of one image.

        Raises
        ------
        UsageError
            If image and reference differ in dims or shape.
        """

    def plot(
        self,
        images: Mapping[str, xr.DataArray],  # noqa: ARG002
        reference: xr.DataArray,  # noqa: ARG002
        path: Path,  # noqa: ARG002
    ) -> None:
        """Draw the metric as a picture (PNG), one curve for each named image.

        Raises
        ------
        UsageError
            If there is nothing to draw: most metrics are single numbers.
        """
        raise UsageError(f'The metric "{self.name}" has no plot.')


class Loss(Component):
    """Says how far a network's output is from the truth, for training."""

    @abstractmethod
    def measure(self, restored: Tensor, truth: Tensor, degraded: Tensor) -> Tensor:
        """Return the loss of one batch at one scale, a scalar that has a gradient.

        Parameters
        ----------
        restored : torch.Tensor
            The network's output, ``(batch, channel, [z,] y, x)``, normalized.
        truth : torch.Tensor
            What it should be, of the same shape.
        degraded : torch.Tensor
            The network's input at the same scale, ``(batch, channel, [z,] y, x)``.
        """


KINDS: dict[str, type[Component]] = {
    "reader": Reader,
    "writer": Writer,
    "normalizer": Normalizer,
    "tiler": Tiler,
    "blender": Blender,
    "model": Model,
    "metric": Metric,
    "loss": Loss,
}
