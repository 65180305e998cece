"""The report of a probe: Markdown, HTML and JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from debcr_plugins.judging.report.html import as_html
from debcr_plugins.judging.report.text import escaped, table
from debcr_plugins.probing.pictures import draw
from debcr_plugins.probing.result import Part, Row

if TYPE_CHECKING:
    from debcr_core.trained import TrainedModel

HEAD = ("condition", "figure", "model", "bar", "holds", "beside")
LEGEND = (
    "*Bar*: what a model must reach here to be trusted. *Beside*: the same figure of the input and "
    "of other methods, where it is not named."
)


def write_report(parts: Sequence[Part], model: TrainedModel, scope: str, folder: Path) -> None:
    """Write ``report.md``, ``report.html``, ``figures.json`` and pictures to a folder.

    Parameters
    ----------
    parts : sequence of Part
        What was found.
    model : TrainedModel
        Whose card is quoted.
    scope : str
        Sentences, Markdown, that say what was measured on, and what was not measured.
    folder : Path
        Must be there.
    """
    for picture in (each for part in parts for each in part.pictures):
        draw(picture, folder)
    text, title = as_text(parts, model, scope), f"Probe of {Path(model.name).stem}"
    (folder / "report.md").write_text(text, encoding="utf-8")
    (folder / "report.html").write_text(as_html(text, folder, title), encoding="utf-8")
    (folder / "figures.json").write_text(as_json(parts), encoding="utf-8")


def as_text(parts: Sequence[Part], model: TrainedModel, scope: str) -> str:
    """Return the report as Markdown."""
    sections = [
        f"# Probe of {escaped(Path(model.name).stem)}",
        escaped(model.card.description),
        scope,
        reached(parts),
        _missed(parts),
        LEGEND,
        *(_section(part) for part in parts),
    ]
    return "\n\n".join(filter(None, sections)) + "\n"


def reached(parts: Sequence[Part]) -> str:
    """Return a sentence that says how many bars were reached."""
    barred = [row for part in parts for row in part.rows if row.bar is not None]
    return f"Of {len(barred)} bars it reaches {sum(bool(row.holds) for row in barred)}."


def _missed(parts: Sequence[Part]) -> str:
    missed = [
        f"- {part.title}, {row.condition}: {row.figure} {with_unit(row)}, bar: {bar_of(row)}"
        for part in parts
        for row in part.rows
        if row.holds is False
    ]
    return "\n".join(["Not reached:", "", *map(escaped, missed)]) if missed else ""


def _section(part: Part) -> str:
    shown = [
        f"![{escaped(each.words)}]({each.name}.png)\n\n{escaped(each.words)}"
        for each in part.pictures
    ]
    return "\n\n".join([f"## {part.title}", part.method, _rows(part.rows), *shown])


def _rows(rows: Sequence[Row]) -> str:
    return table(
        HEAD,
        [
            [
                row.condition,
                row.figure,
                with_unit(row),
                bar_of(row),
                {None: "", True: "yes", False: "**no**"}[row.holds],
                ", ".join(f"{name} {number(value)}" for name, value in row.beside.items()),
            ]
            for row in rows
        ],
    ).replace(r"\*\*no\*\*", "**no**")


def with_unit(row: Row) -> str:
    """Return a row's figure with its unit."""
    return f"{_shown(row, row.value)} {row.unit}".strip()


def bar_of(row: Row) -> str:
    """Return what a row's figure must reach, to as many digits; empty where it is only reported."""
    return "" if row.bar is None else f"{row.bar.side} {_shown(row, row.bar.limit)}"


def _shown(row: Row, value: float) -> str:
    """Return a figure of a row; decibels to two decimals, to more where it just misses its bar."""
    if row.unit != "dB" or not math.isfinite(value):
        return number(value)
    close = row.bar is not None and abs(row.value - row.bar.limit) < 0.01
    return f"{value:.4f}" if close else f"{value:.2f}"


def number(value: float) -> str:
    """Return a number to four digits; small ones with an exponent."""
    return "undefined" if math.isnan(value) else f"{value:.4g}"


def as_json(parts: Sequence[Part]) -> str:
    """Return all figures as JSON, which has no NaN: null stands for it."""
    content = {
        part.title: [
            {
                "condition": row.condition,
                "figure": row.figure,
                "value": _plain(row.value),
                "unit": row.unit,
                "bar": None if row.bar is None else {row.bar.side: row.bar.limit},
                "holds": row.holds,
                "beside": {name: _plain(value) for name, value in row.beside.items()},
            }
            for row in part.rows
        ]
        for part in parts
    }
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _plain(value: float) -> float | None:
    return value if math.isfinite(value) else None
