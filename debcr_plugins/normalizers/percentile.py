"""A low percentile to 0, a high one to 1: robust against a few extreme pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from debcr_core.components import Normalizer
from debcr_core.hookspecs import hookimpl
from debcr_plugins.normalizers.fitting import CLIP, HoldingBack, RangeNormalizer

if TYPE_CHECKING:
    import xarray as xr

    from debcr_core.published import Published
    from debcr_core.statistics import Sifted


class Percentile(RangeNormalizer, HoldingBack):
    """Map a low percentile to 0 and a high one to 1.

    Where both percentiles are equal although the image is not constant (a few bright pixels on
    a flat background), its minimum and maximum are taken instead.
    """

    name = "percentile"

    low: float = Field(
        0.1,
        ge=0,
        lt=100,
        description="Percentile that becomes 0.",
        json_schema_extra={"unit": "%"},
    )
    high: float = Field(
        99.9,
        gt=0,
        le=100,
        description="Percentile that becomes 1.",
        json_schema_extra={"unit": "%"},
    )
    clip: bool = Field(True, description=CLIP, json_schema_extra={"advanced": True})

    def zero_and_one(self, part: xr.DataArray | Sifted) -> tuple[float, float]:
        """Return the two percentiles."""
        from debcr_core.order_statistics import percentiles
        from debcr_core.statistics import extremes

        low, high = percentiles(part, self.low, self.high)
        return (low, high) if high > low else extremes(part)

    def published(self, axes: str) -> Published:
        """Return the same in steps of a bundle (see `Normalizer.published`)."""
        from debcr_core.published import Published
        from debcr_plugins.normalizers.in_bundles import limited, scale_range

        step = scale_range(self.low, self.high, self.per, axes)
        return Published((step,), limited(clip=self.clip), left_out=self.left_out)


@hookimpl
def debcr_normalizers() -> list[type[Normalizer]]:
    """Offer the normalizer."""
    return [Percentile]
