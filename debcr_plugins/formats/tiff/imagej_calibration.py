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
}
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
        If the calibration is no straight line, which is not applied.
    """
    if dtype.name not in ("uint8", "uint16", "int16") or "vunit" not in metadata:
        return None
    function = metadata.get("cf", STRAIGHT_LINE)
    if function in OTHERS:
        say(
            f"The intensities of {path} are calibrated by {OTHERS[function]}, not by a straight "
            "line: they are read as stored, not as Fiji shows them. To apply it, convert the image "
            "to 32 bits in Fiji first.",
            kind="calibration",
        )
    coefficients = [metadata.get(key) for key in ("c0", "c1")]
    if function != STRAIGHT_LINE or not all(isinstance(c, int | float) for c in coefficients):
        return None
    offset, slope = map(float, coefficients)  # type: ignore[arg-type]
    stored = np.arange(2 ** (8 * dtype.itemsize))
    values = offset + slope * stored
    if metadata.get("zeroclip"):
        values = values.clip(0)
    lowest = 0 if dtype.kind == "u" else -len(stored) // 2
    unchanged = bool((values == stored + lowest).all())
    return None if unchanged else values.astype(_narrowest(values))


def _narrowest(values: Array) -> np.dtype[Any]:
    low, high = values.min(), values.max()
    if (values == np.rint(values)).all():
        for name in WHOLE_TYPES:
            limits = np.iinfo(name)
            if limits.min <= low and high <= limits.max:
                return np.dtype(name)
    return np.dtype(np.float32)


def value_unit(metadata: Mapping[str, Any]) -> str | None:
    """Return the unit of the intensities, where it says something."""
    unit = str(metadata.get("vunit", ""))
    return None if unit.lower() in ("", USUAL_UNIT) else unit


def with_unit(unit: str, dtype: np.dtype[Any]) -> dict[str, Any]:
    """Return what gives intensities a unit; those of 8 and 16 bits need a calibration for it."""
    straight = {"cf": STRAIGHT_LINE, "c0": 0.0, "c1": 1.0} if dtype.kind in "bu" else {}
    return {**straight, "vunit": unit}
