"""What a user says about how good images are degraded."""

from __future__ import annotations

from pydantic import Field

from debcr_plugins.simulation.degradation import Degradation


class DegradeConfig(Degradation):
    """How each patch of a good image is degraded; ranges [low, high] are drawn anew for each."""

    surroundings: int = Field(
        192,
        ge=16,
        le=8192,
        description="Side of the part of the image around a patch, pixels, that is degraded with "
        "it, and of which the statistics are taken that normalise it; in use, of the whole image.",
    )
