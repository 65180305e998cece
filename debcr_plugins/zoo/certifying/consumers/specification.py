"""Which processing the versions of bioimageio.spec know that consumers bring.

Read from the unions ``PreprocessingDescr`` and ``PostprocessingDescr`` of
``bioimageio/spec/model/v0_5.py`` in the released wheels.
"""

from __future__ import annotations

OPERATIONS_0_5_9 = frozenset(
    {
        "binarize",
        "clip",
        "ensure_dtype",
        "fixed_zero_mean_unit_variance",
        "scale_linear",
        "scale_mean_variance",
        "scale_range",
        "sigmoid",
        "softmax",
        "stardist_postprocessing",
        "zero_mean_unit_variance",
    }
)
OPERATIONS_0_5_10 = OPERATIONS_0_5_9 | {"cellpose_flow_dynamics", "custom"}
