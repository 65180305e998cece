"""The kinds of component that a plugin can offer.

A component is a class whose fields are its parameters: frozen, documented, bounded. The same
description serves YAML, the command line, forms in a viewer and the documentation. A component
holds no state; what it learns from an image lives in what its methods return. Heavy libraries
are imported inside methods, so that listing components costs nothing.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from debcr_core.component import Array, Component, Floats, Position, Region
from debcr_core.errors import DebcrWarning, UsageError
from debcr_core.formats import Add, Growing, Part, Put, Reader, Several, Writer
from debcr_core.normalization import Normalization, Normalizer
from debcr_core.signature import Footprint, Signature

if TYPE_CHECKING:
    import xarray as xr
    from torch import Tensor

    from debcr_core.stopping import Stop

__all__ = [
    "KINDS",
    "Add",
    "Array",
    "Backend",
    "Blender",
    "Component",
    "Figure",
    "Floats",
    "Growing",
    "Loss",
    "Metric",
    "Model",
    "Normalization",
    "Normalizer",
    "Part",
    "Position",
    "Predictor",
    "Put",
    "Reader",
    "Region",
    "Several",
    "Tile",
    "Tiler",
    "Writer",
]


def _nothing() -> None:
    """Give nothing back: there is nothing to give."""


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
            The model's stride, halo and fixed size along these axes, and the memory that it takes.

        Raises
        ------
        UsageError
            If the tile is too small for the halo or overlap.
        """

    def remarks(
        self,
        shape: tuple[int, ...],  # noqa: ARG002
        footprint: Footprint,  # noqa: ARG002
    ) -> tuple[DebcrWarning, ...]:
        """Return what the user should know of these tiles before work starts; by default nothing.

        Parameters
        ----------
        shape, footprint
            As in `grid`, which has made tiles of them.
        """
        return ()

    def smaller(
        self,
        shape: tuple[int, ...],  # noqa: ARG002
        footprint: Footprint,  # noqa: ARG002
    ) -> Tiler | None:
        """Return the same with smaller tiles, for where memory has run out.

        By default None: there are none, or the user has said which tiles there should be.

        Parameters
        ----------
        shape, footprint
            As in `grid`.
        """
        return None


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


Precision = Literal["float32", "bfloat16"]
"""What a network computes in: ``bfloat16`` keeps 8 bits of each number, where it gains time."""


class Backend(Component):
    """Computes networks by a library: PyTorch, ONNX Runtime and the like.

    Users name one (``--backend onnx``); ``auto`` takes the first that is there and `prefers` the
    network on the device, else the network's own way (`Model.predictor`).

    Attributes
    ----------
    precisions : tuple of str
        What it can compute in.
    """

    precisions: ClassVar[tuple[Precision, ...]] = ("float32",)

    @classmethod
    @abstractmethod
    def missing(cls) -> str:
        """Return why it cannot compute here, with the command that installs it; empty if it can."""

    @abstractmethod
    def runs(self, model: Model) -> bool:
        """Say whether it can compute a network."""

    def prefers(self, model: Model, device: str) -> bool:  # noqa: ARG002
        """Say whether ``auto`` should take it for a network on a device; by default never.

        Parameters
        ----------
        model : Model
            A network that it `runs`.
        device : str
            As the user gave it: ``auto``, ``cpu``, ``cuda:1``…
        """
        return False

    def opens_at_once(self, model: Model, weights: Path | None) -> bool:  # noqa: ARG002
        """Say whether `predictor` loads no heavy library, and exports nothing; by default not.

        Programs with windows load what takes long before they are asked to compute.

        Parameters
        ----------
        model, weights
            As `Model.predictor` takes them; a network that it `runs`.
        """
        return False

    @abstractmethod
    def predictor(
        self, model: Model, weights: Path | None, device: str, precision: Precision, stop: Stop
    ) -> Predictor:
        """Load the weights and return the network as a function.

        Parameters
        ----------
        model, weights, device
            As `Model.predictor` takes them.
        precision : {"float32", "bfloat16"}
            What to compute in.
        stop : Stop
            Ends what takes long, such as an export.

        Raises
        ------
        ReadError
            If the weights do not fit the model.
        UsageError
            If it cannot compute on that device, or in that precision.
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
    "backend": Backend,
    "metric": Metric,
    "loss": Loss,
}
