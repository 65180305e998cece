"""The m-rBCR and s-rBCR networks in PyTorch.

Source: Li, Kudryashev, Yakimovich, ECCV 2024, https://doi.org/10.1007/978-3-031-73226-3_22, and the
network its authors released as ``debcr`` 0.1.0. Tensors are float32, ``(batch, channel, y, x)``.

Written for speed where that changes results by no more than rounding: a convolution over
concatenated maps is the sum of convolutions over each of them, a 1×1 convolution commutes with
bilinear enlargement, and two linear layers in a row are one.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from debcr_plugins.mrbcr.bcr import BCR, FEATURES
from debcr_plugins.mrbcr.haar import MAPS, averaged, coefficients, image_of
from debcr_plugins.mrbcr.inverse import (
    INVERSE_FEATURES,
    CoefficientHead,
    Head,
    InversePart,
    Parts,
)
from debcr_plugins.mrbcr.layers import (
    Conv2d,
    by_taps,
    enlarge,
    exporting,
    silence,
    without_biases,
)


class Scales(NamedTuple):
    """One tensor for each scale: y and x whole, halved and quartered."""

    full: Tensor
    half: Tensor
    quarter: Tensor


def scales_of(image: Tensor) -> Scales:
    """Every pixel, every second and every fourth pixel of each row and column."""
    return Scales(image, image[..., ::2, ::2], image[..., ::4, ::4])


def averages_of(image: Tensor) -> Scales:
    """Return an image, and those whose Haar coefficients are its own averaged over squares."""
    return Scales(image, averaged(image, 2), averaged(image, 4))


class Fusion(nn.Module):
    """Merge two maps: concatenate, 1×1, ReLU (:meth:`merge`), then 3×3 (``mix``)."""

    def __init__(self, first: int, second: int, outputs: int) -> None:
        super().__init__()
        self.first = Conv2d(first, outputs)
        self.second = Conv2d(second, outputs, bias=False)
        self.mix = Conv2d(outputs, outputs, (3, 3))

    def merge(
        self, first: Tensor, second: Tensor, first_factor: float, second_factor: float
    ) -> Tensor:
        """Merge two maps, each enlarged by its factor before."""
        first = enlarge(self.first(first), first_factor)
        second = enlarge(self.second(second), second_factor)
        return functional.relu(first + second)


def see_own(features: Tensor, end: nn.Conv2d) -> Tensor:
    """Apply the part of ``end``, 1×1, that sees a scale's own features."""
    return functional.conv2d(features, end.weight[:, :FEATURES])


def see_fused(merged: Tensor, mix: nn.Conv2d, end: nn.Conv2d, halved: bool = False) -> Tensor:
    """Apply the part of ``end`` that sees the fused features ``mix(merged)``, and its bias.

    Halved, results are averaged over 2×2.

    Both are linear, so they are applied as one convolution to the few maps of the end.
    """
    weight = end.weight[:, FEATURES:, 0, 0]
    kernel = torch.einsum("oc,cihw->oihw", weight, mix.weight)
    bias = None if mix.bias is None else functional.linear(mix.bias, weight, end.bias)
    if exporting() and len(weight) == 1:
        return by_taps(merged, _halved(kernel) if halved else kernel, bias, halved)
    maps = functional.conv2d(merged, kernel, bias, padding=1)
    return functional.avg_pool2d(maps, 2) if halved else maps


def _halved(kernel: Tensor) -> Tensor:
    """Return the kernel, 4×4 of stride 2, of a convolution 3×3 whose results are averaged 2×2."""
    return functional.avg_pool2d(functional.pad(kernel, (1, 1, 1, 1)), 2, stride=1)


