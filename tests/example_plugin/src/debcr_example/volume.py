"""A network of volumes."""

from __future__ import annotations

from pydantic import Field

from debcr_core import Signature, TorchModel, hookimpl


class VolumeModel(TorchModel):
    """Two convolutions of volumes, whose output is added to their input."""

    name = "volume"

    maps: int = Field(4, ge=1, le=256, description="Maps between the convolutions.")

    @property
    def signature(self):
        """Volumes of any size; two 3×3×3 convolutions look two pixels far."""
        return Signature("zyx", (1, 1, 1), (2, 2, 2))

    def network(self):
        """Return the network with fresh weights."""
        from debcr_example.volume_network import VolumeNetwork

        return VolumeNetwork(self.maps)


@hookimpl
def debcr_models():
    """Offer the network."""
    return [VolumeModel]
