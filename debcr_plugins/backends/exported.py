"""The ONNX file of a network of PyTorch: shipped beside its weights, in the cache, or made now."""

from __future__ import annotations

import hashlib
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from debcr_core.components import Floats, Model
from debcr_core.errors import ReadError
from debcr_core.signature import Signature
from debcr_core.stopping import Stop
from debcr_core.torch_model import TorchModel, load_weights
from debcr_plugins.backends.exporting import (
    ExportError,
    example_for,
    export_onnx,
    exporting,
    exports,
)
from debcr_plugins.backends.exports import put_in, taken_out
from debcr_plugins.backends.network_key import network_key
from debcr_plugins.backends.onnx_model import OnnxModel
from debcr_plugins.backends.onnx_runtime import as_predictor, open_session

SHIPPED = "weights.onnx"
"""Beside the weights of a shipped model."""
PROPERTY = "debcr_zoo.network"
"""The file's metadata that hold the key of the network it is of."""
AGREEMENT = 1e-4
"""Largest difference to PyTorch, as a share of the output's range."""
FURTHER = (1, 2, 3)
"""Steps by which the input that is compared is larger than the one that was watched, per axis."""


def exported(model: TorchModel, weights: Path, stop: Stop) -> bytes:
    """Return the network as the content of an ONNX file, with one input and the result first.

    Parameters
    ----------
    model, weights
        The network. Its weights are checked where it is exported now; before, they were then.
    stop : Stop
        Ends the reading of large weights.

    Raises
    ------
    ReadError
        If the weights do not fit the model.
    ExportError
        If the network cannot be exported, or what was exported computes something else.
    """
    key = network_key(model, weights, stop)
    found = _shipped(weights, key) or taken_out(key)
    if found is None:
        found = made(model, weights, key)
        stop.check()
        put_in(key, model.name, found)
    return found


def at_hand(model: Model, weights: Path | None) -> bool:
    """Say whether a network can be computed without PyTorch: it need not be exported first."""
    if isinstance(model, OnnxModel):
        return True
    if weights is None or not isinstance(model, TorchModel) or not exports(model):
        return False
    key = network_key(model, weights, Stop())
    return (_shipped(weights, key) or taken_out(key)) is not None


def _shipped(weights: Path, key: str) -> bytes | None:
    """Return the file that ships with the weights, if it is still of them.

    Beside other weights a file could be anybody's: what it computes has not been compared.
    """
    path = weights.with_name(SHIPPED)
    if not path.is_relative_to(str(files("zoo_packages"))) or not path.is_file():
        return None
    content = path.read_bytes()
    return content if key.encode() in content else None


def made(model: TorchModel, weights: Path, key: str) -> bytes:
    """Export a network, and compare the result with PyTorch's (see `exported`)."""
    import onnx
    import torch

    from debcr_plugins.backends.named_sizes import name_sizes

    network = model.network()
    load_weights(network, weights, model.name)
    network.eval()
    seen = model.signature
    example = example_for(seen)
    with exporting(model.name), TemporaryDirectory() as folder:
        path = Path(folder) / SHIPPED
        export_onnx(network, example, path, fixed=seen.fixed_size is not None)
        file = onnx.load(path)
    onnx.helper.set_model_props(file, {PROPERTY: key})
    block = _probe(seen, tuple(example.shape))
    if seen.fixed_size is None:
        name_sizes(file, example.shape, (2, *block.shape[1:]))
    content: bytes = file.SerializeToString()
    with torch.inference_mode():
        returned = network(torch.from_numpy(block))
    result = returned[0] if isinstance(returned, list | tuple) else returned
    _compare(content, block, result.float().numpy(), model.name)
    return content


def made_of(content: bytes) -> str:
    """Return what tells an exported network from others of the same weights, for records."""
    return f" of {hashlib.sha256(content).hexdigest()[:8]}"


def session_of(content: bytes, device: str, name: str) -> Any:
    """Return a session of ONNX Runtime for a network that was exported.

    Raises
    ------
    ExportError
        If ONNX Runtime cannot run it.
    UsageError
        If the installed ONNX Runtime does not know the device.
    """
    try:
        return open_session(content, device, f"The exported network of {name}")
    except ReadError as error:
        raise ExportError(str(error)) from error


def _probe(seen: Signature, shape: tuple[int, ...]) -> Floats:
    """Return an input unlike the one that was watched: noise, of another size where it may be."""
    sizes = shape[2:]
    if seen.fixed_size is None:
        steps = zip(sizes, seen.stride, FURTHER, strict=False)
        sizes = tuple(size + further * step for size, step, further in steps)
    block: Floats = np.random.default_rng(0).random((*shape[:2], *sizes), np.float32)
    return block


def _compare(content: bytes, block: Floats, expected: Floats, name: str) -> None:
    compute = as_predictor(session_of(content, "cpu", name)).compute
    found = compute(block, Stop())
    allowed = AGREEMENT * (float(np.ptp(expected)) or 1.0)
    apart = np.abs(found - expected).max() if found.shape == expected.shape else np.inf
    # Not `>`: it may be NaN.
    if not apart <= allowed:
        raise ExportError(
            f"The network of {name} computes something else once it is exported (by {apart:.2g}): "
            "what it does depends on the size or the values of its input."
        )
