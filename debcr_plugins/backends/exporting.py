"""A network of PyTorch as an ONNX file, which ONNX Runtime and others compute more quickly."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from debcr_core.components import Model, Predictor
from debcr_core.errors import DebcrError, UsageError, said
from debcr_core.notices import others_silenced, say
from debcr_core.signature import Signature
from debcr_core.tile_axis import valid_size
from debcr_core.torch_model import TorchModel

if TYPE_CHECKING:
    import torch

OPSET = 17
"""ONNX operators of 2022: with them runtimes from ONNX Runtime 1.13 on are served."""
WATCHED = {1: 512, 2: 64, 3: 16}
"""Size along each axis of the input at which the network is watched, by number of axes."""


class ExportError(UsageError):
    """A network that cannot be exported, or computes something else once it is."""


def exports(model: Model) -> bool:
    """Say whether a model is nothing but a network of PyTorch, without a way of its own to run."""
    return isinstance(model, TorchModel) and type(model).predictor is TorchModel.predictor


def computed_by_torch(model: Model, weights: Path, device: str, error: ExportError) -> Predictor:
    """Return a network that cannot be exported in its own way, and say that it is."""
    say(f"{error} PyTorch computes it, which takes longer.", kind="backend")
    return model.predictor(weights, device)


def example_for(seen: Signature) -> torch.Tensor:
    """Return an input at which a network is watched: zeros, ``(1, channel, [z,] y, x)``."""
    import torch

    wanted = WATCHED.get(len(seen.stride), min(WATCHED.values()))
    size = seen.fixed_size or tuple(
        valid_size(wanted, least, step)
        for least, step in zip(seen.min_size, seen.stride, strict=True)
    )
    return torch.zeros(1, seen.channels_in, *size)


@contextmanager
def exporting(name: str) -> Iterator[None]:
    """Keep torch's remarks on exporting from the user, and turn its faults into a sentence.

    Raises
    ------
    ExportError
        If the network called `name` cannot be exported.
    """
    import torch

    try:
        # Exports are made by tracing: torch calls that old, but its successor writes ONNX that
        # older runtimes cannot read.
        with others_silenced(), redirect_stdout(StringIO()), torch.no_grad():
            yield
    except (DebcrError, MemoryError):
        raise
    except Exception as error:
        raise ExportError(f"The network of {name} cannot be exported: {said(error)}") from error


def export_onnx(
    network: torch.nn.Module, example: torch.Tensor, path: Path, *, fixed: bool
) -> None:
    """Write a network as an ONNX file, for inputs of any size unless its size is fixed."""
    import onnx
    import torch

    spatial = {} if fixed else {axis: f"size_{axis}" for axis in range(2, example.ndim)}
    axes = {0: "batch", **spatial}
    torch.onnx.export(
        network,
        (example,),
        path,
        dynamo=False,
        opset_version=OPSET,
        input_names=["input"],
        output_names=["output"],
        dynamic_axes={"input": axes, "output": axes},
    )
    onnx.checker.check_model(path)
