"""One judged plane."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from debcr_plugins.judging.measuring import Measured
from debcr_plugins.judging.planes import Place

SPARSE_BELOW = 5.0  # bit, the paper's bound
Group = Literal["sparse", "dense"]


@dataclass(frozen=True)
class Case:
    """One plane of a pair, with what every method made of it.

    Attributes
    ----------
    name : str
        The pair's name, and where in it the plane is.
    pair : int
        Number of the pair.
    place : mapping of str to int
        Where in the pair: an index for each dim but y and x.
    entropy : float
        Of the target at 8 bits, in bit.
    methods : dict of str to Measured
        By the method's name.
    """

    name: str
    pair: int
    place: Place
    entropy: float
    methods: dict[str, Measured]

    @property
    def group(self) -> Group:
        """``sparse`` where the target's entropy is below 5 bit, as in the paper."""
        return "sparse" if self.entropy < SPARSE_BELOW else "dense"

    def value(self, method: str, figure: str) -> float | None:
        """Return a figure's value, or None where it is undefined."""
        found = self.methods[method].figures.get(figure)
        return found.value if found else None
