"""Each kind has a page: its example works as it stands and passes the kit, its list is complete."""

from __future__ import annotations

import importlib
import inspect
import re
import sys
import types
from pathlib import Path

import pytest
from built_ins import API, PAGES, page_of, written, written_api

import debcr_core
from debcr_core import Plugins, hookspecs
from debcr_core.offering.kinds import EVERY_KIND

BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)
ALL_PAGES = sorted(PAGES.glob("*.md"))


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Return a function that imports all the Python on a page as one module."""
    monkeypatch.syspath_prepend(tmp_path)

    def imported(page: Path) -> types.ModuleType:
        name = f"page_of_{page.stem}"
        code = "\n".join(BLOCK.findall(page.read_text(encoding="utf-8")))
        (tmp_path / f"{name}.py").write_text(code, encoding="utf-8")
        monkeypatch.delitem(sys.modules, name, raising=False)
        return importlib.import_module(name)

    return imported


@pytest.mark.parametrize("page", ALL_PAGES, ids=lambda page: page.stem)
def test_the_python_on_a_page_runs(run, page):
    run(page)


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_a_kinds_example_is_offered_and_can_be_asked_for(run, kind):
    plugins = Plugins()
    offered = plugins.register(run(page_of(kind)), name="page")
    assert [each.split()[0] for each in offered] == [kind]


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_a_kinds_page_lists_what_is_built_in(kind, plugins):
    assert page_of(kind).read_text(encoding="utf-8") == written(kind, plugins), (
        "python tests/plugins/built_ins.py writes the lists anew"
    )


def test_each_hook_is_documented():
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES.glob("*.md"))
    hooks = [name for name in vars(hookspecs) if name.startswith("debcr_")]
    assert [name for name in hooks if f"`{name}`" not in text] == []


def test_each_exported_name_is_listed_and_has_a_docstring():
    assert API.read_text(encoding="utf-8") == written_api(), (
        "python tests/plugins/built_ins.py writes the list anew"
    )
    silent = [n for n in debcr_core.__all__ if not inspect.getdoc(getattr(debcr_core, n))]
    assert silent == []
