"""Every example in a docstring gives what it says."""

from __future__ import annotations

import doctest
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
EXAMPLE = ">>> "


def modules_with_examples() -> list[str]:
    files = (
        f for package in ("debcr_core", "debcr_plugins") for f in ROOT.glob(f"{package}/**/*.py")
    )
    found = (file for file in files if EXAMPLE in file.read_text("utf-8"))
    names = (".".join(file.relative_to(ROOT).with_suffix("").parts) for file in found)
    return sorted(name.removesuffix(".__init__") for name in names)


@pytest.mark.parametrize("name", modules_with_examples())
def test_examples_give_what_they_say(name):
    assert doctest.testmod(import_module(name)).failed == 0
