"""The statistics that operations ask for, exact and in bounded memory.

bioimageio.core names them (`bioimageio.core.stat_measures`): mean, std and quantile, of a tensor
of the sample, over some of its axes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from debcr_core.order_statistics import quantiles
from debcr_core.statistics import mean_and_std

if TYPE_CHECKING:
    import xarray as xr

Method = Literal["linear", "inverted_cdf"]


def measured(
    measures: Iterable[Any], image: xr.DataArray, kept: tuple[str, ...], method: Method
) -> dict[Any, xr.DataArray]:
    """Return the values of some measures of one image.

    Parameters
    ----------
    measures : iterable of bioimageio.core measures
        Of one tensor.
    image : xarray.DataArray
        That tensor, possibly lazy.
    kept : tuple of str
        Dims along which each entry has its own value; over all others it is taken jointly.
    method : {"linear", "inverted_cdf"}
        How quantiles that lie between two pixels are settled, as in `numpy.quantile`.

    Returns
    -------
    dict of measure to xarray.DataArray
        float64, with the dims `kept`.
    """
    import xarray as xr

    wanted = list(measures)
    shape = tuple(image.sizes[dim] for dim in kept)
    values = {measure: np.empty(shape) for measure in wanted}
    for index in np.ndindex(*shape):
        part = image.isel(dict(zip(kept, index, strict=True)))
        for measure, value in _of_part(wanted, part, method).items():
            values[measure][index] = value
    return {measure: xr.DataArray(value, dims=kept) for measure, value in values.items()}


def _of_part(wanted: list[Any], part: xr.DataArray, method: Method) -> Mapping[Any, float]:
    moments = dict.fromkeys(("mean", "std"), 0.0)
    if any(measure.name in moments for measure in wanted):
        moments["mean"], moments["std"] = mean_and_std(part)
    shares = sorted({measure.q for measure in wanted if measure.name == "quantile"})
    found = dict(zip(shares, quantiles(part, shares, method), strict=True)) if shares else {}
    return {
        measure: found[measure.q] if measure.name == "quantile" else moments[measure.name]
        for measure in wanted
    }
