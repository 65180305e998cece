"""What is wrong with what was entered, and where."""

from __future__ import annotations

from collections.abc import Sequence

from debcr_core.errors import UsageError

Fault = tuple[tuple[int | str, ...], str]
"""Keys that lead to the value, and the sentence."""


class EntryError(UsageError):
    """What was entered is not valid.

    Parameters
    ----------
    faults : sequence of (place, sentence)
        As `debcr_core.yaml.faults.explain_each` gives them.
    """

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(" ".join(sentence for _, sentence in faults))
        self.faults = tuple(faults)
