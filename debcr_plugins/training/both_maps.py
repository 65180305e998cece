"""The maps of a pair of images as one: that of the input applied, that of the target undone."""

from __future__ import annotations

from typing import Any

from debcr_core.components import Array, Floats, Normalization, Position
from debcr_core.signature import Kind


class BothMaps(Normalization):
    """Applies one map, and undoes another.

    Parameters
    ----------
    given, wanted : Normalization
        Of the input and of the target.
    """

    def __init__(self, given: Normalization, wanted: Normalization) -> None:
        self.given, self.wanted = given, wanted

    def at(self, position: Position) -> BothMaps:
        """Return both for a part of the image."""
        return BothMaps(self.given.at(position), self.wanted.at(position))

    def apply(self, block: Array) -> Floats:
        """Map the input to the network's scale."""
        return self.given.apply(block)

    def undo(self, output: Floats, given: Array, kinds: tuple[Kind, ...]) -> Floats:
        """Map the output to the target's scale."""
        return self.wanted.undo(output, given, kinds)

    def record(self) -> dict[str, Any]:
        """Return both records."""
        return {"input": self.given.record(), "target": self.wanted.record()}
