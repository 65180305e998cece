"""Two given intensities to 0 and 1, the same for every image."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from debcr_core.components import Normalizer
from debcr_core.hookspecs import hookimpl
from debcr_plugins.normalizers.fitting import RangeNormalizer

if TYPE_CHECKING:
    import xarray as xr

    from debcr_core.published import Published
    from debcr_core.statistics import Sifted


class FixedRange(RangeNormalizer):
    """Map two given intensities to 0 and 1, so that images stay comparable."""

    name = "fixed-range"

    deviations: ClassVar[Mapping[str, str]] = {
        "test_each_number_among_its_parameters_has_a_bound": "intensities have none"
    }

    low: float = Field(0.0, description="Intensity that becomes 0.")
    high: float = Field(65535.0, description="Intensity that becomes 1.")

    def zero_and_one(self, part: xr.DataArray | Sifted) -> tuple[float, float]:
        """Return the two intensities, having looked at the pixels for NaN only."""
        from debcr_core.statistics import blocks

        for _ in blocks(part):
            pass
        return self.low, self.high

    def published(self, axes: str) -> Published:  # noqa: ARG002
        """Return the same in steps of a bundle (see `Normalizer.published`)."""
        from debcr_core.published import Published
        from debcr_plugins.normalizers.in_bundles import limited, scale_linear

        return Published((scale_linear(self.low, self.high),), limited(clip=self.clip))


@hookimpl
def debcr_normalizers() -> list[type[Normalizer]]:
    """Offer the normalizer."""
    return [FixedRange]
