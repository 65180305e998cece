"""The operations of bioimageio.core, made from the steps of an RDF.

Each is called with the statistics that it asks for (see `debcr_plugins.zoo.processing.measures`):
bioimageio.core's own are taken in memory, before any step, and of a data set approximately.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from debcr_core.errors import ReadError
from debcr_core.missing_extras import needs_extra

if TYPE_CHECKING:
    import xarray as xr

OPERATIONS = (
    "binarize",
    "clip",
    "ensure_dtype",
    "fixed_zero_mean_unit_variance",
    "scale_linear",
    "scale_mean_variance",
    "scale_range",
    "sigmoid",
    "softmax",
    "zero_mean_unit_variance",
)
"""What runs here: all that map pixel by pixel, once their statistics are known."""

MAX_STEPS = 20
"""Steps of processing: each that needs statistics is a pass over the image through all before."""
TENSOR = "tensor"
"""What operations call the tensor that they change."""
INPUT = "input"
"""What steps call the unprocessed input, where they refer to it (`reference_tensor`)."""


def operation(step: Mapping[str, Any]) -> Any:
    """Return the operator of bioimageio.core for a step.

    Parameters
    ----------
    step : mapping
        With the keys ``id`` and ``kwargs``; axes named ``batch channel time z y x``.

    Raises
    ------
    ReadError
        If there is no such operation, or its parameters are not those of the specification.
    """
    check(step)
    with needs_extra("zoo", "Processing as the BioImage Model Zoo describes it needs"):
        from bioimageio.core import MemberId, proc_ops
        from bioimageio.spec.model import v0_5
    from pydantic import ValidationError

    name = "".join(word.title() for word in step["id"].split("_"))
    kwargs = dict(step.get("kwargs") or {})
    try:
        description = getattr(v0_5, f"{name}Descr").model_validate(
            {"id": step["id"], **({"kwargs": kwargs} if kwargs else {})}
        )
    except ValidationError as error:
        reason = " ".join(error.errors()[0]["msg"].split())
        raise ReadError(f"The processing step {step['id']} {kwargs}: {reason}.") from None
    except KeyError as error:
        # A validator of the specification that reads a field which was refused before it.
        raise ReadError(f"The processing step {step['id']} {kwargs}: wrong {error}.") from None
    try:
        made = getattr(proc_ops, name).from_proc_descr(description, MemberId(TENSOR))
    except (ValueError, TypeError, AssertionError, NotImplementedError) as error:
        reason = " ".join(str(error).split())
        raise ReadError(f"The processing step {step['id']} {kwargs}: {reason}.") from None
    if "eps" in kwargs:
        # bioimageio.core (0.11) leaves it at its default.
        made.eps = kwargs["eps"]
    return _along_its_axis(made) if step["id"] == "binarize" else made


def check(step: Mapping[str, Any]) -> None:
    """Refuse a step that cannot be applied to parts of an image.

    Raises
    ------
    ReadError
        If it is an operation on whole objects, code of the bundle, or unknown, or leaves nothing
        of the image.
    """
    if step.get("id") not in OPERATIONS:
        raise ReadError(
            f'The processing step "{step.get("id")}" does not run here: the operations are '
            f"{', '.join(OPERATIONS)}."
        )
    kwargs = step.get("kwargs") or {}
    axis = kwargs.get("axis") or "channel"
    if axis != "channel":
        raise ReadError(
            f'The processing step {step["id"]} works along "{axis}": only "channel" runs here.'
        )
    for kind in ("", "_percentile"):
        low, high = kwargs.get(f"min{kind}"), kwargs.get(f"max{kind}")
        if isinstance(low, int | float) and isinstance(high, int | float) and low >= high:
            raise ReadError(
                f"The processing step {step['id']} goes from {low:g} to {high:g}, so nothing is "
                f"left between them: min{kind} should be below max{kind}."
            )


def _along_its_axis(binarize: Any) -> Any:
    """Name the axis of the thresholds, which bioimageio.core (0.11) forgets when it compares."""
    if binarize.axis is None:
        return binarize
    import xarray as xr

    return replace(binarize, threshold=xr.DataArray(binarize.threshold, dims=str(binarize.axis)))


def apply(
    operator: Any, block: xr.DataArray, statistics: Mapping[Any, xr.DataArray]
) -> xr.DataArray:
    """Return what an operator makes of a block.

    Parameters
    ----------
    operator : bioimageio.core operator
        From `operation`.
    block : xarray.DataArray
        A part of the tensor, with its dims named as in an RDF.
    statistics : mapping of measure to xarray.DataArray
        What the operator requires; dims over which a statistic was taken are left out.
    """
    from bioimageio.core import MemberId, Sample, Tensor

    from debcr_plugins.zoo.processing.casts import held_in_range

    if hasattr(operator, "dtype"):
        block = held_in_range(block, operator.dtype)
    sample = Sample(
        members={MemberId(TENSOR): Tensor.from_xarray(block)},
        stat={measure: Tensor.from_xarray(value) for measure, value in statistics.items()},
        id=None,
    )
    operator(sample)
    made: xr.DataArray = sample.members[MemberId(TENSOR)].data
    return made
