"""What was measured, for programs: every figure as a long CSV, the statistics as JSON."""

from __future__ import annotations

import csv
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from debcr_plugins.judging.judgement import Group, Judgement

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


def summary_json(judgement: Judgement) -> str:
    """Return JSON with mean, standard deviation and count by group, method and figure."""
    groups: dict[str, Group | None] = {"all": None, "sparse": "sparse", "dense": "dense"}
    content = {
        "match": judgement.match,
        "planes": len(judgement.cases),
        "figures": {name: _statistics(judgement, group) for name, group in groups.items()},
        "tuned_on_other_images": judgement.tuned_apart,
        "tuned": {
            one.baseline.name: {
                "parameters": one.baseline.model_dump(),
                "error_over_input": one.error,
                "at_the_edge": list(one.at_the_edge),
            }
            for one in judgement.tuned
        },
        "left_out": judgement.left_out,
    }
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _statistics(judgement: Judgement, group: Group | None) -> dict[str, Any]:
    found = {
        method: {name: judgement.summary(method, name, group) for name in judgement.figures}
        for method in judgement.methods
    }
    return {
        method: {name: asdict(one) for name, one in summaries.items() if one}
        for method, summaries in found.items()
    }
