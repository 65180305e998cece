"""A format of ours that a plugin offers as well: what was read and written before, still is."""

from __future__ import annotations

from typing import TypeVar

from debcr_core.components import Reader, Writer
from debcr_core.failures import distribution_of, named
from debcr_core.notices import say
from debcr_core.registry import OURS

Kind = TypeVar("Kind", bound=type[Reader] | type[Writer])


def without_newcomers(able: list[Kind], option: str) -> list[Kind]:
    """Return the one of ours, where there is one among several; else all.

    Parameters
    ----------
    able : list of type
        Readers or writers that take a file.
    option : str
        By which the user names another: ``--reader``.

    Warns
    -----
    DebcrWarning
        Naming those that are left out.
    """
    if len(able) < 2:
        return able
    ours = [each for each in able if (distribution_of(each) or ("",))[0] == OURS]
    if len(ours) != 1:
        return able
    others = [each for each in able if each is not ours[0]]
    say(
        f"The {named(ours[0])} is taken, though {' and '.join(map(named, others))} could be, too.",
        kind="newcomer",
        advice=f"Name another: {option} {others[0].name}.",
    )
    return ours
