"""One colour for each method, the same in all plots of a report."""

from __future__ import annotations

from debcr_plugins.judging.judgement import Judgement
from debcr_plugins.metrics.frc_plot import COLOURS, GREY

CLASSICAL = "#9ca3af"


def colour_of(judgement: Judgement, method: str) -> str:
    """Return dark grey for the input, light grey for baselines, a strong colour for a model."""
    if method in judgement.models:
        return COLOURS[judgement.models.index(method) % len(COLOURS)]
    return CLASSICAL if method in judgement.classical else GREY
