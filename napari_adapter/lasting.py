"""Objects of Qt that last as long as the program, for what no widget can hear."""

from __future__ import annotations

import atexit
from collections.abc import Callable
from functools import cache
from typing import TypeVar

Made = TypeVar("Made")


def lasting(make: Callable[[], Made]) -> Callable[[], Made]:
    """Have a function make its object once, and let go of that before Python ends.

    Qt tells of all that it takes down when the program ends, at a time when no Python can run any
    more to hear of it.
    """
    made = cache(make)
    atexit.register(made.cache_clear)
    return made
