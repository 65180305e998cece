"""What is built in is named as a default alone: everything else goes by the public contracts."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OPEN = (
    *("debcr_core", "napari_adapter", "debcr_plugins/training", "debcr_plugins/judging"),
    *("debcr_plugins/zoo", "debcr_plugins/pairs", "debcr_plugins/metrics/command.py"),
)
"""Folders and files that must work with any component as with ours."""
DEFAULTS = {
    # The parts of a configuration that are left out.
    "debcr_plugins/training/config.py": {
        *("m-rbcr", "percentile", "halo-grid", "crop", "spectral", "psnr"),
    },
    "debcr_plugins/training/monitoring.py": {"psnr"},
    # The configuration of the original, in our words.
    "debcr_plugins/training/original_config.py": {"m-rbcr", "percentile"},
    # What a report measures, and draws, unless other metrics are asked for.
    "debcr_plugins/judging/measuring.py": {"", "frc"},
    # The paper's bound between sparse and dense images.
    "debcr_plugins/judging/cases.py": {"entropy"},
    "debcr_plugins/metrics/command.py": {"frc"},
}
"""Where a component of ours is named, as what is taken when nobody names another."""
IMPORTED = {
    # An RDF says neither tiles nor how they are joined.
    "debcr_plugins/zoo/running/choosing.py": {
        *("debcr_plugins.blenders.crop", "debcr_plugins.tilers.halo_grid"),
    },
    # Checks of published networks divide images as their consumers do.
    "debcr_plugins/zoo/certifying/checks.py": {"debcr_plugins.tilers.halo_grid"},
    "debcr_plugins/zoo/publishing/seam.py": {
        *("debcr_plugins.blenders.crop", "debcr_plugins.tilers.halo_grid"),
        "debcr_plugins.normalizers.none",
    },
    # Images that are held out for a test, as they are.
    "debcr_plugins/pairs/held_out.py": {"debcr_plugins.normalizers.none"},
}
ANNOUNCED = {
    entry.value
    for entry in entry_points(group="debcr")
    if entry.dist.name == "debcr-zoo" and not entry.name.startswith("command-")
} - {"debcr_plugins.training", "debcr_plugins.zoo"}


def sources() -> Iterator[Path]:
    for place in OPEN:
        path = ROOT / place
        yield from [path] if path.is_file() else sorted(path.rglob("*.py"))


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


FILES = {str(path.relative_to(ROOT)): path for path in sources()}


@pytest.mark.parametrize("file", FILES)
def test_a_component_of_ours_is_named_as_a_default_alone(file):
    named = {
        node.value.removeprefix("debcr-zoo/")
        for node in ast.walk(tree_of(FILES[file]))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value.startswith("debcr-zoo/")
        and " " not in node.value
    }
    assert named <= DEFAULTS.get(file, set())


@pytest.mark.parametrize("file", FILES)
def test_no_module_of_a_component_of_ours_is_imported_but_for_defaults(file):
    imported = {
        node.module
        for node in ast.walk(tree_of(FILES[file]))
        if isinstance(node, ast.ImportFrom) and node.module in ANNOUNCED
    }
    own = {module for module in imported if file.startswith(module.replace(".", "/"))}
    assert imported - own <= IMPORTED.get(file, set())


@pytest.mark.parametrize("file", FILES)
def test_what_is_created_by_name_is_named_in_full(file):
    for node in ast.walk(tree_of(FILES[file])):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("create", "find"):
            words = [a.value for a in node.args if isinstance(a, ast.Constant)]
            if len(node.args) == 2 and len(words) == 2 and isinstance(words[1], str):
                assert "/" in words[1], f"line {node.lineno}: {words}"


def test_the_exceptions_are_all_needed():
    for file, names in {**DEFAULTS, **IMPORTED}.items():
        text = (ROOT / file).read_text(encoding="utf-8")
        assert [name for name in names if name and name not in text] == [], file
