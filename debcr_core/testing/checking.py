"""Run the kit on what a distribution offers, without pytest."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any, Literal
from unittest import SkipTest

from debcr_core.errors import UsageError, nearest, said
from debcr_core.notices import listening
from debcr_core.offering.announced import plain
from debcr_core.offering.kinds import plural
from debcr_core.plugins import Plugins
from debcr_core.testing.components import Deviation

State = Literal["passed", "failed", "skipped", "deviates"]


@dataclass(frozen=True)
class Outcome:
    """How a component fared in one check.

    Attributes
    ----------
    kind, name : str
        The component's.
    check : str
        What was checked, in words; for a plugin that cannot be loaded, ``loads``.
    state : {"passed", "failed", "skipped", "deviates"}
        ``deviates``: it fails, as it says itself (`Component.deviations`).
    reason : str
        Why it failed, was skipped or deviates; empty otherwise.
    """

    kind: str
    name: str
    check: str
    state: State
    reason: str = ""


def check_distribution(name: str, plugins: Plugins | None = None) -> list[Outcome]:
    """Check all that an installed distribution offers.

    Parameters
    ----------
    name : str
        The distribution's.
    plugins : Plugins, optional
        What is installed; by default it is found now.

    Returns
    -------
    list of Outcome
        One for each component and check, those of plugins that cannot be loaded first.

    Raises
    ------
    UsageError
        If no plugin of such a distribution is installed.
    """
    plugins = plugins or Plugins.discover()
    statuses = [s for s in plugins.statuses if plain(s.distribution) == plain(name)]
    if not statuses:
        known = sorted({status.distribution for status in plugins.statuses})
        raise UsageError(
            f"No installed distribution {name} announces a plugin under [project.entry-points."
            f"debcr]. {nearest(name, known)}"
        )
    outcomes = [
        Outcome("plugin", status.plugin, "loads", "failed", status.reason)
        for status in statuses
        if status.state != "active"
    ]
    for offer in plugins.offers():
        if plain(offer.origin) == plain(name):
            outcomes += check_component(offer.kind, offer.component)
    for verb, command in plugins.commands().items():
        if plain(command.provenance.distribution) == plain(name):
            outcomes += check_component("command", command.load(), verb)
    outcomes += [
        Outcome("plugin", status.plugin, "loses nothing", "failed", remark)
        for status in statuses
        for remark in status.remarks
        if remark.startswith("its command")
    ]
    return outcomes


def check_component(kind: str, component: Any, name: str = "") -> list[Outcome]:
    """Check one component.

    Parameters
    ----------
    kind : str
        Such as ``reader``.
    component : type
        Its class; of a command, its function or `typer.Typer`.
    name : str
        What it is called; of a command, its verb; by default the class's own name.
    """
    name = name or component.name
    facts = {"component": staticmethod(component), "verb": name}
    if kind != "command":
        facts["component"] = component
    tests = type(f"Test {name}", (_tests_of(kind),), facts)()
    return [Outcome(kind, name, check, *_outcome(run)) for check, run in _checks(tests)]


@cache
def _tests_of(kind: str) -> Any:
    module = import_module(f"debcr_core.testing.{plural(kind)}")
    return getattr(module, f"{kind.capitalize()}Tests")


def _checks(tests: Any) -> Iterator[tuple[str, Any]]:
    for each in dir(tests):
        if each.startswith("test_"):
            yield each.removeprefix("test_").replace("_", " "), getattr(tests, each)


def _outcome(run: Any) -> tuple[State, str]:
    try:
        # What the components say and print on the way is not the question.
        with listening(), warnings.catch_warnings(), redirect_stdout(sys.stderr):
            warnings.simplefilter("ignore")
            run()
    except Deviation as deviation:
        return "deviates", str(deviation)
    except SkipTest as reason:
        return "skipped", str(reason)
    except AssertionError as error:
        return "failed", said(error)
    except KeyboardInterrupt:
        raise
    # One that leaves by SystemExit would end the check as if all had passed.
    except BaseException as error:
        return "failed", f"{type(error).__name__}: {said(error)}"
    return "passed", ""


def counted(outcomes: list[Outcome]) -> Mapping[State, int]:
    """Return how many checks passed, failed, were skipped and deviate."""
    states: tuple[State, ...] = ("passed", "failed", "skipped", "deviates")
    return {state: sum(each.state == state for each in outcomes) for state in states}
