"""DnCNN."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from debcr_core.signature import Signature
from debcr_core.torch_model import TorchModel

if TYPE_CHECKING:
    from debcr_plugins.rivals.networks.dncnn import DnCNNetwork


class DnCNN(TorchModel):
    """DnCNN: a chain of convolutions with batch normalisation, which finds the noise.

    Source: Zhang, Zuo, Chen, Meng, Zhang, TIP 2017, https://doi.org/10.1109/TIP.2017.2662206,
    section III. No library that keeps it installs without torchvision: written from the paper.

    A 3×3 convolution to `maps` maps and ReLU; ``depth - 2`` times a 3×3 convolution, batch
    normalisation and ReLU; a last 3×3 convolution gives the noise, which is taken from the image.
    The paper's depth is 17 for noise of known strength, 20 for any. 556,097 parameters, biases of
    the first and the last layer included.
    """

    name: ClassVar[str] = "dncnn"

    depth: int = Field(
        17, ge=3, le=64, description="Convolutions, the first and the last among them."
    )
    maps: int = Field(64, ge=1, le=512, description="Maps between the convolutions.")

    @property
    def signature(self) -> Signature:
        """One plane at a time, of any size; it looks one pixel far for each convolution."""
        return Signature("yx", (1, 1), (self.depth, self.depth), memory=24 * self.maps)

    def network(self) -> DnCNNetwork:
        """Return the network with fresh weights."""
        from debcr_plugins.rivals.networks.dncnn import DnCNNetwork

        return DnCNNetwork(self.depth, self.maps)
