"""Bring methods and target to one intensity scale before they are compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from debcr_core.evaluation import Values

if TYPE_CHECKING:
    import xarray as xr

Match = Literal["affine", "none"]


def matched(image: xr.DataArray, target: xr.DataArray, match: Match) -> xr.DataArray:
    """Return the image as it is, or after the best ``scale · image + offset``.

    The fit, where there was one, is in ``attrs["affine_match"]``
    (see `debcr_core.evaluation.affine_match`, which raises and warns as documented there).
    """
    from debcr_core.evaluation import affine_match

    return affine_match(image, target) if match == "affine" else image


def matched_values(values: Values, target: Values, match: Match) -> Values:
    """Do the same with plain arrays, for tuning: a constant result is matched by an offset.

    Parameters
    ----------
    values, target : numpy.ndarray
        Of one shape, float64.
    match : {"affine", "none"}
        Whether to fit.
    """
    if match == "none":
        return values
    centred, wanted = values - values.mean(), target - target.mean()
    power = float(np.sum(centred**2))
    scale = float(np.sum(centred * wanted)) / power if power else 0.0
    return np.asarray(scale * centred + target.mean(), np.float64)
