"""Casts to whole numbers, as RDFs ask for: what they would do to an image not made for them.

A cast cuts fractions off, and what lies beyond the type's range wraps around to its other end. So
an image that the first cast would change is refused; or taken as it is, where the step after that
makes the same of it. Later casts are part of the model: values are held within the range there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from debcr_core.errors import UsageError
from debcr_core.notices import say
from debcr_core.statistics import blocks

if TYPE_CHECKING:
    import xarray as xr

CAST = "ensure_dtype"
SCALE_FREE = ("scale_range", "zero_mean_unit_variance")
"""Steps that give the same whatever unit and offset their input has."""
FEW = 64
"""Levels below which whole numbers lose what an image shows."""
IN_FIJI = {
    "uint8": "in Fiji by Image > Type > 8-bit, ",
    "uint16": "in Fiji by Image > Type > 16-bit, ",
}

Step = Mapping[str, Any]


class Values(NamedTuple):
    """The values of an image.

    Attributes
    ----------
    low, high : float
        The smallest and the largest.
    whole : bool
        Whether all are whole numbers.
    """

    low: float
    high: float
    whole: bool

    def fit(self, dtype: str) -> bool:
        """Say whether a cast to whole numbers leaves them as they are."""
        low, high = ends(dtype)
        return self.whole and low <= self.low and self.high <= high


def values_of(image: xr.DataArray) -> Values:
    """Look at all pixels of an image, lazy or in memory."""
    low, high, whole = np.inf, -np.inf, True
    for block in blocks(image):
        low, high = min(low, float(block.min())), max(high, float(block.max()))
        whole = whole and (block.dtype.kind in "iub" or bool((block == np.rint(block)).all()))
    return Values(low, high, whole)


def ends(dtype: str) -> tuple[float, float]:
    """Return the smallest and the largest number that a type of whole numbers and float64 have.

    Examples
    --------
    >>> ends("uint8"), ends("bool")
    ((0.0, 255.0), (0.0, 1.0))
    >>> int(ends("int64")[1]) <= 2**63 - 1
    True
    """
    if np.dtype(dtype).kind == "b":
        return 0.0, 1.0
    bounds = np.iinfo(dtype)
    high = float(bounds.max)
    return float(bounds.min), high if int(high) == bounds.max else float(np.nextafter(high, 0))


def whole_type(step: Step) -> str:
    """Return the type of whole numbers that a step casts to; empty if it is none such."""
    dtype = str((step.get("kwargs") or {}).get("dtype")) if step.get("id") == CAST else ""
    return dtype if dtype and np.dtype(dtype).kind in "iub" else ""


def first_casts(steps: Sequence[Step]) -> int:
    """Return how many casts there are before anything else."""
    return next((i for i, step in enumerate(steps) if step.get("id") != CAST), len(steps))


def is_scale_free(steps: Sequence[Step]) -> bool:
    """Say whether what follows the first casts takes any unit."""
    rest = steps[first_casts(steps) :]
    return bool(rest) and rest[0]["id"] in SCALE_FREE


def without_needless(steps: Sequence[Step]) -> tuple[Step, ...]:
    """Return steps whose first casts keep all values, where the step after them takes any unit."""
    if not is_scale_free(steps):
        return tuple(steps)
    count = first_casts(steps)
    return (*({"id": CAST, "kwargs": {"dtype": "float32"}},) * count, *steps[count:])


def look_at_first(steps: Sequence[Step], image: xr.DataArray) -> None:
    """Look whether an image is of the kind that the first casts leave as it is.

    Raises
    ------
    UsageError
        If it is not, and what follows needs the unit that the model was made for.

    Warns
    -----
    DebcrWarning
        If it is not, and what follows takes any unit.
    """
    for step in steps[: first_casts(steps)]:
        dtype = whole_type(step)
        if not dtype or np.can_cast(image.dtype, dtype):
            continue
        found = values_of(image)
        if not found.fit(dtype):
            _tell_misfit(found, dtype, scale_free=is_scale_free(steps))
            return


def _tell_misfit(found: Values, dtype: str, *, scale_free: bool) -> None:
    low, high = ends(dtype)
    fractions = "" if found.whole else ", with fractions"
    made_for = (
        f"The model is made for images of {dtype} (whole numbers from {low:.0f} to {high:.0f}), "
        f"and this one holds values from {found.low:.6g} to {found.high:.6g}{fractions}."
    )
    cure = f'{IN_FIJI.get(dtype, "")}in Python by a linear map to that range and .astype("{dtype}")'
    if not scale_free:
        raise UsageError(
            f"{made_for} As its RDF has it, they would wrap around or lose their fractions. "
            f"Convert the image first: {cure}."
        )
    say(
        f"{made_for} They are taken as they are, since the next step normalises them by their own "
        f"statistics. Should the result look poor, convert the image first: {cure}.",
        kind="pixel-type",
    )


def look_at_later(steps: Sequence[Step], given: Callable[[int], xr.DataArray]) -> None:
    """Look what casts after other steps make of the image.

    Parameters
    ----------
    steps : sequence of mapping
        All before the network.
    given : callable
        Returns what the step of that number is given, lazily.

    Warns
    -----
    DebcrWarning
        If values are held at an end of the type's range, or few levels are left of many.
    """
    for number in range(first_casts(steps), len(steps)):
        dtype = whole_type(steps[number])
        if not dtype:
            continue
        found = values_of(given(number))
        low, high = ends(dtype)
        beyond = int(found.low) < low or int(found.high) > high
        levels = int(min(found.high, high)) - int(max(found.low, low)) + 1
        if beyond or not (found.whole or levels >= FEW):
            say(
                f"After {steps[number - 1]['id']} the RDF casts values from {found.low:.3g} to "
                f"{found.high:.3g} to {dtype}: that leaves {max(levels, 1)} levels from {low:.0f} "
                f"to {high:.0f}, and values beyond are held at these ends. Should the result look "
                "poor, ask the model's authors whether that is meant.",
                kind="pixel-type",
            )


def held_in_range(block: xr.DataArray, dtype: str) -> xr.DataArray:
    """Return values that do not wrap around when they are cast: those beyond become its ends."""
    if np.dtype(dtype).kind not in "iu" or np.can_cast(block.dtype, dtype):
        return block
    low, high = ends(dtype)
    return block.astype(np.float64).clip(low, high)
