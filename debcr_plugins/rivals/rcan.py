"""RCAN."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from debcr_core.signature import Signature
from debcr_core.torch_model import TorchModel

if TYPE_CHECKING:
    from debcr_plugins.rivals.networks.rcan import RCANetwork


class RCAN(TorchModel):
    """RCAN: residual groups of blocks that weigh their maps by what they hold on average.

    Source: Zhang et al., ECCV 2018, https://doi.org/10.1007/978-3-030-01234-2_18, section 3; for
    micrographs without its enlargement: Chen et al., Nature Methods 2021,
    https://doi.org/10.1038/s41592-021-01155-x. No library that keeps it in PyTorch installs without
    torchvision: written from the paper.

    A *block* is two 3×3 convolutions with a ReLU between them, whose maps are weighed by a number
    each (channel attention: means over the image, 1×1 convolution to ``maps / reduction``, ReLU,
    1×1 convolution, sigmoid), added to what entered. A *group* is `blocks` blocks and a 3×3
    convolution, added to what entered; so are all groups and a 3×3 convolution. One 3×3 convolution
    leads in, another one out.

    The paper has ``groups=10, blocks=20, maps=64, reduction=16``, and about 16 million parameters
    with its enlargement; 15.3 million without. The defaults, 337,917, are small enough for a CPU.
    """

    name: ClassVar[str] = "rcan"

    groups: int = Field(5, ge=1, le=64, description="Residual groups.")
    blocks: int = Field(3, ge=1, le=64, description="Blocks of each group.")
    maps: int = Field(32, ge=1, le=512, description="Maps between the convolutions.")
    reduction: int = Field(
        8, ge=1, le=512, description="How many times fewer maps the attention has within."
    )

    @property
    def signature(self) -> Signature:
        """One plane at a time, of any size.

        Means over the image have each pixel see all of it, so that the halo is to be measured.
        """
        return Signature("yx", (1, 1), memory=32 * self.maps)

    def network(self) -> RCANetwork:
        """Return the network with fresh weights."""
        from debcr_plugins.rivals.networks.rcan import RCANetwork

        return RCANetwork(self.groups, self.blocks, self.maps, self.reduction)
