"""Fourier ring correlation, averaged over planes, with a band."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from debcr_core.evaluation import Values
from debcr_plugins.judging.judgement import Judgement
from debcr_plugins.judging.methods import INPUT
from debcr_plugins.judging.report.colours import colour_of
from debcr_plugins.metrics.fourier_rings import ONE_SEVENTH, FrcCurve

SAMPLES = 128  # frequencies at which curves of images of different size are averaged
MOST_MODELS = 6  # as many as there are colours


def frc_band(judgement: Judgement, out: Path) -> bool:
    """Write a PNG of the input, the best baseline and the models; return whether there was one.

    The band is one standard deviation over the planes to either side. Frequencies are in µm⁻¹
    where all planes have one pixel size, else in cycles per pixel.
    """
    from matplotlib.figure import Figure

    shown = [INPUT, judgement.best_classical, *judgement.models[:MOST_MODELS]]
    curves = {
        method: [m.curve for case in judgement.cases if (m := case.methods[method]).curve]
        for method in shown
        if method
    }
    drawn = {method: found for method, found in curves.items() if found}
    if not drawn:
        return False
    pixel_size = _common_pixel_size([one for found in drawn.values() for one in found])
    figure = Figure(figsize=(7.6, 4.8), dpi=110, layout="constrained", facecolor="white")
    axes = figure.add_subplot()
    for method, found in drawn.items():
        frequency, mean, std = averaged(found)
        colour = colour_of(judgement, method)
        where = frequency / pixel_size
        dashes = "--" if method in judgement.classical else "-"
        axes.plot(where, mean, dashes, color=colour, linewidth=1.8, label=method)
        axes.fill_between(where, mean - std, mean + std, color=colour, alpha=0.18, linewidth=0)
    axes.axhline(ONE_SEVENTH, color="black", linewidth=0.9, linestyle=":", label="1/7")
    unit = "cycles per pixel" if pixel_size == 1 else "µm⁻¹"
    axes.set(xlabel=f"Spatial frequency ({unit})", ylabel="Correlation with the target")
    axes.set(xlim=(0, 0.5 / pixel_size), ylim=(-0.1, 1.03))
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, fontsize=9)
    figure.savefig(out, format="png", backend="agg")
    return True


def averaged(curves: Sequence[FrcCurve]) -> tuple[Values, Values, Values]:
    """Average curves, brought to common frequencies by linear interpolation.

    Returns
    -------
    frequency, mean, std : numpy.ndarray
        Frequency in cycles per pixel, from the coarsest that all curves have to the finest;
        sample standard deviation, 0 for a single curve.
    """
    first = max(curve.frequency[0] for curve in curves)
    last = min(curve.frequency[-1] for curve in curves)
    frequency = np.linspace(first, max(first, last), SAMPLES)
    values = [np.interp(frequency, curve.frequency, curve.correlation) for curve in curves]
    std = np.std(values, axis=0, ddof=1) if len(values) > 1 else np.zeros_like(frequency)
    return frequency, np.mean(values, axis=0), std


def _common_pixel_size(curves: Sequence[FrcCurve]) -> float:
    """Return the one pixel size of all, in µm, or 1 where there is none: frequency per pixel."""
    sizes = [curve.pixel_size for curve in curves]
    known = [size for size in sizes if size is not None]
    if len(known) == len(sizes) and np.allclose(known, known[0], rtol=0.01):
        return known[0]
    return 1.0
