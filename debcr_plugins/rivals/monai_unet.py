"""The U-Net of MONAI."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import Field

from debcr_core.missing_extras import needs_extra
from debcr_core.signature import Signature
from debcr_core.torch_model import TorchModel

if TYPE_CHECKING:
    from torch import nn

Width = Annotated[int, Field(ge=1, le=1024)]


class MONAIUNet(TorchModel):
    """U-Net of residual units, from the library MONAI (``pip install "debcr-zoo[rivals]"``).

    Source: `monai.networks.nets.UNet` (https://monai.io, Apache 2.0), after Kerfoot et al., STACOM
    2018, https://doi.org/10.1007/978-3-030-12029-0_40. Strided convolutions lead down, transposed
    ones up, maps of the way down are put beside those of the way up. Without normalisation layers,
    which would make each tile's result depend on all of it. 1,602,296 parameters.
    """

    name: ClassVar[str] = "monai-unet"
    libraries: ClassVar[tuple[str, ...]] = ("monai",)

    channels: tuple[Width, ...] = Field(
        (32, 64, 128, 256),
        min_length=2,
        max_length=7,
        description="Maps at each scale; the first has half the image's pixels along y and x, each "
        "further one but the last half of the one before.",
    )
    residual_units: int = Field(
        2, ge=1, le=8, description="Convolutions of each residual unit on the way down."
    )

    @property
    def signature(self) -> Signature:
        """One plane at a time; each scale but the last doubles the stride.

        The halo is what gradients show for up to five scales and three convolutions a unit.
        """
        step = 2 ** (len(self.channels) - 1)
        far = (3 * step - 2) * self.residual_units + 2
        halo = -(-far // step) * step
        return Signature("yx", (step, step), (halo, halo), memory=48 * self.channels[0])

    def network(self) -> nn.Module:
        """Return the network with fresh weights.

        Raises
        ------
        UsageError
            If MONAI is not installed.
        """
        make, parameters = self.architecture()
        return make(**parameters)

    def architecture(self) -> tuple[Callable[..., nn.Module], dict[str, Any]]:
        """Return the function that asks MONAI for the network, and its arguments."""
        with needs_extra("rivals", f'The network "{self.name}" needs'):
            from debcr_plugins.rivals.networks.monai_unet import monai_unet

        return monai_unet, self.model_dump()
