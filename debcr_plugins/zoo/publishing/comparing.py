"""Whether the formats that were exported compute what the network does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from debcr_core.apart import call_apart
from debcr_core.components import Floats, Model
from debcr_core.errors import UsageError, said
from debcr_core.published import Published
from debcr_core.stopping import Stop
from debcr_core.telemetry import report_nothing
from debcr_plugins.zoo.publishing.architecture import Architecture
from debcr_plugins.zoo.publishing.exporting import ONNX, STATE_DICT, TORCHSCRIPT
from debcr_plugins.zoo.publishing.preprocessing import module_of

if TYPE_CHECKING:
    import torch

AGREEMENT = 1e-4
"""How far the outputs of two formats may differ, as a share of the largest output above 1."""
SEED = 0


@dataclass(frozen=True)
class Comparison:
    """How far the formats agree with the network.

    Attributes
    ----------
    differences : dict of str to float
        By weights format: largest difference from the network's output.
    sizes : tuple of tuple of int
        Shapes of the inputs on which they were compared.
    """

    differences: dict[str, float]
    sizes: tuple[tuple[int, ...], ...]


def compare(
    architecture: Architecture,
    trained: torch.nn.Module,
    model: Model,
    least: Sequence[int],
    folder: Path,
    published: Published,
) -> Comparison:
    """Run all formats and the network, and compare.

    Parameters
    ----------
    architecture : Architecture
        The source that is published.
    trained : torch.nn.Module
        The network with its weights.
    model : Model
        Says which sizes and channels the network accepts.
    least : sequence of int
        Smallest size that is published, for each spatial axis.
    folder : Path
        Where the exported files are.
    published : Published
        What is folded into the published network, and not into the trained one.

    Raises
    ------
    UsageError
        If a format fails or computes something else.
    """
    import torch

    inputs = [torch.from_numpy(block) for block in example_inputs(model, least)]
    trained.eval()
    before, after = module_of(published.before), module_of(published.after)
    expected = [_run(torch.nn.Sequential(before, trained, after), block) for block in inputs]
    differences = {
        kind: _difference(kind, run, inputs, expected)
        for kind, run in _runners(architecture, folder).items()
    }
    return Comparison(differences, tuple(tuple(block.shape) for block in inputs))


def example_inputs(model: Model, least: Sequence[int]) -> Iterator[Floats]:
    """Yield random inputs of several sizes, oblong, beyond 0…1, the last one a batch of two.

    An export must serve all sizes, though it is made by watching the network at one of them.
    """
    rng, seen = np.random.default_rng(SEED), model.signature
    growth = [(1, 2, 1), (0, 0, 0), (3, 0, 2)] if seen.fixed_size is None else [(0, 0, 0)]
    shapes = [
        [size + k * step for size, k, step in zip(least, steps, seen.stride, strict=False)]
        for steps in growth
    ]
    for batch, shape in zip((1, 1, 2)[-len(shapes) :], shapes, strict=True):
        block = rng.random((batch, seen.channels_in, *shape), np.float32)
        yield np.float32(1.4) * block - np.float32(0.2)


def _runners(
    architecture: Architecture, folder: Path
) -> dict[str, Callable[[torch.Tensor], Floats]]:
    """Return each file as a function, loaded as a consumer would."""
    report_nothing()
    import onnxruntime
    import torch

    fresh = architecture.network()
    fresh.load_state_dict(torch.load(folder / STATE_DICT, weights_only=True))
    fresh.eval()
    script = torch.jit.load(folder / TORCHSCRIPT)  # type: ignore[no-untyped-call]
    session = onnxruntime.InferenceSession(folder / ONNX, providers=["CPUExecutionProvider"])
    return {
        "pytorch_state_dict": lambda block: _run(fresh, block),
        "torchscript": lambda block: _run(script, block),
        # Apart, so that a signal is answered meanwhile.
        "onnx": lambda block: np.asarray(
            call_apart(lambda: session.run(None, {"input": block.numpy()}), Stop())[0]
        ),
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
            raise UsageError(f"As {kind} the network fails on {size}: {said(error)}") from error
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
