"""A figure over several planes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Summary:
    """A figure over several planes.

    Attributes
    ----------
    mean : float
        Over the planes where it is defined.
    std : float or None
        Sample standard deviation; None for a single plane.
    count : int
        Number of planes where it is defined.
    """

    mean: float
    std: float | None
    count: int

    @classmethod
    def of(cls, values: Iterable[float]) -> Summary | None:
        """Summarise values, or return None where there are none."""
        numbers = np.array(list(values), np.float64)
        if not numbers.size:
            return None
        std = float(numbers.std(ddof=1)) if numbers.size > 1 else None
        return cls(float(numbers.mean()), std, numbers.size)
