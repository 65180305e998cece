"""ImageJ's calibration of intensities: what Fiji shows of the numbers that a file stores.

`cf` is the number of a function, `c0`, `c1`… its coefficients, `vunit` the unit, without which
ImageJ applies none; of pixels of 8 and 16 bits alone, signed ones shifted to start at 0
(https://github.com/imagej/ImageJ/blob/master/ij/io/FileOpener.java, ij/measure/Calibration.java).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from debcr_core.components import Array
from debcr_core.notices import say

STRAIGHT_LINE = 0
OTHERS = {
    1: "a polynomial of the 2nd degree",
    2: "a polynomial of the 3rd degree",
    3: "a polynomial of the 4th degree",
    4: "an exponential",
    5: "a power",
    6: "a logarithm",
    7: "Rodbard's function",
    8: "a gamma variate",
    9: "a logarithm",
    10: "Rodbard's function",
    11: "an exponential",
    12: "a Gaussian",
    13: "an exponential recovery",
    21: "optical density",
    22: "a custom function",
}
NONE = 20  # Fiji shows what is stored, without a unit
CALIBRATED = ("uint8", "uint16", "int16")
# What is multiplied with it is below 2 ** 16, and the sum must fit into float32.
LARGEST = float(np.finfo(np.float32).max) / 2**17
USUAL_UNIT = "gray value"  # says nothing: ImageJ's word for intensities without a unit
WHOLE_TYPES = ("uint8", "int16", "uint16", "int32")


def read_table(metadata: Mapping[str, Any], dtype: np.dtype[Any], path: Path) -> Array | None:
    """Return the value that Fiji shows for each number that a pixel can store.

    Parameters
    ----------
    metadata : mapping
        `tifffile.TiffFile.imagej_metadata`.
    dtype : numpy.dtype
        Type of the stored pixels.
    path : Path
        The file.

    Returns
    -------
    numpy.ndarray or None
        Of the narrowest integers where all values are whole, else float32; None where the numbers
        are the values.

    Warns
    -----
    DebcrWarning
        If the calibration is not applied: it is no straight line, or one beyond float32.
    """
    if dtype.name not in CALIBRATED or "vunit" not in metadata:
        return None
    fault = _not_applied(metadata)
    if fault is not None:
        remedy = "Correct it" if _is_straight(metadata) else "To apply it, convert to 32 bits"
        say(
            f"The intensities of {path} are calibrated by {fault}: they are read as stored, not "
            f"as Fiji shows them, and without their unit. {remedy} in Fiji first.",
            kind="calibration",
        )
        return None
    coefficients = _coefficients(metadata)
    if not _is_straight(metadata) or len(coefficients) < 2:
        return None
    offset, slope = map(float, coefficients)
    stored = np.arange(2 ** (8 * dtype.itemsize))
    values = offset + slope * stored
    if metadata.get("zeroclip"):
        values = values.clip(0)
    lowest = 0 if dtype.kind == "u" else -len(stored) // 2
    unchanged = bool((values == stored + lowest).all())
    return None if unchanged else values.astype(_narrowest(values))


def _is_straight(metadata: Mapping[str, Any]) -> bool:
    return bool(metadata.get("cf", STRAIGHT_LINE) == STRAIGHT_LINE)


def _coefficients(metadata: Mapping[str, Any]) -> list[float]:
    """Return offset and slope of a straight line; fewer where they are absent, or no numbers."""
    found = (metadata.get(key) for key in ("c0", "c1"))
    return [each for each in found if isinstance(each, int | float)]


def _not_applied(metadata: Mapping[str, Any]) -> str | None:
    """Return what a calibration is that Fiji applies and we do not; None of any other."""
    function = metadata.get("cf", STRAIGHT_LINE)
    if function == NONE:
        return None
    if not _is_straight(metadata):
        return f"{OTHERS.get(function, f'function {function}')}, not by a straight line"
    if all(abs(each) <= LARGEST for each in _coefficients(metadata)):
        return None
    return "a straight line of impossible numbers (c0, c1)"


def _narrowest(values: Array) -> np.dtype[Any]:
    low, high = values.min(), values.max()
    if (values == np.rint(values)).all():
        for name in WHOLE_TYPES:
            limits = np.iinfo(name)
            if limits.min <= low and high <= limits.max:
                return np.dtype(name)
    return np.dtype(np.float32)


def value_unit(metadata: Mapping[str, Any], dtype: np.dtype[Any]) -> str | None:
    """Return the unit of the intensities as they are read, where it says something."""
    unit = str(metadata.get("vunit", ""))
    if unit.lower() in ("", USUAL_UNIT):
        return None
    uncalibrated = metadata.get("cf") == NONE or _not_applied(metadata) is not None
    return None if uncalibrated and dtype.name in CALIBRATED else unit


def with_unit(unit: str, dtype: np.dtype[Any]) -> dict[str, Any]:
    """Return what gives intensities a unit; those of 8 and 16 bits need a calibration for it."""
    straight = {"cf": STRAIGHT_LINE, "c0": 0.0, "c1": 1.0} if dtype.kind in "bu" else {}
    return {**straight, "vunit": unit}
