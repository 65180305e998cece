"""Residual dense blocks, of which each layer sees the maps of all before."""

from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from debcr_plugins.mrbcr.bcr import FEATURES
from debcr_plugins.mrbcr.layers import Conv2d, exporting
from debcr_plugins.mrbcr.squares import (
    chosen_squares,
    convolved_squares,
    outside_of_squares,
    pixels_of,
    squares_of,
)

BLOCKS = 4
"""Residual dense blocks."""
PAIRS = 3
"""Pairs of convolutions of a residual dense block."""
GROWTH = 4
"""Maps that every pair and every block add."""
MIDDLE = ((0.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 0.0))
"""What makes a kernel of 3×3 of one of 1×1."""

Parts = list[Tensor]
"""Maps that belong behind each other: ``(batch, …, y, x)``."""


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

    def forward(self, sums: Tensor) -> Tensor:
        """Return the new maps, from what the first convolution makes of all maps."""
        maps: Tensor = self.second(functional.relu(sums))
        return maps


class ResidualDenseBlock(nn.Module):
    """Pairs of convolutions, each of which sees the maps of those before, then 1×1.

    As soon as there are maps, what they add to all layers behind them is computed, by one
    convolution, and not anew where each layer is reached: four maps alone are slow to convolve to.

    Parameters
    ----------
    grown
        Number of maps that earlier blocks have added.
    """

    def __init__(self, grown: int) -> None:
        super().__init__()
        self.grown = grown
        self.pairs = nn.ModuleList(DensePair(grown + GROWTH * i) for i in range(PAIRS))
        self.end = Conv2d(grown + GROWTH * PAIRS, GROWTH, bias=False)

    def forward(self, sums: Tensor, grown: list[Tensor]) -> Tensor:
        """Return the block's new maps.

        Parameters
        ----------
        sums
            What the maps that all blocks see add to each layer: ``(batch, 16, y, x)``, four maps
            for the first convolution of each pair, and four for the end.
        grown
            Maps that earlier blocks have added.
        """
        layers = cast("list[nn.Conv2d]", [*(pair.grown for pair in self.pairs), self.end])
        if grown:
            sums = sums + _added(torch.cat(grown, dim=1), slice(self.grown), layers)
        for i, pair in enumerate(self.pairs):
            new = pair(sums[:, :GROWTH])
            place = self.grown + GROWTH * i
            seen = slice(place, place + GROWTH)
            sums = sums[:, GROWTH:] + _added(new, seen, layers[i + 1 :])
        return sums

    def of_squares(self, sums: Tensor, end: Tensor, grown: list[Tensor]) -> Tensor:
        """Return the block's new maps, of squares (`squares`).

        Parameters
        ----------
        sums
            What the maps that all blocks see add to the first convolution of each pair, between.
        end
            What they add to the end.
        grown
            Maps that earlier blocks have added, of squares.
        """
        seen = grown
        for i, pair in enumerate(self.pairs):
            first, second = cast("tuple[nn.Conv2d | None, nn.Conv2d]", (pair.grown, pair.second))
            own = chosen_squares(sums, GROWTH * i, GROWTH, GROWTH * PAIRS)
            own = _with_squares(own, seen, first, between=True)
            new = convolved_squares(functional.relu(own), second.weight, second.bias)
            seen = [*seen, new]
        return _with_squares(end, seen, self.end)


def _with_squares(
    sums: Tensor, seen: list[Tensor], layer: nn.Conv2d | None, *, between: bool = False
) -> Tensor:
    """Add what a layer makes of maps of squares; each is added up inside its convolution."""
    kernels = () if layer is None else torch.split(layer.weight, GROWTH, dim=1)
    for maps, kernel in zip(seen, kernels, strict=True):
        sums = sums + convolved_squares(maps, kernel, between=between)
    return sums


