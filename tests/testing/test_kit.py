"""The kit passes all that is built in, and fails what is broken, for its reason."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import ClassVar

import pytest
from broken import BROKEN

from debcr_core import Loss, Plugins, UsageError
from debcr_core.offering.kinds import EVERY_KIND
from debcr_core.testing import LossTests, check_component, check_distribution
from debcr_core.testing.checking import counted

FOUND = Plugins.discover()
OURS = [offer for offer in FOUND.offers() if offer.origin == "debcr-zoo"]
VERBS = [c for c in FOUND.commands().values() if c.provenance.distribution == "debcr-zoo"]


def failures(outcomes):
    return {each.check: each.reason for each in outcomes if each.state == "failed"}


@pytest.mark.parametrize("offer", OURS, ids=lambda offer: f"{offer.kind} {offer.name}")
def test_what_is_built_in_passes(offer):
    outcomes = check_component(offer.kind, offer.component)
    assert failures(outcomes) == {}
    assert counted(outcomes)["passed"] >= 8


@pytest.mark.parametrize("command", VERBS, ids=lambda command: command.verb)
def test_built_in_commands_pass(command):
    assert failures(check_component("command", command.load(), command.verb)) == {}


@pytest.mark.parametrize("words", BROKEN)
def test_what_is_broken_fails_for_its_reason(words):
    kind, component = BROKEN[words]
    found = failures(check_component(kind, component))
    assert [check for check in found if words in check], found
    assert all(reason for reason in found.values())


def test_a_broken_component_of_each_kind_but_those_that_compute_is_among_them():
    assert {kind for kind, _ in BROKEN.values()} >= {*EVERY_KIND} - {"backend", "command"}


def test_a_declared_deviation_is_one_and_must_be_true():
    class Declared(BROKEN["a finite number with a gradient"][1]):
        """Counts pixels that are off, and says so."""

        name = "declared"
        deviations: ClassVar = {
            "test_it_is_a_finite_number_with_a_gradient": "it is there to count",
            "test_it_works_in_half_precision": "untrue",
        }

    outcomes = {each.check: each for each in check_component("loss", Declared)}
    declared = outcomes["it is a finite number with a gradient"]
    assert (declared.state, declared.reason) == ("deviates", "it is there to count")
    assert "it passes, but" in outcomes["it works in half precision"].reason


class Fine(Loss):
    """Mean absolute error."""

    name = "fine"

    def measure(self, restored, truth, degraded):
        return (restored - truth).abs().mean()


class TestInherited(LossTests):
    """As a plugin's own tests do; collected by pytest as it stands."""

    component = Fine


def test_an_unknown_distribution_gets_the_nearest_one():
    with pytest.raises(UsageError, match='No installed distribution debcr-zo .*"debcr-zoo"'):
        check_distribution("debcr-zo", FOUND)


def test_importing_the_kit_imports_neither_torch_nor_pytest():
    code = "import sys, debcr_core.testing as t; t.LossTests, t.ModelTests, t.check_distribution; "
    code += "print([m for m in ('torch', 'pytest', 'scipy') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_command_ends_with_one_where_a_check_fails(monkeypatch, capsys):
    from debcr_core.cli.check import check
    from debcr_core.testing import checking

    def one(kind, component, name=""):
        return [checking.Outcome(kind, name or component.name, "loads", "failed", "it does not")]

    monkeypatch.setattr(checking, "check_component", one)

    class Context:
        obj = FOUND

    import typer

    with pytest.raises(typer.Exit) as ended:
        check(Context(), "debcr-zoo", as_json=True)
    assert ended.value.exit_code == 1
    assert {each["state"] for each in json.loads(capsys.readouterr().out)} == {"failed"}
