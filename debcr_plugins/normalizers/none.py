"""Intensities as they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from debcr_core.components import Array, Floats, Normalization, Normalizer, Position
from debcr_core.hookspecs import hookimpl
from debcr_core.signature import Kind

if TYPE_CHECKING:
    import xarray as xr

    from debcr_core.published import Published


class Identity(Normalization):
    """The map that changes nothing but the type."""

    def at(self, position: Position) -> Identity:  # noqa: ARG002
        """Return itself: the map is the same everywhere."""
        return self

    def apply(self, block: Array) -> Floats:
        """Return the block as float32."""
        import numpy as np

        return block.astype(np.float32)

    def undo(self, output: Floats, given: Array, kinds: tuple[Kind, ...]) -> Floats:  # noqa: ARG002
        """Return the output."""
        return output

    def record(self) -> dict[str, Any]:
        """Return nothing: nothing was fitted."""
        return {}


class NoNormalization(Normalizer):
    """Give the network the intensities as they are, for images that are already normalized."""

    name = "none"

    def fit(self, image: xr.DataArray) -> Identity:
        """Look at the pixels for NaN only."""
        from debcr_core.statistics import blocks

        for _ in blocks(image):
            pass
        return Identity()

    def recall(self, record: Mapping[str, Any], image: xr.DataArray) -> Identity:  # noqa: ARG002
        """Return the same map: nothing was fitted."""
        return Identity()

    def published(self, axes: str) -> Published:  # noqa: ARG002
        """Return the same in steps of a bundle (see `Normalizer.published`)."""
        from debcr_core.published import Published

        return Published()


@hookimpl
def debcr_normalizers() -> list[type[Normalizer]]:
    """Offer the normalizer."""
    return [NoNormalization]
