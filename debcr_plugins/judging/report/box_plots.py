"""Box plots of every figure, a box for each method."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from debcr_plugins.judging.judgement import Judgement
from debcr_plugins.judging.report.colours import colour_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLUMNS, WIDTH, HEIGHT = 3, 4.3, 3.4  # panels in a row, inches
MANY = 200  # planes above which dots would hide the boxes


def box_plots(judgement: Judgement, out: Path) -> bool:
    """Write a PNG with a panel for each figure; return whether there was one to draw."""
    from matplotlib.figure import Figure

    names = list(judgement.figures)
    if not names:
        return False
    rows = math.ceil(len(names) / COLUMNS)
    figure = Figure(
        figsize=(COLUMNS * WIDTH, rows * HEIGHT), dpi=110, layout="constrained", facecolor="white"
    )
    for number, name in enumerate(names, start=1):
        _draw(figure.add_subplot(rows, COLUMNS, number), judgement, name)
    figure.savefig(out, format="png", backend="agg")
    return True


def _draw(axes: Axes, judgement: Judgement, name: str) -> None:
    methods = judgement.methods
    values = [judgement.values(method, name) for method in methods]
    drawn = axes.boxplot(
        values,
        tick_labels=[_short(method) for method in methods],
        patch_artist=True,
        showfliers=len(judgement.cases) > MANY,
        widths=0.6,
        medianprops={"color": "black"},
    )
    for box, method in zip(drawn["boxes"], methods, strict=True):
        box.set(facecolor=colour_of(judgement, method), alpha=0.6, edgecolor="none")
    if len(judgement.cases) <= MANY:
        _scatter(axes, values)
    better = judgement.figures[name].better
    axes.set_title(f"{name}, {better} is better" if better else name, loc="left", fontsize=10)
    axes.tick_params(axis="x", rotation=35, labelsize=8)
    axes.tick_params(axis="y", labelsize=8)
    for label in axes.get_xticklabels():
        label.set_horizontalalignment("right")
    axes.spines[["top", "right"]].set_visible(False)


def _scatter(axes: Axes, values: list[list[float]]) -> None:
    """Draw each plane as a dot, beside the others in the order of the planes."""
    for place, column in enumerate(values, start=1):
        beside = np.linspace(-0.18, 0.18, len(column)) if len(column) > 1 else np.zeros(len(column))
        axes.plot(place + beside, column, ".", color="black", markersize=3.5, alpha=0.6)


def _short(name: str) -> str:
    return name if len(name) <= 20 else f"{name[:9]}…{name[-9:]}"
