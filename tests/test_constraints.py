"""constraints.txt gives a version of all that we name; .ci/extras.py asks pip about the rest."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
NEEDED = {"the project": PROJECT["dependencies"], **PROJECT["optional-dependencies"]}


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    parts = [line.split("==") for line in lines if not line.startswith("#")]
    return {canonicalize_name(name): version for name, version in parts}


@pytest.mark.parametrize("who", NEEDED)
def test_what_the_project_or_an_extra_names_is_pinned_at_a_version_that_it_takes(who):
    for text in NEEDED[who]:
        needed = Requirement(text)
        if needed.name != PROJECT["name"]:
            assert pins()[canonicalize_name(needed.name)] in needed.specifier