def _added(maps: Tensor, seen: slice, layers: Sequence[nn.Conv2d]) -> Tensor:
    """Return what maps add to the sums of some layers.

    Parameters
    ----------
    maps
        Tensor ``(batch, n, y, x)``.
    seen
        Where they stand among the maps that the layers see.
    layers
        Convolutions 3×3 or 1×1.
    """
    kernels = [as_3x3(layer.weight[:, seen]) for layer in layers]
    return functional.conv2d(maps, torch.cat(kernels), padding=1)


def as_3x3(kernel: Tensor) -> Tensor:
    """Return a kernel of 1×1 with zeros around it; one of 3×3 as it is."""
    if kernel.shape[-1] == 3:
        return kernel
    # Not by padding: the shape of what is padded would be lost in ONNX.
    return kernel * torch.tensor(MIDDLE, dtype=kernel.dtype, device=kernel.device)


class ResidualDenseBlocks(nn.Module):
    """Blocks in a row; each passes its input on behind its own ``GROWTH`` new maps.

    All blocks see the first ``FEATURES`` maps, so their convolutions of these are done at once.

    Parameters
    ----------
    even
        Whether y and x are always even; what is exported is then made of squares (`squares`).
    """

    def __init__(self, even: bool = False) -> None:
        super().__init__()
        self.even = even
        self.shared = Conv2d(FEATURES, BLOCKS * PAIRS * GROWTH, (3, 3))
        self.shared_end = Conv2d(FEATURES, BLOCKS * GROWTH)
        self.blocks = nn.ModuleList(ResidualDenseBlock(GROWTH * i) for i in range(BLOCKS))

    def forward(self, features: Tensor) -> Parts:
        """Return the features, ``(batch, 32, y, x)``, behind the new maps, newest first."""
        if self.even and exporting():
            return [*map(pixels_of, self._of_squares(features)), features]
        grown: Parts = []
        for block, sums in zip(self.blocks, self._shared(features), strict=True):
            grown = [block(sums, grown), *grown]
        return [*grown, features]

    def _of_squares(self, features: Tensor) -> list[Tensor]:
        """Return the new maps, of squares, newest first."""
        pairs, ends = self.shared, self.shared_end
        outside = outside_of_squares(features, FEATURES, GROWTH * PAIRS)
        grown: list[Tensor] = []
        for i, block in enumerate(self.blocks):
            sums = squares_of(features, *_of_block(pairs, i)) + outside
            its_end = squares_of(features, *_of_block(ends, i))
            new = cast("ResidualDenseBlock", block).of_squares(sums, its_end, grown)
            grown = [new, *grown]
        return grown

    def _shared(self, features: Tensor) -> Sequence[Tensor]:
        """Return, for each block, what the features add to its pairs and its end."""
        pairs, ends = self.shared, self.shared_end
        kernel = torch.cat([_by_block(pairs.weight), _by_block(as_3x3(ends.weight))], dim=1)
        bias = self._biases()
        if exporting():
            return [
                functional.conv2d(features, of_block, its_bias, padding=1)
                for of_block, its_bias in zip(kernel, bias, strict=True)
            ]
        whole = None if bias[0] is None else torch.cat(bias)
        sums = functional.conv2d(features, kernel.flatten(0, 1), whole, padding=1)
        return sums.chunk(BLOCKS, dim=1)

    def _biases(self) -> list[Tensor] | list[None]:
        """Return the biases of each block's pairs and end; None where convolutions have none."""
        pairs, ends = self.shared.bias, self.shared_end.bias
        if pairs is None or ends is None:
            return [None] * BLOCKS
        return list(torch.cat([_by_block(pairs), _by_block(ends)], dim=1))


def _of_block(layer: nn.Conv2d, number: int) -> tuple[Tensor, Tensor | None]:
    """Return the weights and biases of one block."""
    bias = None if layer.bias is None else _by_block(layer.bias)[number]
    return _by_block(layer.weight)[number], bias


def _by_block(values: Tensor) -> Tensor:
    """Divide weights or biases of all blocks by block, along a new first axis."""
    return values.reshape(BLOCKS, -1, *values.shape[1:])
