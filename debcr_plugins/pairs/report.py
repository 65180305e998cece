"""What was found among the images, and what was left out and why."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from debcr_core.errors import DebcrWarning
from debcr_core.files.private_paths import without_folders
from debcr_plugins.pairs.alignment import Shift

Kind = Literal["alone", "differing", "unreadable", "constant", "unaligned"]
LISTED = 5

NOUNS: dict[Kind, tuple[str, str]] = {
    "alone": ("image", "without a partner, left out"),
    "differing": ("pair", "with images that differ in axes or shape, left out"),
    "unreadable": ("pair", "with an image that cannot be used, left out"),
    "constant": ("pair", "with a constant image, left out"),
    "unaligned": ("pair", "with a target that looks shifted against its input"),
}


@dataclass(frozen=True)
class Remark:
    """Something about one image or pair.

    Attributes
    ----------
    kind : str
        ``alone`` (no partner), ``differing`` (in axes or shape), ``unreadable``, ``constant`` or
        ``unaligned``.
    name : str
        The image or pair.
    detail : str
        Shapes, shift or what the reader said; may be empty.
    left_out : bool
        Whether it takes no part.
    """

    kind: Kind
    name: str
    detail: str = ""
    left_out: bool = True

    def __str__(self) -> str:
        return f"{self.name} ({self.detail})" if self.detail else self.name


@dataclass(frozen=True)
class Report:
    """All remarks, and the shifts that could be told.

    Attributes
    ----------
    remarks : tuple of Remark
        In the order in which they were made.
    shifts : mapping of str to (float, float)
        By pair: by how many pixels the target lies below and to the right of its input. Pairs
        whose shift cannot be told are not in it.
    """

    remarks: tuple[Remark, ...] = ()
    shifts: Mapping[str, Shift] = field(default_factory=dict)

    def __add__(self, other: Report) -> Report:
        return Report(self.remarks + other.remarks, {**self.shifts, **other.shifts})

    def of(self, kind: Kind) -> list[Remark]:
        """Return the remarks of one kind."""
        return [remark for remark in self.remarks if remark.kind == kind]

    def sentences(self) -> list[str]:
        """Return one sentence for each kind of remark, with some examples."""
        return [_sentence(kind, self.of(kind)) for kind in NOUNS if self.of(kind)]

    def warn(self) -> None:
        """Tell the user.

        Warns
        -----
        DebcrWarning
            Once for each kind of remark.
        """
        for sentence in self.sentences():
            warnings.warn(sentence, DebcrWarning, stacklevel=3)

    def record(self) -> dict[str, Any]:
        """Return everything as values that JSON can hold."""
        remarks = [without_folders(vars(remark)) for remark in self.remarks]
        return {"remarks": remarks, "shifts": {k: list(v) for k, v in self.shifts.items()}}


def _sentence(kind: Kind, remarks: list[Remark]) -> str:
    noun, what = NOUNS[kind]
    count = f"1 {noun}" if len(remarks) == 1 else f"{len(remarks)} {noun}s"
    listed = "; ".join(map(str, remarks[:LISTED]))
    more = f"; and {len(remarks) - LISTED} more" if len(remarks) > LISTED else ""
    return f"{count} {what}: {listed}{more}."
