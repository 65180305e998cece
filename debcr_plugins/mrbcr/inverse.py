"""The inverse part of m-rBCR at one scale: what undoes the imaging process."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from debcr_plugins.mrbcr.bcr import FEATURES
from debcr_plugins.mrbcr.haar import MAPS
from debcr_plugins.mrbcr.layers import Conv2d, ResidualChain, chain

ROW_LAYERS = 6
"""Convolutions along the rows."""
BLOCKS = 4
"""Residual dense blocks."""
PAIRS = 3
"""Pairs of convolutions of a residual dense block."""
GROWTH = 4
"""Maps that every pair and every block add."""
INVERSE_FEATURES = FEATURES + BLOCKS * GROWTH
"""Maps of the result."""


class DensePair(nn.Module):
    """Two 3×3 convolutions; the first sees all that came before it.

    Parameters
    ----------
    grown
        Number of maps that earlier pairs and blocks have added.
    """

    def __init__(self, grown: int) -> None:
        super().__init__()
        self.grown = Conv2d(grown, GROWTH, (3, 3), bias=False) if grown else None
        self.second = Conv2d(GROWTH, GROWTH, (3, 3))

    def forward(self, shared: Tensor, grown: list[Tensor]) -> Tensor:
        """Add what the first convolution makes of the grown maps to what it made of the others."""
        if self.grown is not None:
            shared = shared + self.grown(torch.cat(grown, dim=1))
        maps: Tensor = self.second(functional.relu(shared))
        return maps


class ResidualDenseBlock(nn.Module):
    """Pairs of convolutions, each of which sees the maps of those before, then 1×1."""

    def __init__(self, grown: int) -> None:
        super().__init__()
        self.pairs = nn.ModuleList(DensePair(grown + GROWTH * i) for i in range(PAIRS))
        self.end = Conv2d(grown + GROWTH * PAIRS, GROWTH, bias=False)

    def forward(self, shared: list[Tensor], shared_end: Tensor, grown: list[Tensor]) -> Tensor:
        """Return the block's new maps."""
        for maps, pair in zip(shared, self.pairs, strict=True):
            grown = [*grown, pair(maps, grown)]
        new: Tensor = shared_end + self.end(torch.cat(grown, dim=1))
        return new


class ResidualDenseBlocks(nn.Module):
    """Blocks in a row; each passes its input on behind its own ``GROWTH`` new maps.

    All blocks see the first ``FEATURES`` maps, so their convolutions of these are done at once.
    """

    def __init__(self) -> None:
        super().__init__()
        self.shared = Conv2d(FEATURES, BLOCKS * PAIRS * GROWTH, (3, 3))
        self.shared_end = Conv2d(FEATURES, BLOCKS * GROWTH)
        self.blocks = nn.ModuleList(ResidualDenseBlock(GROWTH * i) for i in range(BLOCKS))

    def forward(self, features: Tensor) -> Tensor:
        """Map ``(batch, 32, y, x)`` to ``(batch, 48, y, x)``, newest maps first."""
        shared = self.shared(features).split(GROWTH, dim=1)
        ends = self.shared_end(features).split(GROWTH, dim=1)
        grown: list[Tensor] = []
        for i, block in enumerate(self.blocks):
            new = block(shared[PAIRS * i : PAIRS * (i + 1)], ends[i], grown)
            grown = [new, *grown]
        return torch.cat([*grown, features], dim=1)


class InversePart(nn.Module):
    """Convolutions along the rows (1×5, ReLU), in a residual chain or not; then dense blocks."""

    def __init__(self, inputs: int, residual_chain: bool = False) -> None:
        super().__init__()
        self.rows: nn.Module = (
            ResidualChain(inputs, FEATURES, ROW_LAYERS, (1, 5))
            if residual_chain
            else chain([inputs] + [FEATURES] * ROW_LAYERS, (1, 5))
        )
        self.dense = ResidualDenseBlocks()

    def forward(self, maps: Tensor) -> Tensor:
        """Map ``(batch, inputs, y, x)`` to ``(batch, 48, y, x)``."""
        features: Tensor = self.dense(self.rows(maps))
        return features


class Head(Conv2d):
    """Convolution 9×9 that turns the features into an image.

    Convolves with the rows of the kernel and adds the results up, shifted: on a CPU several times
    as fast as a convolution with a single output map.
    """

    shift: Tensor

    def __init__(self) -> None:
        super().__init__(INVERSE_FEATURES, 1, (9, 9))
        self.register_buffer("shift", torch.eye(9).reshape(1, 9, 9, 1), persistent=False)

    def forward(self, features: Tensor) -> Tensor:
        """Map ``(batch, 48, y, x)`` to ``(batch, 1, y, x)``."""
        rows = functional.conv2d(features, self.weight.permute(2, 1, 0, 3), padding=(0, 4))
        return functional.conv2d(rows, self.shift, self.bias, padding=(4, 0))


class CoefficientHead(Conv2d):
    """Convolution 5×5 that turns the features into four Haar coefficients of an image."""

    def __init__(self) -> None:
        super().__init__(INVERSE_FEATURES, MAPS, (5, 5))
