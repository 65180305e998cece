"""The report of a probe: Markdown, HTML and JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from debcr_plugins.judging.report.html import as_html
from debcr_plugins.judging.report.text import escaped, table
from debcr_plugins.probing.result import Part, Row

if TYPE_CHECKING:
    from debcr_core.trained import TrainedModel

HEAD = ("condition", "figure", "model", "bar", "holds", "beside")


def write_report(parts: Sequence[Part], model: TrainedModel, folder: Path) -> None:
    """Write ``report.md``, ``report.html`` and ``figures.json`` to a folder that is there."""
    text = as_text(parts, model)
    (folder / "report.md").write_text(text, encoding="utf-8")
    (folder / "report.html").write_text(as_html(text, folder), encoding="utf-8")
    (folder / "figures.json").write_text(as_json(parts), encoding="utf-8")


def as_text(parts: Sequence[Part], model: TrainedModel) -> str:
    """Return the report as Markdown."""
    barred = [row for part in parts for row in part.rows if row.bar is not None]
    held = sum(bool(row.holds) for row in barred)
    return (
        "\n\n".join(
            [
                f"# Probe of {escaped(Path(model.name).stem)}",
                f"{escaped(model.card.description)} Of {len(barred)} bars it reaches {held}.",
                *(f"## {part.title}\n\n{part.method}\n\n{_rows(part.rows)}" for part in parts),
            ]
        )
        + "\n"
    )


def _rows(rows: Sequence[Row]) -> str:
    return table(
        HEAD,
        [
            [
                row.condition,
                row.figure,
                f"{number(row.value)} {row.unit}".strip(),
                "" if row.bar is None else str(row.bar),
                {None: "", True: "yes", False: "**no**"}[row.holds],
                ", ".join(f"{name} {number(value)}" for name, value in row.beside.items()),
            ]
            for row in rows
        ],
    ).replace(r"\*\*no\*\*", "**no**")


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
