"""Every figure of every plane as one long table."""

from __future__ import annotations

import csv
from pathlib import Path

from debcr_plugins.judging.judgement import Judgement

COLUMNS = (
    "image",
    "target_entropy",
    "group",
    "method",
    "match_scale",
    "match_offset",
    "figure",
    "value",
    "unit",
)


def write_csv(judgement: Judgement, path: Path) -> None:
    """Write a row for each plane, method and figure, in full precision; UTF-8.

    Undefined figures have no row. ``match_scale`` and ``match_offset`` are empty where nothing
    was fitted.
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        for case in judgement.cases:
            for method, measured in case.methods.items():
                fit = measured.affine_match or {}
                matching = (fit.get("scale", ""), fit.get("offset", ""))
                start = (case.name, case.entropy, case.group, method, *matching)
                for figure in measured.figures.values():
                    table.writerow([*start, figure.name, figure.value, figure.unit])
