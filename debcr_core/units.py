"""Units of length and time, as people and files write them."""

from __future__ import annotations

# OME-Zarr's unit names (https://ngff.openmicroscopy.org/0.4/#axes-md) and how people write them.
UNIT_NAMES = {
    "µm": "micrometer",
    "μm": "micrometer",
    "um": "micrometer",
    "micron": "micrometer",
    "microns": "micrometer",
    "\\u00B5m": "micrometer",
    "nm": "nanometer",
    "pm": "picometer",
    "mm": "millimeter",
    "cm": "centimeter",
    "m": "meter",
    "in": "inch",
    "inches": "inch",
    "Å": "angstrom",
    "\u212b": "angstrom",
    "s": "second",
    "sec": "second",
    "ms": "millisecond",
    "msec": "millisecond",
    "µs": "microsecond",
    "us": "microsecond",
    "min": "minute",
    "h": "hour",
    "hr": "hour",
}
LONGEST_SYMBOL = 2
MICROMETERS = {
    "picometer": 1e-6,
    "angstrom": 1e-4,
    "nanometer": 1e-3,
    "micrometer": 1.0,
    "millimeter": 1e3,
    "centimeter": 1e4,
    "inch": 25400.0,
    "meter": 1e6,
}
"""How long each unit of length is."""
SECONDS = {
    "microsecond": 1e-6,
    "millisecond": 1e-3,
    "second": 1.0,
    "minute": 60.0,
    "hour": 3600.0,
}
"""How long each unit of time is."""


def unit_name(text: str) -> str:
    """Return a unit as OME-Zarr names it: ``µm``, ``Microns``, ``micrometres`` → ``micrometer``.

    Unknown ones stay unchanged. Of symbols, capitals matter (``Mm``); of words, they do not.

    Examples
    --------
    >>> unit_name("µm"), unit_name("Nanometres"), unit_name("furlong")
    ('micrometer', 'nanometer', 'furlong')
    """
    if text in UNIT_NAMES:
        return UNIT_NAMES[text]
    word = text.lower().replace("metre", "meter")
    singular = word.removesuffix("s")
    known = {*UNIT_NAMES.values()}
    found = UNIT_NAMES.get(word) if len(word) > LONGEST_SYMBOL else None
    return found or (singular if singular in known else text)
