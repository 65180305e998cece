"""Smallest pixel to 0, largest to 1."""

from __future__ import annotations

from typing import TYPE_CHECKING

from debcr_core.components import Normalizer
from debcr_core.hookspecs import hookimpl
from debcr_core.statistics import extremes
from debcr_plugins.normalizers.linear import LinearNormalizer

if TYPE_CHECKING:
    import xarray as xr


class MinMax(LinearNormalizer):
    """Map the smallest pixel to 0 and the largest to 1."""

    name = "min-max"

    def zero_and_one(self, part: xr.DataArray) -> tuple[float, float]:
        """Return minimum and maximum."""
        return extremes(part)


@hookimpl
def debcr_normalizers() -> list[type[Normalizer]]:
    """Offer the normalizer."""
    return [MinMax]
