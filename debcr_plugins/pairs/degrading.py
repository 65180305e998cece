"""What a user says about how good images are degraded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from debcr_core.errors import UsageError
from debcr_core.yaml.faults import explain
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


def degrade_config(document: dict[str, Any], path: Path) -> DegradeConfig | None:
    """Return the section ``degrade`` of a config; None where there is none.

    Raises
    ------
    UsageError
        If a key is unknown or out of bounds.
    """
    section = document.get("degrade")
    if section is None:
        return None
    try:
        return DegradeConfig.model_validate(section)
    except ValidationError as error:
        where = f'"degrade" in {path}'
        raise UsageError(explain(error, where, DegradeConfig)) from None
