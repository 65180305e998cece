"""DnCNN."""

from torch import Tensor, nn


class DnCNNetwork(nn.Module):
    """Chain of convolutions that finds the noise (see `debcr_plugins.rivals.dncnn.DnCNN`).

    Parameters
    ----------
    depth
        Convolutions, the first and the last among them.
    maps
        Maps between them.
    """

    def __init__(self, depth: int, maps: int) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.Conv2d(1, maps, 3, padding=1), nn.ReLU()]
        for _ in range(depth - 2):
            convolution = nn.Conv2d(maps, maps, 3, padding=1, bias=False)
            layers += [convolution, nn.BatchNorm2d(maps), nn.ReLU()]
        self.layers = nn.Sequential(*layers, nn.Conv2d(maps, 1, 3, padding=1))
        for layer in self.layers:
            if isinstance(layer, nn.Conv2d):
                # As in the paper: He et al., ICCV 2015.
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")

    def forward(self, image: Tensor) -> Tensor:
        """Restore ``(batch, 1, y, x)``."""
        noise: Tensor = self.layers(image)
        return image - noise
