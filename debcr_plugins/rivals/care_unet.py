"""CARE's residual U-Net."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from debcr_core.signature import Signature
from debcr_core.torch_model import TorchModel

if TYPE_CHECKING:
    from debcr_plugins.rivals.networks.care_unet import CAREUNetwork


class CAREUNet(TorchModel):
    """Residual U-Net of content-aware image restoration (CARE).

    Source: Weigert et al., Nature Methods 2018, https://doi.org/10.1038/s41592-018-0216-7 (Online
    Methods); sizes are the defaults for planes of the authors' package CSBDeep. That package needs
    TensorFlow, and no library that keeps a PyTorch form installs without torchvision: written
    anew.

    Each scale has two convolutions with ReLU on the way down, from `maps` maps, which double from
    scale to scale; 2×2 maxima lead to the next. On the way up maps are enlarged by repeating
    pixels, those that the way down left are put beside them, and two convolutions follow, whose
    last one halves the maps. A 1×1 convolution gives the change, which the image is added to.
    922,977 parameters.
    """

    name: ClassVar[str] = "care-unet"

    depth: int = Field(2, ge=1, le=6, description="How often the image is halved.")
    kernel: Literal[3, 5, 7] = Field(5, description="Side of the kernels.")
    maps: int = Field(32, ge=1, le=512, description="Maps of the first convolution.")

    @property
    def signature(self) -> Signature:
        """One plane at a time; each scale beyond the first doubles the stride.

        The halo is counted back from an output pixel at an edge: two convolutions at each scale on
        the way down, at the coarsest, and on the way back.
        """
        both, far = 2 * (self.kernel // 2), 0
        for _ in range(self.depth):
            far = -(-(far + both) // 2)
        far += both
        for _ in range(self.depth):
            far = 2 * far + both
        step = 2**self.depth
        halo = -(-far // step) * step
        return Signature("yx", (step, step), (halo, halo), memory=64 * self.maps)

    def network(self) -> CAREUNetwork:
        """Return the network with fresh weights."""
        from debcr_plugins.rivals.networks.care_unet import CAREUNetwork

        return CAREUNetwork(self.depth, self.kernel, self.maps)
