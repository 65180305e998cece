"""Layers that see one place each; of a single map they are a table.

A chain of convolutions 1×1 and ReLUs makes of one number 32, each a piecewise linear function of
it. Evaluated as such, by looking up the piece that a pixel lies in, it costs a seventh.
"""

from typing import NamedTuple, Self

import torch
from torch import Tensor, nn
from torch.nn import functional

from debcr_plugins.mrbcr.layers import chain


class PiecewiseLinear(NamedTuple):
    """Functions of one number, linear between knots that they share.

    Attributes
    ----------
    knots
        Tensor ``(k,)``, ascending.
    slopes, offsets
        Tensors ``(k + 1, maps)``: of each piece.
    """

    knots: Tensor
    slopes: Tensor
    offsets: Tensor

    @classmethod
    def identity(cls) -> Self:
        """Return the number itself, in double precision."""
        one = torch.ones(1, 1, dtype=torch.float64)
        return cls(one.new_empty(0), one, torch.zeros_like(one))

    def convolved(self, layer: nn.Conv2d) -> Self:
        """Return what a convolution 1×1 makes of the functions."""
        weight = layer.weight.detach()[:, :, 0, 0].double()
        bias = 0 if layer.bias is None else layer.bias.detach().double()
        return self._replace(slopes=self.slopes @ weight.T, offsets=self.offsets @ weight.T + bias)

    def rectified(self) -> Self:
        """Return the functions where they are positive, else zero; knots where they cross it."""
        infinite = self.knots.new_tensor([torch.inf])
        begin, end = torch.cat([-infinite, self.knots]), torch.cat([self.knots, infinite])
        zeros = -self.offsets / self.slopes
        crossed = zeros[(zeros > begin[:, None]) & (zeros < end[:, None]) & zeros.isfinite()]
        knots = torch.sort(torch.cat([self.knots, crossed])).values
        # Each new piece lies in one old piece, and has a sign of its own.
        inside = _inside(knots)
        old = torch.bucketize(inside, self.knots)
        slopes, offsets = self.slopes[old], self.offsets[old]
        positive = slopes * inside[:, None] + offsets > 0
        return self._replace(knots=knots, slopes=slopes * positive, offsets=offsets * positive)

    def rounded(self, dtype: torch.dtype) -> Self:
        """Return the same in another precision."""
        return type(self)(*(values.to(dtype) for values in self))

    def at(self, image: Tensor) -> Tensor:
        """Map ``(batch, 1, y, x)`` to ``(batch, maps, y, x)``, channels innermost in memory."""
        pixels = image[:, 0].contiguous()
        piece = torch.bucketize(pixels, self.knots)
        slopes = functional.embedding(piece, self.slopes)
        maps = functional.embedding(piece, self.offsets).addcmul_(slopes, pixels[..., None])
        return maps.permute(0, 3, 1, 2)


def _inside(knots: Tensor) -> Tensor:
    """Return a number inside each piece."""
    if not len(knots):
        return knots.new_zeros(1)
    return torch.cat([knots[:1] - 1, (knots[1:] + knots[:-1]) / 2, knots[-1:] + 1])


def _suits(maps: Tensor) -> bool:
    """Say whether pixels are on a CPU, and as exact as a table needs them."""
    return maps.device.type == "cpu" and maps.dtype in (torch.float32, torch.float64)


class PointwiseChain(nn.Sequential):
    """Convolutions 1×1 from each of the widths to the next, a ReLU after every one.

    In evaluation on a CPU, a chain that begins with one map looks up a table of its own function,
    made anew when the weights have changed. A network that is exported consists of the layers.
    """

    def __init__(self, widths: list[int]) -> None:
        super().__init__(*chain(widths, (1, 1)))
        self._made_of = torch.empty(0)
        self._table = PiecewiseLinear.identity()

    def forward(self, maps: Tensor) -> Tensor:
        """Map ``(batch, widths[0], y, x)`` to ``(batch, widths[-1], y, x)``."""
        if self._only_evaluated() and maps.shape[1] == 1 and _suits(maps):
            return self._as_table().at(maps)
        features: Tensor = super().forward(maps)  # type: ignore[no-untyped-call]
        return features

    def _only_evaluated(self) -> bool:
        traced = torch.jit.is_tracing()  # type: ignore[attr-defined, no-untyped-call]
        recorded = traced or torch.compiler.is_compiling()
        return not (self.training or torch.is_grad_enabled() or recorded)

    def _as_table(self) -> PiecewiseLinear:
        made_of = torch.cat([values.detach().flatten() for values in self.parameters()])
        if not torch.equal(made_of, self._made_of):
            table = PiecewiseLinear.identity()
            for layer in self:
                if isinstance(layer, nn.Conv2d):
                    table = table.convolved(layer)
                else:
                    table = table.rectified()
            self._table, self._made_of = table.rounded(made_of.dtype), made_of
        return self._table
