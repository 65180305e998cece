"""Networks of others, to compare with: U-Net of MONAI, CARE's residual U-Net, DnCNN, RCAN."""

from debcr_core.components import Model
from debcr_core.hookspecs import hookimpl
from debcr_plugins.rivals.care_unet import CAREUNet
from debcr_plugins.rivals.dncnn import DnCNN
from debcr_plugins.rivals.monai_unet import MONAIUNet
from debcr_plugins.rivals.rcan import RCAN


@hookimpl
def debcr_models() -> list[type[Model]]:
    """Offer the models."""
    return [CAREUNet, DnCNN, MONAIUNet, RCAN]
