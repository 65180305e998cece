"""A network of PyTorch in bfloat16, where processor or GPU have instructions for it."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn

from debcr_core.bfloat16 import computes_bfloat16
from debcr_core.components import Predictor
from debcr_core.errors import UsageError
from debcr_core.torch_model import TorchModel, channels_last, load_weights, run


class Mixed(nn.Module):
    """A network whose convolutions and matrix products are computed in bfloat16."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Return what the network makes of an image."""
        with torch.autocast(image.device.type, torch.bfloat16):
            output: torch.Tensor = self.network(image)
        return output


def in_bfloat16(model: TorchModel, weights: Path, device: str) -> Predictor:
    """Return the network on a device that `choose_device` returned.

    Raises
    ------
    UsageError
        If the device would be slower in bfloat16 than in float32.
    """
    if not _has_bfloat16(device):
        where = "This processor" if device == "cpu" else f'The device "{device}"'
        raise UsageError(
            f"{where} has no instructions for bfloat16, which would be slower than float32 then: "
            "leave --precision out."
        )
    network = model.network()
    load_weights(network, weights, model.name)
    return run(Mixed(channels_last(network, device)), device)


def _has_bfloat16(device: str) -> bool:
    if device.startswith("cuda"):
        return torch.cuda.get_device_capability(device) >= (8, 0)
    return device == "cpu" and computes_bfloat16()
