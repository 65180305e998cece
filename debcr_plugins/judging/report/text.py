"""The report as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from debcr_core.files.private_names import without_names
from debcr_core.files.private_paths import without_folders
from debcr_plugins.judging.baselines.tuning import Tuned
from debcr_plugins.judging.judgement import Gaps, Group, Judgement, Summary
from debcr_plugins.judging.methods import INPUT
from debcr_plugins.judging.tuning_planes import LARGEST_COUNT

if TYPE_CHECKING:
    from debcr_core.trained import TrainedModel

# An underscore within a word is one in CommonMark, too.
SPECIAL = re.compile(r"[\\`*\[\]<|&]|(?<![^\W_])_|_(?![^\W_])")
LISTED = 3  # images, of those that lack a figure
GROUPS: dict[Group, str] = {
    "sparse": "Sparse images: the target's entropy is below 5 bit",
    "dense": "Dense images: the target's entropy is 5 bit or more",
}
LEGEND = (
    "Means ± sample standard deviation over planes; n where some have no value. PSNR "
    "and NRMSE are relative to the range (max − min) of the target plane. FRC resolution is the "
    "finest detail on which an image agrees with its target, noise of the target included. *Gain* "
    "is how much better than the input it is, by PSNR or else by the first figure, and on how many "
    "planes it is positive."
)
MATCHED = (
    "Before measuring, one scale and one offset were fitted to the target by least squares, for "
    "every method and plane in the same way; `figures.csv` lists them."
)
UNMATCHED = "Intensities were compared as they are, without any fit."


def report_text(
    judgement: Judgement, models: Mapping[str, TrainedModel], pictures: Mapping[str, str]
) -> str:
    """Return the report, CommonMark with tables.

    Parameters
    ----------
    judgement : Judgement
        What was found.
    models : mapping of str to TrainedModel
        Their cards are quoted.
    pictures : mapping of str to str
        File names by the sentence below each.
    """
    sections = [
        "# Judgement",
        _introduction(judgement, models),
        "## All images",
        _statistics(judgement, None),
        LEGEND,
        *(part for group in GROUPS for part in _group(judgement, group)),
        *(f"## {name}\n\n{text}" for name, text in _optional(judgement).items() if text),
        "## Pictures",
        *(f"![{escaped(words)}]({file})\n\n{escaped(words)}" for words, file in pictures.items()),
    ]
    return "\n\n".join(sections) + "\n"


def _introduction(judgement: Judgement, models: Mapping[str, TrainedModel]) -> str:
    pairs = len({case.pair for case in judgement.cases})
    counted = f"Pairs of images: {pairs}; planes: {len(judgement.cases)}."
    cards = [
        f"- **{escaped(name)}**: {_said(model.card.description) or 'no description.'} "
        f"Trained on: {_said(model.card.trained_on) or 'not said.'}"
        for name, model in models.items()
    ]
    fit = MATCHED if judgement.match == "affine" else UNMATCHED
    return "\n".join([f"{counted} {fit}", "", *cards]).rstrip()


def _said(text: str) -> str:
    # Cards of earlier trainings name the folder of the images.
    return escaped(without_names(without_folders(text)))


def _group(judgement: Judgement, group: Group) -> list[str]:
    count = sum(case.group == group for case in judgement.cases)
    text = _statistics(judgement, group) if count else "There are none."
    return [f"## {GROUPS[group]} ({count})", text]


def _statistics(judgement: Judgement, group: Group | None) -> str:
    count = sum(group in (None, case.group) for case in judgement.cases)
    names = list(judgement.figures)
    rows = [
        [
            method,
            *(_number(judgement.summary(method, name, group), count) for name in names),
            *_gain_cell(judgement, method, group),
        ]
        for method in judgement.methods
    ]
    return table(["method", *names, *_gain_head(judgement)], rows)


def _gain_head(judgement: Judgement) -> list[str]:
    if not judgement.deciding:
        return []
    return [f"gain ({judgement.figures[judgement.deciding].unit or judgement.deciding})"]


def _gain_cell(judgement: Judgement, method: str, group: Group | None) -> list[str]:
    if not judgement.deciding:
        return []
    return ["" if method == INPUT else _gain(judgement.gains(method, INPUT, group).values())]


def _number(found: Summary | None, planes: int) -> str:
    if found is None:
        return "undefined"
    spread = "" if found.std is None else f" ± {_rounded(found.std, 2)}"
    partial = f" (n = {found.count})" if found.count < planes else ""
    return f"{_rounded(found.mean, 4)}{spread}{partial}"


def _rounded(value: float, digits: int) -> str:
    """Return a number to so many significant digits, never with an exponent."""
    return np.format_float_positional(
        value, precision=digits, unique=False, fractional=False, trim="-"
    )


def _gain(gains: Iterable[float]) -> str:
    values = list(gains)
    found = Summary.of(values)
    if found is None:
        return "undefined"
    spread = "" if found.std is None else f" ± {found.std:.2f}"
    return f"{found.mean:+.2f}{spread}, {sum(v > 0 for v in values)} of {len(values)}"


def _optional(judgement: Judgement) -> dict[str, str]:
    """Return sections that may be empty, by title."""
    left_out = [f"- {escaped(sentence)}" for sentence in judgement.left_out.values()]
    return {
        "Classical baselines": _tuning(judgement),
        "Figures without a value": "\n".join(
            _gaps(judgement.unmeasured()) + _gaps(judgement.unbounded())
        ),
        "Left out": "\n".join(left_out),
    }


def _gaps(gaps: Gaps) -> list[str]:
    return [
        f"- **{name}**, on {len(where)} planes: {escaped(', '.join(where[:LISTED]))}"
        f"{', …' if len(where) > LISTED else ''}: {escaped(reason)}"
        for (name, reason), where in gaps.items()
    ]


def _tuning(judgement: Judgement) -> str:
    if not judgement.tuned:
        return ""
    where = (
        "other images than those judged"
        if judgement.tuned_apart
        else "the very images that are judged, which gives them an advantage over the models"
    )
    rows = table(
        ["method", "parameters", "error left", "ends of the grid reached"],
        [[one.baseline.name, *_choice(one)] for one in judgement.tuned],
    )
    return (
        "Methods of scikit-image, with the parameters that leave the least squared error on "
        f"{where} (at most {LARGEST_COUNT} planes, the centre of large ones). *Error left* is the "
        f"root mean squared error relative to that of the input.\n\n{rows}"
    )


def _choice(one: Tuned) -> list[str]:
    parameters = one.baseline.model_dump(exclude_none=True)
    listed = ", ".join(f"{key} {value}" for key, value in parameters.items())
    return [listed, f"{one.error:.3g}", ", ".join(one.at_the_edge)]


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table; its cells show as they are."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(escaped, line))} |" for line in lines)


def escaped(text: str) -> str:
    """Return text as Markdown that shows it as it is, on one line."""
    plain = " ".join(text.split())
    return SPECIAL.sub(r"\\\g<0>", plain)
