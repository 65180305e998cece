"""The network in the three formats that consumers run, each checked against the network itself."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile, ZipInfo

import numpy as np

from debcr_core.components import Floats, Model
from debcr_core.errors import UsageError
from debcr_plugins.zoo.extra import needs_extra
from debcr_plugins.zoo.publishing.architecture import Architecture

if TYPE_CHECKING:
    import torch

STATE_DICT, TORCHSCRIPT, ONNX = "weights.pt", "weights.torchscript.pt", "weights.onnx"
OPSET = 17
"""ONNX operators of 2022: with them runtimes from ONNX Runtime 1.13 on are served."""
AGREEMENT = 1e-4
"""How far the outputs of two formats may differ, as a share of the largest output above 1."""
SEED = 0


@dataclass(frozen=True)
class Exported:
    """The files, and how far they agree.

    Attributes
    ----------
    differences : dict of str to float
        By weights format: largest difference from the network's output.
    sizes : tuple of tuple of int
        Shapes of the inputs on which they were compared.
    parameters : int
        Number of weights.
    """

    differences: dict[str, float]
    sizes: tuple[tuple[int, ...], ...]
    parameters: int


def export(
    architecture: Architecture,
    trained: torch.nn.Module,
    model: Model,
    least: Sequence[int],
    to: Path,
    *,
    clips: bool,
) -> Exported:
    """Write the network in all formats.

    Parameters
    ----------
    architecture : Architecture
        The source that is published; it makes the network that is exported.
    trained : torch.nn.Module
        The network with its weights.
    model : Model
        Says which sizes and channels the network accepts.
    least : sequence of int
        Smallest size that is published, for each spatial axis.
    to : Path
        The folder.
    clips : bool
        Whether the published network limits its input to 0…1, which the trained one does not.

    Returns
    -------
    Exported
        What was compared.

    Raises
    ------
    UsageError
        If the network cannot be exported, or an export computes something else.
    """
    import torch

    network = architecture.network()
    network.load_state_dict(trained.state_dict())
    network.eval()
    inputs = [torch.from_numpy(block) for block in example_inputs(model, least)]
    with _exporting(architecture.maker):
        torch.save(network.state_dict(), to / STATE_DICT)
        _export_torchscript(network, inputs[0], to / TORCHSCRIPT)
        _export_onnx(network, inputs[0], to / ONNX, fixed=model.fixed_size is not None)
    trained.eval()
    expected = [_run(trained, block.clamp(0, 1) if clips else block) for block in inputs]
    differences = {
        kind: _difference(kind, run, inputs, expected)
        for kind, run in _runners(architecture, to).items()
    }
    count = sum(tensor.numel() for tensor in network.parameters())
    return Exported(differences, tuple(tuple(block.shape) for block in inputs), count)


def example_inputs(model: Model, least: Sequence[int]) -> Iterator[Floats]:
    """Yield random inputs of several sizes, oblong, some beyond 0…1, the last one a batch of two.

    An export must serve all sizes, though it is made by watching the network at one of them.
    """
    rng = np.random.default_rng(SEED)
    growth = [(1, 2, 1), (0, 0, 0), (3, 0, 2)] if model.fixed_size is None else [(0, 0, 0)]
    shapes = [
        [size + k * step for size, k, step in zip(least, steps, model.stride, strict=False)]
        for steps in growth
    ]
    for batch, shape in [*((1, shape) for shape in shapes), (2, shapes[-1])]:
        block = rng.random((batch, model.channels, *shape), np.float32)
        yield np.float32(1.4) * block - np.float32(0.2)


@contextmanager
def _exporting(name: str) -> Iterator[None]:
    """Keep torch's remarks on exporting from the user, and turn its faults into a sentence."""
    import torch

    try:
        # Exports are made by tracing: torch calls that old, but its successor writes ONNX that
        # older runtimes cannot read.
        with warnings.catch_warnings(), redirect_stdout(StringIO()), torch.no_grad():
            warnings.simplefilter("ignore")
            yield
    except (RuntimeError, TypeError, ValueError, torch.onnx.errors.OnnxExporterError) as error:
        reason = " ".join(str(error).split())[:300]
        raise UsageError(f"The network of {name} cannot be exported: {reason}") from error


def _export_torchscript(network: torch.nn.Module, example: torch.Tensor, path: Path) -> None:
    import torch

    traced = torch.jit.trace(network, example, check_trace=False)  # type: ignore[no-untyped-call]
    whole = path.with_suffix(".traced")
    traced.save(whole)
    _without_debugging(whole, path)
    whole.unlink()


def _without_debugging(whole: Path, path: Path) -> None:
    """Copy a TorchScript file without the names of the files, on this machine, it was made from."""
    with ZipFile(whole) as source, ZipFile(path, "w") as target:
        for member in source.infolist():
            if not member.filename.endswith(".debug_pkl"):
                target.writestr(ZipInfo(member.filename), source.read(member))


def _export_onnx(
    network: torch.nn.Module, example: torch.Tensor, path: Path, *, fixed: bool
) -> None:
    import torch

    with needs_extra("Bundles of the BioImage Model Zoo"):
        import onnx
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


def _runners(
    architecture: Architecture, folder: Path
) -> dict[str, Callable[[torch.Tensor], Floats]]:
    """Return each file as a function, loaded as a consumer would."""
    import torch

    with needs_extra("Bundles of the BioImage Model Zoo"):
        import onnxruntime
    fresh = architecture.network()
    fresh.load_state_dict(torch.load(folder / STATE_DICT, weights_only=True))
    fresh.eval()
    script = torch.jit.load(folder / TORCHSCRIPT)  # type: ignore[no-untyped-call]
    session = onnxruntime.InferenceSession(folder / ONNX, providers=["CPUExecutionProvider"])
    return {
        "pytorch_state_dict": lambda block: _run(fresh, block),
        "torchscript": lambda block: _run(script, block),
        "onnx": lambda block: np.asarray(session.run(None, {"input": block.numpy()})[0]),
    }


def _run(network: Any, block: torch.Tensor) -> Floats:
    import torch

    with torch.inference_mode():
        output: Floats = network(block).numpy()
    return output


def _difference(
    kind: str,
    run: Callable[[torch.Tensor], Floats],
    inputs: list[torch.Tensor],
    expected: list[Floats],
) -> float:
    largest = 0.0
    for block, wanted in zip(inputs, expected, strict=True):
        size = "×".join(map(str, block.shape))
        try:
            found = run(block)
        except Exception as error:
            reason = " ".join(str(error).split())[:200]
            raise UsageError(f"As {kind} the network fails on {size}: {reason}") from error
        if found.shape != wanted.shape:
            raise UsageError(f"As {kind} the network returns another shape on {size}.")
        apart = float(np.abs(found - wanted).max())
        if not apart <= AGREEMENT * max(1.0, float(np.abs(wanted).max())):
            raise UsageError(
                f"As {kind} the network computes something else on {size} (by {apart:.2g}): what "
                "it does must depend on the size or the values of its input in a way that cannot "
                "be exported."
            )
        largest = max(largest, apart)
    return largest
