"""Building blocks that the parts of the network share."""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

SMALL = 0.1
"""How much less a fresh pair of a residual chain changes than a plain layer would."""


class Conv2d(nn.Conv2d):
    """Convolution that keeps y and x, and leaves channels innermost in memory.

    That layout convolves fastest on a CPU. A convolution of a single map would return the other
    one, and mixing the two is slow.

    Parameters
    ----------
    inputs, outputs
        Numbers of maps.
    kernel
        Size along y and x, odd.
    bias
        Whether to add a constant to each output.
    """

    def __init__(
        self, inputs: int, outputs: int, kernel: tuple[int, int] = (1, 1), bias: bool = True
    ) -> None:
        padding = (kernel[0] // 2, kernel[1] // 2)
        super().__init__(inputs, outputs, kernel, padding=padding, bias=bias)

    def reset_parameters(self) -> None:
        """Draw weights that keep the variance of the maps, and torch's small biases."""
        super().reset_parameters()
        nn.init.kaiming_normal_(self.weight, nonlinearity="linear")

    def forward(self, maps: Tensor) -> Tensor:
        """Convolve ``(batch, inputs, y, x)`` to ``(batch, outputs, y, x)``."""
        return super().forward(maps).contiguous(memory_format=torch.channels_last)


def chain(widths: list[int], kernel: tuple[int, int]) -> nn.Sequential:
    """Convolutions from each of the widths to the next, a ReLU after every one.

    Fresh weights are He's, so that the signal survives many layers.
    """
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise(widths):
        convolution = Conv2d(inputs, outputs, kernel)
        nn.init.kaiming_normal_(convolution.weight, nonlinearity="relu")
        layers += [convolution, nn.ReLU(inplace=True)]
    return nn.Sequential(*layers)


class ResidualChain(nn.Module):
    """Convolutions of one kernel, most of them added to what enters them.

    The first changes the number of maps. Then come pairs, ``x + conv(relu(conv(x)))``, and where
    one is left over, ``x + conv(relu(x))``. Fresh pairs change little, so that a gradient reaches
    the first convolution through many layers.

    Parameters
    ----------
    inputs, features
        Numbers of maps that enter and leave.
    layers
        Number of convolutions.
    kernel
        Size along y and x, odd.
    """

    def __init__(self, inputs: int, features: int, layers: int, kernel: tuple[int, int]) -> None:
        super().__init__()
        self.first = Conv2d(inputs, features, kernel)
        pairs, left_over = divmod(layers - 1, 2)
        self.pairs = nn.ModuleList(ResidualPair(features, kernel) for _ in range(pairs))
        last = [Conv2d(features, features, kernel) for _ in range(left_over)]
        for convolution in last:
            nn.init.kaiming_normal_(convolution.weight, nonlinearity="relu")
        self.last = nn.ModuleList(last)

    def forward(self, maps: Tensor) -> Tensor:
        """Map ``(batch, inputs, y, x)`` to ``(batch, features, y, x)``."""
        features: Tensor = self.first(maps)
        for pair in self.pairs:
            features = pair(features)
        for convolution in self.last:
            features = features + convolution(functional.relu(features))
        return features


class ResidualPair(nn.Module):
    """Two convolutions with a ReLU between them, added to what enters."""

    def __init__(self, features: int, kernel: tuple[int, int]) -> None:
        super().__init__()
        self.first = Conv2d(features, features, kernel)
        self.second = Conv2d(features, features, kernel)
        nn.init.kaiming_normal_(self.second.weight, nonlinearity="relu")
        with torch.no_grad():
            self.second.weight *= SMALL

    def forward(self, features: Tensor) -> Tensor:
        """Map ``(batch, features, y, x)`` to the same shape."""
        change: Tensor = self.second(functional.relu(self.first(features)))
        return features + change


def enlarge(maps: Tensor, factor: float) -> Tensor:
    """Enlarge y and x by ``factor``: bilinear, half-pixel centres."""
    if factor == 1.0:
        return maps
    return functional.interpolate(maps, scale_factor=factor, mode="bilinear", align_corners=False)


def silence(*convolutions: nn.Conv2d) -> None:
    """Make convolutions return zeros."""
    for convolution in convolutions:
        nn.init.zeros_(convolution.weight)
        if convolution.bias is not None:
            nn.init.zeros_(convolution.bias)


def without_biases(network: nn.Module) -> None:
    """Make all convolutions of a network add nothing, for good: it then scales with its input."""
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
            module.register_parameter("bias", None)


def exporting() -> bool:
    """Say whether what is computed is being written down for other runtimes.

    They read one copy of memory for each operation, and convolve to 16 maps at once even where
    fewer are asked for. So what is exported is written otherwise, and differs by rounding.
    """
    return torch.onnx.is_in_onnx_export()


def by_taps(maps: Tensor, kernel: Tensor, bias: Tensor | None, halved: bool) -> Tensor:
    """Convolve to one map: each tap alone, 1×1, then what they make is shifted and added up.

    Parameters
    ----------
    maps
        Tensor ``(batch, n, y, x)``.
    kernel, bias
        Tensors ``(1, n, side, side)`` and ``(1,)``, or no bias.
    halved
        Whether every second result of each row and column is wanted.
    """
    side, stride = (4, 2) if halved else (3, 1)
    taps = kernel.permute(2, 3, 1, 0).reshape(side**2, -1, 1, 1)
    shift = torch.eye(side**2).reshape(1, side**2, side, side)
    return functional.conv2d(functional.conv2d(maps, settled(taps)), shift, bias, stride, padding=1)


def settled(values: Tensor) -> Tensor:
    """Return weights as constants of what is exported, whose sizes are known to ONNX."""
    return torch.from_numpy(values.detach().numpy())
