"""CARE's residual U-Net."""

import torch
from torch import Tensor, nn


class TwoConvolutions(nn.Module):
    """Two convolutions, each with a ReLU."""

    def __init__(self, maps: int, between: int, made: int, kernel: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(maps, between, kernel, padding=kernel // 2)
        self.second = nn.Conv2d(between, made, kernel, padding=kernel // 2)

    def forward(self, maps: Tensor) -> Tensor:
        """Map ``(batch, maps, y, x)`` to ``(batch, made, y, x)``."""
        return torch.relu(self.second(torch.relu(self.first(maps))))


class CAREUNetwork(nn.Module):
    """Residual U-Net (see `debcr_plugins.rivals.care_unet.CAREUNet`).

    Parameters
    ----------
    depth
        How often the image is halved.
    kernel
        Side of the kernels.
    maps
        Maps of the first convolution.
    """

    def __init__(self, depth: int, kernel: int, maps: int) -> None:
        super().__init__()
        widths = [maps * 2**scale for scale in range(depth)]
        entering = [1, *widths]
        leaving = [maps, *widths]
        self.down = nn.ModuleList(
            TwoConvolutions(entering[scale], width, width, kernel)
            for scale, width in enumerate(widths)
        )
        self.coarsest = TwoConvolutions(widths[-1], 2 * widths[-1], widths[-1], kernel)
        self.up = nn.ModuleList(
            TwoConvolutions(2 * width, width, leaving[scale], kernel)
            for scale, width in enumerate(widths)
        )
        self.tail = nn.Conv2d(maps, 1, 1)

    def forward(self, image: Tensor) -> Tensor:
        """Restore ``(batch, 1, y, x)``, of sizes that are multiples of the stride."""
        maps, left = image, []
        for block in self.down:
            maps = block(maps)
            left.append(maps)
            maps = nn.functional.max_pool2d(maps, 2)
        maps = self.coarsest(maps)
        for block in reversed(self.up):
            enlarged = nn.functional.interpolate(maps, scale_factor=2.0, mode="nearest")
            maps = block(torch.cat([enlarged, left.pop()], dim=1))
        change: Tensor = self.tail(maps)
        return image + change
