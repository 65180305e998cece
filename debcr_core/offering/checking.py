"""Whether what a plugin offers is what was asked for."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable
from importlib.metadata import version
from typing import Any

import pluggy

from debcr_core.components import Component, Reader, Writer
from debcr_core.errors import PluginError, nearest
from debcr_core.registry import OURS

NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
"""What components are called: lower-case words of letters and digits, joined by hyphens."""


def check_hooks(manager: pluggy.PluginManager, plugin: object, known: Iterable[str]) -> None:
    """Refuse a plugin that answers nothing, or what nobody asks.

    Raises
    ------
    PluginError
        Naming the hook.
    """
    answered = [
        options["specname"] or name
        for name in dir(plugin)
        if (options := manager.parse_hookimpl_opts(plugin, name)) is not None
    ]
    if not answered:
        raise PluginError(
            "It offers nothing: mark its functions by @hookimpl, from debcr_core (see "
            "docs/plugins.md)."
        )
    for name in answered:
        if name not in known:
            raise PluginError(
                f'It answers "{name}", which debcr-zoo {version(OURS)} does not ask. Either it is '
                f"made for another version, or that is misspelt. {nearest(name, known)}"
            )


def check_component(component: Any, base: type[Component], question: str) -> None:
    """Refuse what is no class of the kind that was asked for, whole and with a name.

    Raises
    ------
    PluginError
        Naming the class and what it lacks.
    """
    if not (inspect.isclass(component) and issubclass(component, base)):
        raise PluginError(f"{question} offers {component!r}, which is no {base.__name__} class.")
    label = component.__qualname__
    if inspect.isabstract(component):
        missing = ", ".join(sorted(component.__abstractmethods__))
        raise PluginError(f"{question} offers {label}, which does not implement {missing}.")
    name = getattr(component, "name", None)
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise PluginError(
            f"{question} offers {label}, whose `name` is {name!r}: it must be lower-case words of "
            "letters and digits, joined by hyphens, as my-component."
        )
    if issubclass(component, Reader | Writer):
        suffixes = getattr(component, "suffixes", None)
        if not isinstance(suffixes, tuple) or not all(isinstance(s, str) for s in suffixes):
            raise PluginError(f"{question} offers {label}, whose class has no tuple `suffixes`.")


def check_command(verb: Any, command: Any) -> None:
    """Refuse what cannot be a verb of `debcr`.

    Raises
    ------
    PluginError
        If it has no valid name, or is neither a function nor a `typer.Typer`.
    """
    if not isinstance(verb, str) or not NAME.fullmatch(verb):
        raise PluginError(
            f"The command {verb!r} cannot be typed: a verb is lower-case words joined by hyphens."
        )
    if not callable(command) or inspect.isclass(command):
        raise PluginError(
            f'The command "{verb}" is {command!r}, neither a function nor a typer.Typer.'
        )


def is_group(command: Any) -> bool:
    """Say whether a command is a `typer.Typer`, which may hold several."""
    # By name: typer takes longer to import than most plugins.
    kinds = type(command).__mro__
    return any((kind.__module__, kind.__name__) == ("typer.main", "Typer") for kind in kinds)
