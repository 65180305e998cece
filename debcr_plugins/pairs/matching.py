"""Which input belongs to which target, by their names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from debcr_core.errors import UsageError
from debcr_plugins.pairs.config import NAME

SEPARATOR = re.compile(r"([/_\-. ]+)")
LISTED = 3


@dataclass(frozen=True)
class Matching:
    """What came of matching the names of inputs and targets.

    Attributes
    ----------
    pairs : dict of str to (str, str)
        Names of input and target, by the name that they have in common, in its order.
    alone : tuple of str
        Names of inputs and targets without a partner.
    """

    pairs: dict[str, tuple[str, str]]
    alone: tuple[str, ...]


def match(
    inputs: list[str],
    targets: list[str],
    input_pattern: str | None = None,
    target_pattern: str | None = None,
) -> Matching:
    """Match names by what they have in common.

    Without patterns, words that most inputs have and no target has (``low``, ``confocal``) do
    not count, nor do those that most targets have and no input has. One input and one target
    belong together whatever their names.

    Parameters
    ----------
    inputs, targets : list of str
        Names without suffix.
    input_pattern, target_pattern : str, optional
        Names as ``{name}_confocal``; where one is given, the other is ``{name}`` by default.
        Names that do not fit the pattern have no partner.

    Raises
    ------
    UsageError
        If no name has a partner, or one name stands for several files.
    """
    if input_pattern or target_pattern:
        inputs_by_name = _by_name(inputs, _fitting(input_pattern or NAME))
        targets_by_name = _by_name(targets, _fitting(target_pattern or NAME))
    elif len(inputs) == len(targets) == 1:
        return Matching({_safe(inputs[0]): (inputs[0], targets[0])}, ())
    else:
        inputs_by_name = _by_name(inputs, _without(_words_of_one_side(inputs, targets)))
        targets_by_name = _by_name(targets, _without(_words_of_one_side(targets, inputs)))
    common = sorted(inputs_by_name.keys() & targets_by_name.keys())
    if not common:
        raise UsageError(_nothing_matches(inputs, targets))
    pairs = {_safe(name): (inputs_by_name[name], targets_by_name[name]) for name in common}
    paired = {name for pair in pairs.values() for name in pair}
    # Where both sides are one folder, each file is an input and a target.
    return Matching(pairs, tuple(sorted({*inputs, *targets} - paired)))


def _by_name(names: list[str], common: Callable[[str], str | None]) -> dict[str, str]:
    found: dict[str, str] = {}
    for full in names:
        name = common(full)
        if name is None:
            continue
        if name in found:
            raise UsageError(
                f'Both "{found[name]}" and "{full}" would be the image "{name}": say how names '
                f'are built by input_pattern and target_pattern, such as "{NAME}_low".'
            )
        found[name] = full
    return found


def _fitting(pattern: str) -> Callable[[str], str | None]:
    before, after = map(re.escape, pattern.split(NAME))
    expression = re.compile(f"{before}(.+){after}")

    def name(full: str) -> str | None:
        fits = expression.fullmatch(full)
        return fits[1] if fits else None

    return name


def _words_of_one_side(these: list[str], others: list[str]) -> set[str]:
    """Return the words that most of these names have, and none of the others."""
    counts = Counter(word for name in these for word in set(_words(name)))
    elsewhere = {word for name in others for word in _words(name)}
    return {word for word, n in counts.items() if 2 * n > len(these) and word not in elsewhere}


def _words(name: str) -> list[str]:
    return SEPARATOR.split(name)[::2]


def _without(words: set[str]) -> Callable[[str], str | None]:
    def name(full: str) -> str | None:
        parts = ["", *SEPARATOR.split(full)]
        kept = [
            before + word
            for before, word in zip(parts[::2], parts[1::2], strict=True)
            if word not in words
        ]
        # The separator before the first word that is left separates nothing any more.
        return SEPARATOR.sub("", "".join(kept[:1])) + "".join(kept[1:]) or None

    return name


def _safe(name: str) -> str:
    """Return a name that can name a file."""
    return name.replace("/", "_")


def _nothing_matches(inputs: list[str], targets: list[str]) -> str:
    return (
        f"No input has a target of the same name. Inputs are named {_examples(inputs)}; targets "
        f"{_examples(targets)}. Say how names are built by input_pattern and target_pattern, "
        f'such as "{NAME}_low" and "{NAME}_high".'
    )


def _examples(names: Iterable[str]) -> str:
    listed = sorted(names)
    more = ", …" if len(listed) > LISTED else ""
    return ", ".join(f'"{name}"' for name in listed[:LISTED]) + more
