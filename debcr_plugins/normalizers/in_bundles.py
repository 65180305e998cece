"""The built-in normalizers in the steps that every consumer of bundles knows.

Consumers normalise an image as a whole, before it is tiled. The inverse is no step, and recorded
for ourselves (``config.debcr``).

Source: https://bioimage-io.github.io/spec-bioimage-io/
"""

from __future__ import annotations

from debcr_core.published import Folded, Step
from debcr_core.rdf_axis_names import AXIS_NAMES
from debcr_plugins.normalizers.fitting import Per, separate_axes

EPSILON = 1e-6
"""What ``scale_range`` adds to the range that it divides by; our normalizers add nothing.

It makes the normalised image smaller by the factor 1 + 1e-6 / range. That is below what float32
resolves (6e-8) for ranges above 17; for a range of 0.001, pixels were measured to be off by 1.3e-3
of the scale. Consumers know no smaller one.
A constant image becomes 0 both here and there. Where both percentiles are equal in an image that
is not constant, `percentile` takes its extremes, and consumers divide by 1e-6.
"""


def scale_range(low: float, high: float, per: Per, axes: str) -> Step:
    """Return the step that brings two percentiles to 0 and 1.

    Parameters
    ----------
    low, high : float
        The percentiles.
    per : {"frame", "image", "channel", "slice"}
        What is normalised by itself.
    axes : str
        The network's axes behind batch, ``c`` among them: ``cyx``, ``czyx``.
    """
    joint = [AXIS_NAMES[axis] for axis in axes if axis not in separate_axes(per, axes)]
    percentiles = {"max_percentile": high, "min_percentile": low}
    return {"id": "scale_range", "kwargs": {"axes": joint, "eps": EPSILON, **percentiles}}


def scale_linear(low: float, high: float) -> Step:
    """Return the step that brings two intensities to 0 and 1."""
    gain = 1.0 / (high - low)
    return {"id": "scale_linear", "kwargs": {"gain": gain, "offset": -low * gain}}


def limited(*, clip: bool) -> Folded | None:
    """Return what the published network does first where the normalizer clips."""
    from debcr_plugins.normalizers.limiting import Limited

    return Folded(Limited) if clip else None
