"""The statistics of a judgement, for programs."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from debcr_plugins.judging.case import Group
from debcr_plugins.judging.judgement import Judgement


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
