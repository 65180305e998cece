"""The statistics that operations ask for, exact and in bounded memory.

bioimageio.core names them (`bioimageio.core.stat_measures`): mean, std and quantile, of a tensor
of the sample, over some of its axes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from debcr_plugins.normalizers.order_statistics import order_statistics
from debcr_plugins.normalizers.statistics import mean_and_std

if TYPE_CHECKING:
    import xarray as xr


def measured(
    measures: Iterable[Any], image: xr.DataArray, kept: tuple[str, ...], method: str
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


def _of_part(wanted: list[Any], part: xr.DataArray, method: str) -> Mapping[Any, float]:
    moments = dict.fromkeys(("mean", "std"), 0.0)
    if any(measure.name in moments for measure in wanted):
        moments["mean"], moments["std"] = mean_and_std(part)
    shares = sorted({measure.q for measure in wanted if measure.name == "quantile"})
    found = dict(zip(shares, quantiles(part, shares, method), strict=True)) if shares else {}
    return {
        measure: found[measure.q] if measure.name == "quantile" else moments[measure.name]
        for measure in wanted
    }


def quantiles(image: xr.DataArray, shares: list[float], method: str) -> list[float]:
    """Return quantiles, settled as `numpy.quantile` settles them.

    Parameters
    ----------
    image : xarray.DataArray
        Possibly lazy.
    shares : list of float
        Between 0 and 1.
    method : {"linear", "inverted_cdf"}
        Interpolate between the two neighbours, or take the one below which that share lies.
    """
    if method == "inverted_cdf":
        return order_statistics(image, [_inverted_cdf(share, image.size) for share in shares])
    places = [share * (image.size - 1) for share in shares]
    ranks = [rank for place in places for rank in (int(np.floor(place)), int(np.ceil(place)))]
    values = order_statistics(image, ranks)
    return [
        before + (after - before) * (place - np.floor(place))
        for place, before, after in zip(places, values[::2], values[1::2], strict=True)
    ]


def _inverted_cdf(share: float, size: int) -> int:
    return max(int(np.ceil(share * size)) - 1, 0)
