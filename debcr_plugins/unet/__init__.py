"""A small residual U-Net, several times as quick as m-rBCR at the same number of parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from debcr_core.components import Model
from debcr_core.hookspecs import hookimpl
from debcr_core.signature import Signature
from debcr_core.torch_model import TorchModel

if TYPE_CHECKING:
    from debcr_plugins.unet.network import UNetwork

Width = Annotated[int, Field(ge=1, le=1024)]


class UNet(TorchModel):
    """U-Net of residual blocks, whose input is added to its output.

    Source of the shape: Ronneberger, Fischer, Brox, MICCAI 2015,
    https://doi.org/10.1007/978-3-319-24574-4_28; of the blocks: two 3×3 convolutions with a ReLU
    between them, added to what entered, without normalisation (Lim et al., CVPRW 2017,
    https://doi.org/10.1109/CVPRW.2017.151); of the residual output: Zhang et al., TIP 2017,
    https://doi.org/10.1109/TIP.2017.2662206.

    The image x, ``(1, y, x)``, becomes ``widths[0]`` maps by a 3×3 convolution. On the way down
    each scale passes a block, and a 2×2 convolution of stride two leads to the next. On the way up
    each scale's maps are enlarged by a transposed 2×2 convolution, added to those that the way
    down left at that scale, and pass another block. A last 3×3 convolution gives the change, which
    x is added to; a fresh network returns its input.
    """

    name: ClassVar[str] = "unet"

    widths: tuple[Width, ...] = Field(
        (32, 32, 48, 48),
        min_length=1,
        max_length=7,
        description="Maps at each scale, the full one first; each further scale has half the "
        "pixels along y and x.",
    )
    biases: bool = Field(
        True,
        description="Let convolutions add constants. Without them what is restored scales with the "
        "image: a bright object, by which the whole image is scaled, changes nothing far from "
        "itself where the normalizer does not clip.",
        json_schema_extra={"advanced": True},
    )

    @property
    def signature(self) -> Signature:
        """One plane at a time; stride two for each scale beyond the first.

        The halo is what an output pixel at an edge on the stride looks beyond that edge, rounded up
        to the stride: 48 pixels with four scales. A block looks two pixels of its scale far, and
        there are two of them at each scale but the last; to these come the first and the last
        convolution, and the other pixel of the pair that a strided convolution joins. (Pixels
        farther from the edge look farther in all, but not beyond it.)

        Measured for 32 (64) maps at full scale: 530 bytes a pixel in ONNX Runtime, 740 (1300) in
        PyTorch. Twice that is told on purpose: tiles of about a megapixel, of 32 maps, answer a
        preview soon, and twice as large ones would save 6 % of the time.
        """
        step = 2 ** (len(self.widths) - 1)
        finer_blocks, coarsest_block, ends, paired = 4 * (step - 1), 2 * step, 2, int(step > 1)
        far = ends + finer_blocks + coarsest_block + paired
        halo = (-(-far // step) * step,) * 2
        return Signature("yx", (step, step), halo, memory=48 * self.widths[0])

    def network(self) -> UNetwork:
        """Return the network with fresh weights."""
        from debcr_plugins.unet.network import UNetwork

        return UNetwork(self.widths, self.biases)


@hookimpl
def debcr_models() -> list[type[Model]]:
    """Offer the model."""
    return [UNet]
