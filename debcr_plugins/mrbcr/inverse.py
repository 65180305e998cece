"""The inverse part of m-rBCR at one scale: what undoes the imaging process."""

from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from debcr_plugins.mrbcr.bcr import FEATURES
from debcr_plugins.mrbcr.haar import MAPS
from debcr_plugins.mrbcr.layers import Conv2d, ResidualChain, chain, exporting

ROW_LAYERS = 6
"""Convolutions along the rows."""
BLOCKS = 4
"""Residual dense blocks."""
PAIRS = 3
"""Pairs of convolutions of a residual dense block."""
GROWTH = 4
"""Maps that every pair and every block add."""
MIDDLE = ((0.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 0.0))
"""What makes a kernel of 3×3 of one of 1×1."""
INVERSE_FEATURES = FEATURES + BLOCKS * GROWTH
"""Maps of the result."""

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
    """

    def __init__(self) -> None:
        super().__init__()
        self.shared = Conv2d(FEATURES, BLOCKS * PAIRS * GROWTH, (3, 3))
        self.shared_end = Conv2d(FEATURES, BLOCKS * GROWTH)
        self.blocks = nn.ModuleList(ResidualDenseBlock(GROWTH * i) for i in range(BLOCKS))

    def forward(self, features: Tensor) -> Parts:
        """Return the features, ``(batch, 32, y, x)``, behind the new maps, newest first."""
        grown: Parts = []
        for block, sums in zip(self.blocks, self._shared(features), strict=True):
            grown = [block(sums, grown), *grown]
        return [*grown, features]

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


def _by_block(values: Tensor) -> Tensor:
    """Divide weights or biases of all blocks by block, along a new first axis."""
    return values.reshape(BLOCKS, -1, *values.shape[1:])


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
