"""Fourier ring correlation over spatial frequency, with both thresholds."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from debcr_core.components import Figure as Measured
from debcr_core.errors import UsageError
from debcr_plugins.figures.caption import SHORT, rounded
from debcr_plugins.figures.scale_bar import length_label, round_length
from debcr_plugins.metrics.fourier_rings import ONE_SEVENTH, FrcCurve

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Okabe and Ito's colours, told apart with any colour vision: https://jfly.uni-koeln.de/color/
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
GREY = "#6b7280"


def frc_plot(curves: Mapping[str, FrcCurve], out: Path) -> None:
    """Write a PNG of one or more curves, both thresholds and where the curves fall below them.

    Parameters
    ----------
    curves : mapping of str to FrcCurve
        One to six curves by label, all in µm or all in pixels. The half-bit threshold shown is
        that of the first; the resolutions are each curve's own.
    out : Path
        File to write; an existing one is replaced.

    Raises
    ------
    UsageError
        If there are no curves or too many, or only some know their pixel size.
    """
    from matplotlib.figure import Figure

    unit = _common_unit(curves)
    figure = Figure(figsize=(7.6, 4.8), dpi=160, layout="constrained")
    axes = figure.add_subplot()
    for colour, (label, curve) in zip(COLOURS, curves.items(), strict=False):
        _draw_curve(axes, label, curve, colour)
    _draw_thresholds(axes, next(iter(curves.values())))
    nyquist = max(0.5 / (curve.pixel_size or 1) for curve in curves.values())
    lowest = min(float(curve.correlation.min()) for curve in curves.values())
    axes.set(xlim=(0, nyquist), ylim=(min(-0.05, lowest - 0.05), 1.03))
    _label_axes(axes, nyquist, unit)
    figure.savefig(out, format="png", backend="agg")


def _common_unit(curves: Mapping[str, FrcCurve]) -> str:
    units = {curve.unit for curve in curves.values()}
    if len(units) != 1 or len(curves) > len(COLOURS):
        raise UsageError(
            f"An FRC plot shows one to {len(COLOURS)} curves, all with a known pixel size or all "
            f"without; these are {len(curves)}, in {' and '.join(sorted(units)) or 'no unit'}."
        )
    return units.pop()


def _draw_curve(axes: Axes, label: str, curve: FrcCurve, colour: str) -> None:
    found = {
        name: curve.resolution(threshold)
        for name, threshold in (("1/7", ONE_SEVENTH), ("half-bit", curve.half_bit))
    }
    texts = [f"{_resolution(value, curve.unit)} ({name})" for name, value in found.items()]
    axes.plot(
        curve.frequency_per_unit,
        curve.correlation,
        color=colour,
        linewidth=1.8,
        label=f"{label}: {', '.join(texts)}",
    )
    for resolution in found.values():
        if math.isfinite(resolution):
            height = np.interp(1 / resolution, curve.frequency_per_unit, curve.correlation)
            axes.plot(1 / resolution, height, "o", color=colour, markersize=6, mec="white")


def _resolution(value: float, unit: str) -> str:
    if math.isnan(value):
        return "no crossing"
    return rounded(Measured("resolution", value, unit))


def _draw_thresholds(axes: Axes, curve: FrcCurve) -> None:
    axes.axhline(0, color="#d1d5db", linewidth=0.8, zorder=0)
    axes.axhline(ONE_SEVENTH, color=GREY, linewidth=1.1, linestyle="--", label="threshold 1/7")
    axes.plot(
        curve.frequency_per_unit,
        curve.half_bit,
        color=GREY,
        linewidth=1.3,
        linestyle=":",
        label="threshold half-bit",
    )


def _label_axes(axes: Axes, nyquist: float, unit: str) -> None:
    inverse = "µm⁻¹" if unit == "µm" else "cycles per pixel"
    axes.set_xlabel(f"Spatial frequency ({inverse})")
    axes.set_ylabel("Fourier ring correlation")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, fontsize=9, loc="best")
    periods = _round_periods(nyquist)
    above = axes.twiny()
    above.set(xlim=(0, nyquist), xlabel="Period")
    above.set_xticks(
        [1 / p for p in periods], [length_label(p, SHORT.get(unit, unit)) for p in periods]
    )
    above.spines[:].set_visible(False)
    above.tick_params(colors=GREY)
    above.xaxis.label.set_color(GREY)


def _round_periods(nyquist: float) -> list[float]:
    """Return round periods whose frequencies stand well apart on an axis up to `nyquist`."""
    apart = nyquist / 14
    periods: list[float] = []
    frequency = apart
    while (period := round_length(1 / frequency)) >= 1 / nyquist * (1 - 1e-9):
        periods.append(period)
        frequency = 1 / period + apart
    return periods
