"""What the core says is told with advice that can be followed in the viewer, not in a terminal."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("napari")

import debcr_core
import debcr_plugins
from debcr_core.errors import DebcrError, DebcrWarning, UntrustedCodeError
from debcr_core.files.guessed_axes import DoubtfulAxes, GuessedAxes
from napari_adapter.advice import ADVICE, in_the_viewer
from napari_adapter.log.log import told

KINDS = {each.__name__: each.kind for each in (DoubtfulAxes, GuessedAxes)} | {
    "super().__init__": UntrustedCodeError.kind
}
"""Of what says its kind by its class."""


def kinds_with_advice() -> Iterator[tuple[str, str | None]]:
    """Yield where the core and its plugins advise options, and the kind of what they say."""
    for package in (debcr_core, debcr_plugins):
        for path in Path(package.__file__).parent.rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if not isinstance(node, ast.Call):
                    continue
                given = {word.arg: word.value for word in node.keywords}
                if "--" not in ast.unparse(given.get("advice", ast.Constant(""))):
                    continue
                kind = given.get("kind")
                known = kind.value if isinstance(kind, ast.Constant) else None
                yield f"{path}:{node.lineno}", known or KINDS.get(ast.unparse(node.func))


def test_for_each_advice_that_names_options_there_is_one_for_the_viewer() -> None:
    found = dict(kinds_with_advice())
    assert len(found) > 10
    assert {place: kind for place, kind in found.items() if kind not in ADVICE} == {}


@pytest.mark.parametrize("kind", ADVICE)
def test_errors_and_warnings_are_told_with_advice_of_the_viewers_own(kind: str) -> None:
    error = DebcrError("It is wrong.", advice="Choose --this.", kind=kind)
    warning = DebcrWarning("It is wrong.", kind, advice="Choose --this.")
    assert str(error) == str(warning) == "It is wrong. Choose --this."
    assert told(error)[0] == in_the_viewer(warning) == f"It is wrong. {ADVICE[kind]}"
    assert "--" not in ADVICE[kind]


def test_what_is_said_without_such_advice_stays_as_it_is() -> None:
    assert told(DebcrError("It is wrong.", kind="memory"))[0] == "It is wrong."
    assert "tick that its code may run" in told(UntrustedCodeError("a.zip", "TorchScript"))[0]
