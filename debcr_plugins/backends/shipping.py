"""Export the networks that ship: ``python -m debcr_plugins.backends.shipping``.

To be run where weights of `zoo_packages` or what makes a network of them changed. What is written
is used as long as its key is that of the weights beside it.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import cast

from debcr_core.plugins import Plugins
from debcr_core.stopping import Stop
from debcr_core.torch_model import TorchModel
from debcr_core.trained import load_trained
from debcr_plugins.backends.exported import SHIPPED, made
from debcr_plugins.backends.network_key import network_key


def export_shipped(folder: Path, plugins: Plugins) -> bytes:
    """Return the ONNX file for a folder of `zoo_packages`."""
    trained = load_trained(folder / "weights.safetensors", plugins)
    model, weights = cast("TorchModel", trained.recipe.model), folder / "weights.safetensors"
    return made(model, weights, network_key(model, weights, Stop()))


if __name__ == "__main__":
    for weights in sorted(Path(str(files("zoo_packages"))).glob("*/weights.safetensors")):
        content = export_shipped(weights.parent, Plugins.discover())
        (weights.parent / SHIPPED).write_bytes(content)
