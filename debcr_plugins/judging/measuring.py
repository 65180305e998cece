"""Measure one plane of one method, leaving out what is undefined."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from debcr_core.components import Figure
from debcr_core.errors import DebcrError
from debcr_plugins.judging.matching import Match, matched
from debcr_plugins.metrics.fourier_rings import FrcCurve, frc_curve

if TYPE_CHECKING:
    import xarray as xr

    from debcr_core.plugins import Plugins

METRICS = ("psnr", "ssim", "nrmse", "rmse", "frc")


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


def measure(plane: xr.DataArray, target: xr.DataArray, match: Match, plugins: Plugins) -> Measured:
    """Measure a plane against its target by each of `METRICS`.

    Parameters
    ----------
    plane, target : xarray.DataArray
        ``(y, x)``, finite.
    match : {"affine", "none"}
        Whether to fit the plane's intensities to the target's first.
    plugins : Plugins
        Where the metrics are found.
    """
    try:
        plane = matched(plane, target, match)
    except DebcrError as error:
        return Measured({}, dict.fromkeys(METRICS, str(error)), {}, None, None)
    figures: list[Figure] = []
    unmeasured: dict[str, str] = {}
    for name in METRICS:
        try:
            figures += plugins.create("metric", name).measure(plane, target)
        except DebcrError as error:
            unmeasured[name] = str(error)
    return Measured(
        figures={named(f): f for f in figures if math.isfinite(f.value)},
        unmeasured=unmeasured,
        unbounded={named(f): _why(f) for f in figures if not math.isfinite(f.value)},
        curve=None if "frc" in unmeasured else frc_curve(plane, target),
        affine_match=plane.attrs.get("affine_match"),
    )


def named(figure: Figure) -> str:
    """Return a figure's name with its unit: figures in other units must not be averaged."""
    return f"{figure.name} ({figure.unit})" if figure.unit else figure.name


def _why(figure: Figure) -> str:
    if math.isnan(figure.value):
        # Of the metrics here, only the resolution can be NaN, and in this case alone.
        return "the curve stays above the threshold: the images agree down to two pixels."
    return {
        "higher": "the image equals its target.",
        "lower": "the images agree on no detail of any size.",
    }[figure.better or "higher"]
