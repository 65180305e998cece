"""What an exported network is of: its weights and what makes the network of them."""

from __future__ import annotations

import hashlib
import json
import struct
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from debcr_core.errors import ReadError
from debcr_core.failures import distribution_of
from debcr_core.files.sha256 import PIECE, sha256_of
from debcr_core.stopping import Stop
from debcr_core.torch_model import TorchModel

FORMAT = 2
"""Raised where the same weights become another ONNX file: by the export or a network of ours."""
OURS = "debcr_plugins"
"""The package whose networks change with `FORMAT` only."""


def network_key(model: TorchModel, weights: Path, stop: Stop) -> str:
    """Return a checksum of all that decides on what a network computes.

    Parameters
    ----------
    model : TorchModel
        Its class, with the source of a stranger's, and its parameters count.
    weights : Path
        Their tensors count; of a safetensors file, recipe and card do not.
    stop : Stop
        Ends the reading of large weights.

    Raises
    ------
    ReadError
        If the weights cannot be read.
    """
    try:
        tensors = _tensors(weights, stop) if weights.suffix == ".safetensors" else ""
        facts = {
            "format": FORMAT,
            "model": f"{type(model).__module__}.{type(model).__qualname__}",
            "parameters": model.model_dump(mode="json"),
            "source": _source(model),
            "weights": tensors or sha256_of(weights, stop),
        }
    except OSError as error:
        raise ReadError(f"{weights} cannot be read: {error.strerror or error}.") from error
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def _tensors(weights: Path, stop: Stop) -> str:
    """Return the checksum of the tensors of a safetensors file; empty if it is none.

    The format: https://huggingface.co/docs/safetensors#format
    """
    digest = hashlib.sha256()
    with weights.open("rb") as file:
        start = file.read(8)
        length = struct.unpack("<Q", start)[0] if len(start) == 8 else sys.maxsize
        if length > weights.stat().st_size:
            return ""
        try:
            header = json.loads(file.read(length))
        except ValueError:
            return ""
        tensors = {key: told for key, told in header.items() if key != "__metadata__"}
        digest.update(json.dumps(tensors, sort_keys=True).encode())
        while piece := file.read(PIECE):
            stop.check()
            digest.update(piece)
    return digest.hexdigest()


def _source(model: TorchModel) -> str:
    """Return a checksum of the package that a stranger's network is from, which may be changing.

    One function of it may make several classes, which differ in what they say of themselves.
    """
    package = type(model).__module__.partition(".")[0]
    if package == OURS:
        return ""
    files = list(_files(sys.modules.get(package)))
    if not files:
        # Typed in by hand, perhaps in other words next time.
        return uuid.uuid4().hex
    digest = hashlib.sha256(str(distribution_of(type(model))).encode())
    digest.update(f"{model.name} {model.signature}".encode())
    for path in files:
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def _files(package: ModuleType | None) -> Iterator[Path]:
    folders = getattr(package, "__path__", None)
    if folders is not None:
        for folder in folders:
            yield from sorted(Path(folder).rglob("*.py"))
    elif package is not None and getattr(package, "__file__", None):
        yield Path(str(package.__file__))
