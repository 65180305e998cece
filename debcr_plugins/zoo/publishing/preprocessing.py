"""A normalizer, said in the steps that every consumer of bundles knows.

Consumers normalise an image as a whole, before it is tiled. Three of our normalizers are steps of
the specification; the inverse is none, and recorded for ourselves (``config.debcr``). Clipping to
0…1 is done by the published network (`debcr_plugins.zoo.publishing.architecture`), since consumers
differ in which steps they know.

Source: https://bioimage-io.github.io/spec-bioimage-io/
"""

from __future__ import annotations

from typing import Any

from debcr_core.components import Normalizer
from debcr_core.errors import UsageError
from debcr_plugins.normalizers.fitting import HoldingBack, Per, separate_axes
from debcr_plugins.normalizers.fixed_range import FixedRange
from debcr_plugins.normalizers.min_max import MinMax
from debcr_plugins.normalizers.none import NoNormalization
from debcr_plugins.normalizers.percentile import Percentile
from debcr_plugins.zoo.axis_names import AXIS_NAMES

EPSILON = 1e-6
"""What ``scale_range`` adds to the range that it divides by; our normalizers add nothing.

It makes the normalised image smaller by the factor 1 + 1e-6 / range. That is below what float32
resolves (6e-8) for ranges above 17; for a range of 0.001, pixels were measured to be off by 1.3e-3
of the scale. Consumers know no smaller one.
A constant image becomes 0 both here and there. Where both percentiles are equal in an image that
is not constant, `percentile` takes its extremes, and consumers divide by 1e-6.
"""
Step = dict[str, Any]


def preprocessing(normalizer: Normalizer, axes: str) -> list[Step]:
    """Return the steps that bring intensities to the network's scale, without clipping.

    Parameters
    ----------
    normalizer : Normalizer
        Of the recipe.
    axes : str
        The network's axes behind batch, ``c`` among them: ``cyx``, ``czyx``.

    Raises
    ------
    UsageError
        If the specification has no step that does the same everywhere.
    """
    match normalizer:
        case Percentile(low=low, high=high, per=per):
            return [_scale_range(low, high, per, axes)]
        case MinMax(per=per):
            return [_scale_range(0.0, 100.0, per, axes)]
        case FixedRange(low=low, high=high):
            gain = 1.0 / (high - low)
            return [{"id": "scale_linear", "kwargs": {"gain": gain, "offset": -low * gain}}]
        case NoNormalization():
            return []
    raise UsageError(
        f'The normalizer "{normalizer.name}" cannot be said in a bundle so that every consumer '
        "does the same: train with percentile, min-max, fixed-range or none."
    )


def clips(normalizer: Normalizer) -> bool:
    """Say whether the published network limits its input to 0…1."""
    return bool(getattr(normalizer, "clip", False))


def holds_back(normalizer: Normalizer) -> bool:
    """Say whether pixels are held back from the network, for which there is no step."""
    return isinstance(normalizer, HoldingBack) and normalizer.hold_back


def _scale_range(low: float, high: float, per: Per, axes: str) -> Step:
    joint = [AXIS_NAMES[axis] for axis in axes if axis not in separate_axes(per, axes)]
    return {
        "id": "scale_range",
        "kwargs": {
            "axes": joint,
            "eps": EPSILON,
            "max_percentile": high,
            "min_percentile": low,
        },
    }
