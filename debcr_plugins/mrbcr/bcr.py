"""The Beylkin–Coifman–Rokhlin form of an operator, and the network built on it.

Sources: Beylkin, Coifman, Rokhlin 1991, https://doi.org/10.1002/cpa.3160440202 (nonstandard form);
Fan, Orozco Bohorquez, Ying 2019, https://doi.org/10.1016/j.jcp.2019.02.002 (as a network).
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from debcr_plugins.mrbcr.layers import Conv2d, ResidualChain, chain
from debcr_plugins.mrbcr.pointwise import PointwiseChain

FEATURES = 32
"""Maps of the result, and of the wavelet and scaling coefficients of a level together."""
COEFFICIENTS = FEATURES // 4
"""Maps of the scaling coefficients of a level, and of each of its three wavelet orientations."""
POINTWISE_LAYERS = 12
"""Layers of the general operator where there is no level (the paper's K)."""


class NonstandardForm(nn.Module):
    """Apply an operator level by level: ``u = A v``.

    At every level, the analysis splits the scaling coefficients of the level above into its own
    scaling coefficients s and wavelet coefficients d of three orientations, at half the
    resolution; a short-range operator maps (s, d) to (ŝ, d̂). A general operator maps the
    coarsest s to u. On the way back, the synthesis maps (u + ŝ, d̂) to the u of the level above.

    Short ranges suffice for smooth operators. With linear layers, Daubechies' wavelet of support 4
    and three levels, bands of 7 coefficients (what three 3×3 convolutions reach) reproduce a
    Gaussian blur of σ = 2 pixels to a relative error of 0.7 %, of 9 to 0.04 %, and its inverse for
    σ = 1 pixel, regularised by 0.05, to 0.8 % and 0.2 %; bands that hold the operator whole, to
    1e-14 (tests/mrbcr/test_nonstandard_form.py).

    Parameters
    ----------
    analysis
        One module a level, finest first: ``(batch, c, y, x)`` to ``(batch, 4 c', y/2, x/2)``,
        scaling coefficients first.
    bands
        One module a level, finest first: ``(batch, 4 c', y, x)`` to the same shape.
    coarsest
        Maps the coarsest scaling coefficients to u.
    synthesis
        One module a level, finest first: ``(batch, 4 c', y, x)`` to ``(batch, c, 2 y, 2 x)``.
    """

    def __init__(
        self,
        analysis: Sequence[nn.Module],
        bands: Sequence[nn.Module],
        coarsest: nn.Module,
        synthesis: Sequence[nn.Module],
    ) -> None:
        super().__init__()
        self.analysis = nn.ModuleList(analysis)
        self.bands = nn.ModuleList(bands)
        self.coarsest = coarsest
        self.synthesis = nn.ModuleList(reversed(synthesis))

    def forward(self, v: Tensor) -> Tensor:
        """Apply the operator to ``(batch, c, y, x)``; y and x multiples of ``2 ** levels``."""
        banded: list[Tensor] = []
        s = v
        for analyse, band in zip(self.analysis, self.bands, strict=True):
            coefficients = analyse(s)
            s = coefficients.chunk(4, dim=1)[0]
            banded.insert(0, band(coefficients))
        u: Tensor = self.coarsest(s)
        for hats, synthesise in zip(banded, self.synthesis, strict=True):
            scaling, *wavelets = hats.chunk(4, dim=1)
            u = synthesise(torch.cat([u + scaling, *wavelets], dim=1))
        return u


class Band(nn.Module):
    """Short-range operator of one level: three 3×3 convolutions, added to their input."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = short_range(FEATURES, FEATURES)

    def forward(self, coefficients: Tensor) -> Tensor:
        """Map (s, d) to (ŝ, d̂), both ``(batch, 32, y, x)``."""
        maps: Tensor = self.layers(coefficients)
        return coefficients + maps


def short_range(inputs: int, outputs: int) -> nn.Sequential:
    """Three 3×3 convolutions with ReLU between them: coefficients have either sign."""
    hidden = chain([inputs, FEATURES, FEATURES], (3, 3))
    return nn.Sequential(*hidden, Conv2d(FEATURES, outputs, (3, 3)))


def pointwise(inputs: int, residual: bool) -> nn.Module:
    """Return the layers that see one place each: ``inputs`` maps in, ``FEATURES`` out."""
    if residual:
        return ResidualChain(inputs, FEATURES, POINTWISE_LAYERS, (1, 1))
    return PointwiseChain([inputs] + [FEATURES] * POINTWISE_LAYERS)


class BCR(NonstandardForm):
    """Learned nonstandard form of the imaging process: an image in, ``FEATURES`` maps out.

    Analysis and synthesis are convolutions 4×4 of stride 2 (wavelets of support 2p = 4). Without
    levels, what remains is the general operator, and that is a chain of ``POINTWISE_LAYERS``
    layers that see one pixel each, as in the released network.

    Parameters
    ----------
    levels
        Number of levels.
    inputs
        Maps of the image: one, or its Haar coefficients.
    residual_chain
        Whether the chain is residual.
    """

    def __init__(self, levels: int, inputs: int = 1, residual_chain: bool = False) -> None:
        c = COEFFICIENTS
        finer = [inputs] + [c] * (levels - 1)
        super().__init__(
            [nn.Conv2d(n, 4 * c, 4, stride=2, padding=1) for n in finer[:levels]],
            [Band() for _ in range(levels)],
            short_range(c, c) if levels else pointwise(inputs, residual_chain),
            [
                nn.ConvTranspose2d(4 * c, FEATURES if level == 0 else c, 4, stride=2, padding=1)
                for level in range(levels)
            ],
        )
