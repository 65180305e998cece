"""The figure by which weights are judged: which are kept, and when training ends."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from debcr_core.errors import DebcrError, UsageError
from debcr_core.failures import calling, named
from debcr_core.named_component import named_component

if TYPE_CHECKING:
    import xarray as xr

    from debcr_core.components import Metric
    from debcr_core.plugins import Plugins
    from debcr_plugins.pairs.normalized import NormalizedPair
    from debcr_plugins.training.config import TrainingConfig

USUAL = "debcr-zoo/psnr"
"""The metric of that; validation computes it in any case, without the component."""
PSNR, RMSE, PSNR_OF_INPUT = "psnr", "rmse", "psnr_input"
"""Columns of what validation measures in any case."""
COURSE = ("epoch", "step", "loss", "learning_rate", "seconds")


@dataclass(frozen=True)
class Monitor:
    """A figure of the validation.

    Attributes
    ----------
    column : str
        What it is called in ``metrics.csv``.
    label, unit : str
        What it is called where people read it.
    better : {"higher", "lower"}
        Which of two figures is the better one.
    metric : Metric or None
        What measures it; None for the PSNR, which validation measures in any case.
    """

    column: str = PSNR
    label: str = "PSNR"
    unit: str = "dB"
    better: Literal["higher", "lower"] = "higher"
    metric: Metric | None = None

    @property
    def of_input(self) -> str:
        """The column of the same figure of the input."""
        return f"{self.column}_input"

    @property
    def mode(self) -> Literal["max", "min"]:
        """The direction, as PyTorch and Lightning call it."""
        return "max" if self.better == "higher" else "min"

    @property
    def worst(self) -> float:
        """What any figure is better than."""
        return -math.inf if self.better == "higher" else math.inf

    def improves(self, found: float, best: float) -> bool:
        """Say whether a figure is better than the best one before."""
        return found > best if self.better == "higher" else found < best

    def text(self, value: float) -> str:
        """Return a figure for people."""
        number = f"{value:.2f}" if self.unit == "dB" else f"{value:.4g}"
        return f"{number} {self.unit}".rstrip()

    def measure(self, image: xr.DataArray, reference: xr.DataArray | None) -> float:
        """Return the metric's figure of one image.

        Raises
        ------
        DebcrError
            If it fails, or is no number.
        """
        assert self.metric is not None, "validation measures the PSNR itself"
        with calling(self.metric):
            found = list(self.metric.measure(image, reference))
        values = [each.value for each in found if each.name == self.label]
        if not values or not math.isfinite(values[0]):
            raise DebcrError(
                f"The {named(self.metric)} gives {values[0] if values else 'nothing'} for "
                f"{self.label}, so weights cannot be judged by it: monitor another one."
            )
        return values[0]


BY_PSNR = Monitor()
"""What is monitored by default."""


def monitor_of(
    config: TrainingConfig, validation: Sequence[NormalizedPair], plugins: Plugins
) -> Monitor:
    """Return what a run monitors, having tried it on a validation image.

    Raises
    ------
    UsageError
        If there is no such metric, it cannot measure these images, or does not say which of two
        figures is better.
    """
    metric: Metric = named_component("metric", config.monitor, plugins, "monitor")
    if plugins.qualified_name(metric) == USUAL and metric == type(metric)():
        return BY_PSNR
    pair = validation[0].pair
    reference = None if pair.target is pair.input else pair.target
    try:
        with calling(metric):
            figures = list(metric.measure(pair.input, reference))
    except DebcrError as error:
        raise UsageError(f"The {named(metric)} cannot be monitored here: {error}") from error
    for figure in figures:
        if figure.better:
            taken = metric.name in (PSNR, RMSE, PSNR_OF_INPUT, *COURSE)
            column = f"monitored_{metric.name}" if taken else metric.name
            return Monitor(column, figure.name, figure.unit, figure.better, metric)
    raise UsageError(
        f"The {named(metric)} does not say whether more or less of it is better, so weights cannot "
        "be judged by it: monitor another one."
    )
