"""The inverse part of m-rBCR at one scale: what undoes the imaging process."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from debcr_plugins.mrbcr.bcr import FEATURES
from debcr_plugins.mrbcr.dense import BLOCKS, GROWTH, Parts, ResidualDenseBlocks
from debcr_plugins.mrbcr.haar import MAPS
from debcr_plugins.mrbcr.layers import Conv2d, ResidualChain, chain, exporting

ROW_LAYERS = 6
"""Convolutions along the rows."""
INVERSE_FEATURES = FEATURES + BLOCKS * GROWTH
"""Maps of the result."""


class InversePart(nn.Module):
    """Convolutions along the rows (1×5, ReLU), in a residual chain or not; then dense blocks.

    Parameters
    ----------
    inputs
        Maps that enter.
    residual_chain
        Whether the convolutions along the rows are one.
    even
        Whether y and x are always even.
    """

    def __init__(self, inputs: int, residual_chain: bool = False, even: bool = False) -> None:
        super().__init__()
        self.rows: nn.Module = (
            ResidualChain(inputs, FEATURES, ROW_LAYERS, (1, 5))
            if residual_chain
            else chain([inputs] + [FEATURES] * ROW_LAYERS, (1, 5))
        )
        self.dense = ResidualDenseBlocks(even)

    def forward(self, maps: Tensor) -> Parts:
        """Map ``(batch, inputs, y, x)`` to 48 maps of that size, in parts."""
        parts: Parts = self.dense(self.rows(maps))
        return parts


class Head(Conv2d):
    """Convolution 9×9 that turns the features into an image.

    Convolves with the rows of the kernel and adds the results up, shifted: on a CPU several times
    as fast as a convolution with a single output map.
    """

    shift: Tensor

    def __init__(self) -> None:
        super().__init__(INVERSE_FEATURES, 1, (9, 9))
        self.register_buffer("shift", torch.eye(9).reshape(1, 9, 9, 1), persistent=False)

    def forward(self, parts: Parts, imaged: Tensor) -> Tensor:  # type: ignore[override]
        """Map ``(batch, 48, y, x)``, plus the image that entered them, to ``(batch, 1, y, x)``."""
        kernel = self.weight.permute(2, 1, 0, 3)
        if exporting():
            *grown, features = parts
            few, most = kernel[:, :-FEATURES], kernel[:, -FEATURES:]
            rows = _along_rows(features, most) + _along_rows(torch.cat(grown, dim=1), few)
            rows = rows + _along_rows(imaged, kernel.sum(dim=1, keepdim=True))
        else:
            rows = _along_rows(summed(parts, imaged), kernel)
        return functional.conv2d(rows, self.shift, self.bias, padding=(4, 0))


def _along_rows(maps: Tensor, kernel: Tensor) -> Tensor:
    return functional.conv2d(maps, kernel, padding=(0, 4))


def summed(parts: Parts, imaged: Tensor) -> Tensor:
    """Return all maps, plus those of the image, repeated until there are as many."""
    copies = INVERSE_FEATURES // imaged.shape[1]
    # A single map is broadcast.
    image = imaged if copies == INVERSE_FEATURES else imaged.repeat(1, copies, 1, 1)
    return torch.cat(parts, dim=1) + image


class CoefficientHead(Conv2d):
    """Convolution 5×5 that turns the features into four Haar coefficients of an image."""

    def __init__(self) -> None:
        super().__init__(INVERSE_FEATURES, MAPS, (5, 5))

    def forward(self, parts: Parts, imaged: Tensor) -> Tensor:  # type: ignore[override]
        """Map ``(batch, 48, y, x)``, plus the image's coefficients, to ``(batch, 4, y, x)``."""
        return super().forward(summed(parts, imaged))
