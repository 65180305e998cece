"""Figures of before and after against a truth, as a table."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from debcr_core.components import Figure, Metric
from debcr_core.errors import UsageError
from debcr_core.evaluation import affine_match, evaluate
from debcr_core.notices import listening, pass_on

if TYPE_CHECKING:
    import xarray as xr

USUAL = ("psnr", "ssim", "nrmse", "rmse")
"""Metrics that are ticked at first."""
BETTER = {"higher": "↑", "lower": "↓", "": ""}


@dataclass(frozen=True)
class Row:
    """One figure of each image.

    Attributes
    ----------
    label : str
        Its name, unit and which direction is better.
    values : tuple of float
        For each image; NaN where it is undefined.
    """

    label: str
    values: tuple[float, ...]

    @property
    def cells(self) -> list[str]:
        """What a table shows."""
        return [self.label, *("–" if math.isnan(v) else f"{v:.5g}" for v in self.values)]


def measured(
    images: Mapping[str, xr.DataArray],
    truth: xr.DataArray | None,
    metrics: Sequence[Metric],
    match: bool,
) -> list[Row]:
    """Measure some images.

    Parameters
    ----------
    images : mapping of str to xarray.DataArray
        By what they are called.
    truth : xarray.DataArray or None
        What they should resemble.
    metrics : sequence of Metric
        What to measure.
    match : bool
        Whether scale and offset are fitted to the truth first; they become rows, too.

    Raises
    ------
    UsageError
        If no metric can be measured.
    DebcrError
        As `debcr_core.affine_match` and `debcr_core.evaluate`.
    """
    with listening() as heard:
        rows = _measured(images, truth, metrics, match)
    if not rows:
        reasons = " ".join(map(str, heard[:1]))
        raise UsageError(
            "Nothing was measured: choose another layer as Truth, or tick other metrics. " + reasons
        )
    for warning in heard:
        pass_on(warning)
    return rows


def _measured(
    images: Mapping[str, xr.DataArray],
    truth: xr.DataArray | None,
    metrics: Sequence[Metric],
    match: bool,
) -> list[Row]:
    fits: dict[str, list[Figure]] = {name: [] for name in images}
    if match and truth is not None:
        images = {name: affine_match(image, truth) for name, image in images.items()}
        for name, image in images.items():
            fit = image.attrs["affine_match"]
            fits[name] = [Figure(f"matched {key}", fit[key]) for key in ("scale", "offset")]
    figures = {name: fits[name] + evaluate(image, truth, metrics) for name, image in images.items()}
    return _rows(figures)


def _rows(figures: Mapping[str, Sequence[Figure]]) -> list[Row]:
    labels = dict.fromkeys(_label(figure) for found in figures.values() for figure in found)
    by_label = [{_label(figure): figure.value for figure in found} for found in figures.values()]
    return [Row(label, tuple(found.get(label, math.nan) for found in by_label)) for label in labels]


def _label(figure: Figure) -> str:
    unit = f" ({figure.unit})" if figure.unit else ""
    return f"{figure.name}{unit} {BETTER[figure.better]}".rstrip()