class MRBCRNetwork(nn.Module):
    """Multi-stage residual BCR network (see `debcr_plugins.mrbcr.MRBCR`).

    Parameters
    ----------
    levels
        BCR levels of the forward part.
    residual
        Whether the input of each scale is added to its output; a fresh network then returns its
        input.
    haar
        Whether it works on the four Haar coefficients of 2×2 pixels, and its coarser scales are
        averages; else on pixels, of which coarser scales see every second and every fourth.
    residual_chains
        Whether the pointwise layers and those along the rows are residual chains.
    biases
        Whether convolutions add constants; else the output scales with the input.
    nonnegative
        Whether restored images are raised to 0 where they would be below.
    """

    def __init__(
        self,
        levels: int = 0,
        residual: bool = False,
        haar: bool = False,
        residual_chains: bool = False,
        biases: bool = True,
        nonnegative: bool = False,
    ) -> None:
        super().__init__()
        self.residual, self.haar, self.nonnegative = residual, haar, nonnegative
        maps = MAPS if haar else 1
        self.bcr_full, self.bcr_half, self.bcr_quarter = (
            BCR(levels, maps, residual_chains) for _ in range(3)
        )
        self.forward_fusion = Fusion(FEATURES, FEATURES, FEATURES)
        self.forward_end_full = Conv2d(2 * FEATURES, maps)
        self.forward_end_half = Conv2d(2 * FEATURES, maps)
        self.forward_end_quarter = Conv2d(FEATURES, maps)
        self.inverse_fusion = Fusion(maps, INVERSE_FEATURES, INVERSE_FEATURES)
        self.inverse_full = InversePart(INVERSE_FEATURES, residual_chains)
        self.inverse_half = InversePart(INVERSE_FEATURES, residual_chains)
        self.inverse_quarter = InversePart(maps, residual_chains)
        head = CoefficientHead if haar else Head
        self.head_full, self.head_half, self.head_quarter = head(), head(), head()
        if residual:
            silence(self.head_full, self.head_half, self.head_quarter)
        if not biases:
            without_biases(self)

    def forward(self, image: Tensor) -> Tensor:
        """Restore ``(batch, 1, y, x)`` at full scale; other scales' heads serve training alone."""
        inputs = self.scales(image)
        imaged = self.forward_part(self._analysed(inputs))
        full, _, _ = self._inverted(imaged)
        restored = self._restored(self.head_full, full, imaged.full, inputs.full)
        return functional.relu(restored) if self.nonnegative else restored

    def forward_all(self, image: Tensor) -> tuple[Scales, Scales]:
        """Return what training and comparison need, at every scale.

        Parameters
        ----------
        image
            Tensor ``(batch, 1, y, x)``.

        Returns
        -------
        restored
            The output at each scale, one map.
        imaged
            The forward part's output at each scale, which enters the inverse part: one map, or four
            of half the size in Haar coefficients.
        """
        inputs = self.scales(image)
        imaged = self.forward_part(self._analysed(inputs))
        heads = (self.head_full, self.head_half, self.head_quarter)
        restored = map(self._restored, heads, self._inverted(imaged), imaged, inputs)
        return Scales(*restored), imaged

    def scales(self, image: Tensor) -> Scales:
        """Return the image as each scale sees it, ``(batch, 1, y, x)`` and halves of that."""
        return averages_of(image) if self.haar else scales_of(image)

    def _analysed(self, images: Scales) -> Scales:
        """Return what of the images enters the forward part: pixels or Haar coefficients."""
        return Scales(*map(coefficients, images)) if self.haar else images

    def _restored(self, head: nn.Module, parts: Parts, imaged: Tensor, image: Tensor) -> Tensor:
        """Return a scale's output, ``(batch, 1, y, x)``."""
        maps: Tensor = head(parts, imaged)
        output = image_of(maps) if self.haar else maps
        return output + image if self.residual else output

    def forward_part(self, inputs: Scales) -> Scales:
        """Model of the imaging process: as many maps a scale as enter."""
        full = self.bcr_full(inputs.full)
        half = self.bcr_half(inputs.half)
        quarter = self.bcr_quarter(inputs.quarter)
        fusion = self.forward_fusion
        end_full, end_half = self.forward_end_full, self.forward_end_half
        merged = fusion.merge(full, half, 1.0, 2.0)
        y_full = see_own(full, end_full) + see_fused(merged, fusion.mix, end_full)
        merged = fusion.merge(half, quarter, 2.0, 4.0)
        y_half = see_own(half, end_half) + see_fused(merged, fusion.mix, end_half, halved=True)
        return Scales(y_full, y_half, self.forward_end_quarter(quarter))

    def inverse_part(self, imaged: Scales) -> Scales:
        """Inversion of the imaging process: 48 maps a scale."""
        return Scales(*(torch.cat(parts, dim=1) for parts in self._inverted(imaged)))

    def _inverted(self, imaged: Scales) -> tuple[Parts, Parts, Parts]:
        """Invert the coarsest scale first."""
        quarter = self.inverse_quarter(imaged.quarter)
        half = self.inverse_half(self._fused(imaged.half, quarter))
        return self.inverse_full(self._fused(imaged.full, half)), half, quarter

    def _fused(self, imaged: Tensor, coarser: Parts) -> Tensor:
        fusion = self.inverse_fusion
        maps: Tensor = fusion.mix(fusion.merge(imaged, torch.cat(coarser, dim=1), 1.0, 2.0))
        return maps


class SRBCRNetwork(nn.Module):
    """Single-stage residual BCR network: the full scale of m-rBCR alone.

    Parameters
    ----------
    levels
        BCR levels of the forward part.
    residual
        Whether the input is added to the output; a fresh network then returns its input.
    """

    def __init__(self, levels: int = 0, residual: bool = False) -> None:
        super().__init__()
        self.residual = residual
        self.bcr = BCR(levels)
        self.forward_end = Conv2d(FEATURES, 1)
        self.inverse = InversePart(1)
        self.head = Head()
        if residual:
            silence(self.head)

    def forward(self, image: Tensor) -> Tensor:
        """Restore ``(batch, 1, y, x)``."""
        return self.forward_all(image)[0][0]

    def forward_all(self, image: Tensor) -> tuple[tuple[Tensor], tuple[Tensor]]:
        """Return ``(restored, imaged)``, each at the one scale there is, as m-rBCR does."""
        imaged = self.forward_end(self.bcr(image))
        restored = self.head(self.inverse(imaged), imaged)
        return (restored + image if self.residual else restored,), (imaged,)
