"""The U-Net of MONAI."""

from collections.abc import Sequence

from monai.networks.nets import UNet


def monai_unet(channels: Sequence[int], residual_units: int) -> UNet:
    """Return MONAI's U-Net of planes (see `debcr_plugins.rivals.monai_unet.MONAIUNet`).

    Parameters
    ----------
    channels
        Maps at each scale.
    residual_units
        Convolutions of each residual unit on the way down.
    """
    return UNet(
        spatial_dims=2,
        in_channels=1,
        out_channels=1,
        channels=channels,
        strides=[2] * (len(channels) - 1),
        num_res_units=residual_units,
        norm=None,
    )
