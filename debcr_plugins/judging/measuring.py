"""Measure one plane of one method, leaving out what is undefined."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from debcr_core.components import Figure, Metric
from debcr_core.errors import DebcrError
from debcr_core.evaluation import default_metrics
from debcr_core.failures import calling
from debcr_core.registry import OURS
from debcr_plugins.judging.matching import Match, matched
from debcr_plugins.metrics.fourier_rings import FrcCurve, frc_curve

if TYPE_CHECKING:
    import xarray as xr

    from debcr_core.plugins import Plugins

USUAL = tuple(f"debcr-zoo/{name}" for name in ("psnr", "ssim", "nrmse", "rmse", "frc"))
"""What is measured first of all, by default."""
RESOLUTION, CURVE = "FRC resolution", "debcr-zoo/frc"
"""How the figures begin of the metric whose curve the report draws, and its name."""


@dataclass(frozen=True)
class Measured:
    """What was measured of one plane that one method restored.

    Attributes
    ----------
    figures : dict of str to Figure
        By name and unit, such as ``PSNR (dB)``; only those with a finite value.
    unmeasured : dict of str to str
        Why a metric could not be measured, by its name.
    unbounded : dict of str to str
        Why a figure has no finite value, by its name: the image is too good or too bad for one.
    curve : FrcCurve or None
        Fourier ring correlation with the target; None where it is undefined.
    affine_match : dict of str to float or None
        ``scale`` and ``offset`` that were fitted; None where nothing was.
    """

    figures: dict[str, Figure]
    unmeasured: dict[str, str]
    unbounded: dict[str, str]
    curve: FrcCurve | None
    affine_match: dict[str, float] | None


def usual_metrics(plugins: Plugins) -> list[Metric]:
    """Return what is measured by default: our `USUAL` ones, then all that other plugins offer."""
    usual = [plugins.create("metric", name) for name in USUAL]
    others = [
        metric
        for metric in default_metrics(plugins)
        if plugins.provenance(metric).distribution != OURS
    ]
    return [*usual, *others]


def measure(
    plane: xr.DataArray,
    target: xr.DataArray,
    match: Match,
    metrics: Sequence[Metric],
    plugins: Plugins,
) -> Measured:
    """Measure a plane against its target by each metric.

    Parameters
    ----------
    plane, target : xarray.DataArray
        ``(y, x)``, finite.
    match : {"affine", "none"}
        Whether to fit the plane's intensities to the target's first.
    metrics : sequence of Metric
        What is measured; of two with one short name, the figures tell.
    plugins : Plugins
        Names the metrics.
    """
    try:
        plane = matched(plane, target, match)
    except DebcrError as error:
        return Measured({}, dict.fromkeys((m.name for m in metrics), str(error)), {}, None, None)
    figures: list[Figure] = []
    unmeasured: dict[str, str] = {}
    curve = None
    for metric in metrics:
        try:
            with calling(metric):
                figures += metric.measure(plane, target)
        except DebcrError as error:
            unmeasured[metric.name] = str(error)
        else:
            if plugins.qualified_name(metric) == CURVE:
                curve = frc_curve(plane, target)
    return Measured(
        figures={named(f): f for f in figures if math.isfinite(f.value)},
        unmeasured=unmeasured,
        unbounded={named(f): _why(f) for f in figures if not math.isfinite(f.value)},
        curve=curve,
        affine_match=plane.attrs.get("affine_match"),
    )


def named(figure: Figure) -> str:
    """Return a figure's name with its unit: figures in other units must not be averaged."""
    return f"{figure.name} ({figure.unit})" if figure.unit else figure.name


def _why(figure: Figure) -> str:
    if math.isnan(figure.value):
        if figure.name.startswith(RESOLUTION):
            return "the curve stays above the threshold: the images agree down to two pixels."
        return "it is undefined here."
    if figure.name.startswith(RESOLUTION):
        return "the images agree on no detail of any size."
    return "the image equals its target." if figure.better == "higher" else "it is infinite."
