"""Steps of processing, with the statistics that they need, fitted one after the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from debcr_core.components import Array, Position
from debcr_core.rdf_axis_names import CHANNEL, IMAGE_CHANNEL
from debcr_plugins.zoo.processing.measures import Method, measured
from debcr_plugins.zoo.processing.operations import INPUT, apply, operation

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True)
class FittedStep:
    """One step with its statistics.

    Attributes
    ----------
    operator : bioimageio.core operator
        What it does.
    statistics : mapping of measure to xarray.DataArray
        What it requires, for each entry of the dims over which it was not taken.
    """

    operator: Any
    statistics: Mapping[Any, xr.DataArray]

    def at(self, position: Position) -> FittedStep:
        """Return the step for one part of the image; dims of one index become slices."""
        return FittedStep(
            self.operator,
            {
                measure: value.isel({dim: position[str(dim)] for dim in value.dims})
                for measure, value in self.statistics.items()
            },
        )

    def __call__(self, block: xr.DataArray) -> xr.DataArray:
        """Apply it to the part that `at` was given."""
        return apply(self.operator, block, self.statistics)

    def record(self) -> dict[str, Any]:
        """Return what was fitted, as plain values; `recalled` takes them."""
        found = {
            _key(measure): {"dims": list(map(str, value.dims)), "values": value.values.tolist()}
            for measure, value in self.statistics.items()
        }
        return {type(self.operator).__name__: found}


def recalled(
    steps: Iterable[Mapping[str, Any]], records: Sequence[Mapping[str, Any]]
) -> tuple[FittedStep, ...]:
    """Return fitted steps from what `FittedStep.record` gave of each.

    Raises
    ------
    KeyError
        If a record is of another step.
    """
    import xarray as xr

    fitted = []
    for step, record in zip(steps, records, strict=True):
        operator = operation(step)
        found = record[type(operator).__name__]
        kept = {measure: found[_key(measure)] for measure in operator.required_measures}
        statistics = {
            measure: xr.DataArray(np.array(value["values"], np.float64), dims=value["dims"])
            for measure, value in kept.items()
        }
        fitted.append(FittedStep(operator, statistics))
    return tuple(fitted)


def _key(measure: Any) -> str:
    """Return a measure's name, with what it is taken of."""
    share = f" {measure.q:g}" if measure.name == "quantile" else ""
    return f"{measure.name}{share} of {measure.member_id}"


def fit(
    steps: Iterable[Mapping[str, Any]],
    tensor: xr.DataArray,
    raw: xr.DataArray,
    seen: frozenset[str],
) -> tuple[FittedStep, ...]:
    """Fit steps one after the other: the statistics of each are those of what it is given.

    Parameters
    ----------
    steps : iterable of mapping
        As in an RDF.
    tensor : xarray.DataArray
        What the first of them is given; possibly lazy.
    raw : xarray.DataArray
        The unprocessed input, to which a step can refer.
    seen : frozenset of str
        Dims that the network sees at once.
    """
    fitted: list[FittedStep] = []
    for step in steps:
        operator = operation(step)
        method: Method = "inverted_cdf" if step["id"] == "clip" else "linear"
        statistics: dict[Any, Any] = {}
        for member, measures in _by_member(operator).items():
            image = raw if member == INPUT else mapped(tensor, fitted)
            kept = _kept(image, measures[0].axes, seen)
            statistics |= measured(measures, image, kept, method)
        fitted.append(FittedStep(operator, statistics))
    return tuple(fitted)


def needs_tensor(step: Mapping[str, Any]) -> bool:
    """Say whether a step needs statistics of what it is given."""
    return any(member != INPUT for member in _by_member(operation(step)))


def _by_member(operator: Any) -> dict[str, list[Any]]:
    found = defaultdict(list)
    for measure in operator.required_measures:
        found[str(measure.member_id)].append(measure)
    return found


def _kept(image: xr.DataArray, axes: Sequence[str] | None, seen: frozenset[str]) -> tuple[str, ...]:
    """Return the dims along which statistics differ.

    Of those that the network sees at once: the ones that the RDF does not list. The others are its
    batch: planes of a stack, time points. Channels that it sees one by one are always apart.
    """
    joint = axes is None or "batch" in axes

    def differs(dim: str) -> bool:
        if dim == IMAGE_CHANNEL:
            return True
        if dim in seen:
            return axes is not None and dim not in axes
        return not joint

    return tuple(dim for dim in map(str, image.dims) if differs(dim))


def run(steps: Iterable[FittedStep], block: xr.DataArray, position: Position) -> xr.DataArray:
    """Return a part of the image after all steps.

    Parameters
    ----------
    steps : iterable of FittedStep
        What is done.
    block : xarray.DataArray
        The part.
    position : mapping of str to slice
        Where it is, for each dim.
    """
    for step in steps:
        block = step.at(position)(block)
    return block


def mapped(image: xr.DataArray, steps: Sequence[FittedStep]) -> xr.DataArray:
    """Return the image after all steps, lazily."""
    if not steps:
        return image
    import dask.array as da
    import xarray as xr

    lazy = image.data if hasattr(image.data, "blocks") else da.from_array(image.data, name=False)
    if CHANNEL in image.dims:
        lazy = lazy.rechunk({image.dims.index(CHANNEL): -1})

    def work(block: Array, block_info: Any = None) -> Array:
        places = [slice(*ends) for ends in block_info[0]["array-location"]]
        position = dict(zip(map(str, image.dims), places, strict=True))
        made = run(steps, xr.DataArray(block, dims=image.dims), position)
        return np.asarray(made.values, np.float32)

    empty = np.empty((0,) * image.ndim, np.float32)
    return image.copy(data=da.map_blocks(work, lazy, dtype=np.float32, meta=empty))
