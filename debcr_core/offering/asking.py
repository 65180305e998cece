"""Ask a plugin what it offers, and take the answer wholly or not at all."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pluggy

from debcr_core import hookspecs
from debcr_core.components import Component
from debcr_core.errors import PluginError, sentence_of
from debcr_core.offering.checking import check_command, check_component, check_hooks
from debcr_core.offering.kinds import COMPONENTS, plural

QUESTIONS = tuple(name for name in vars(hookspecs) if name.startswith("debcr_"))


@dataclass
class Taken:
    """What one plugin offers, once it was imported.

    Attributes
    ----------
    classes : dict
        Component classes by kind and name.
    commands : dict
        Functions and `typer.Typer` by verb.
    """

    classes: dict[tuple[str, str], type[Component]] = field(default_factory=dict)
    commands: dict[str, Any] = field(default_factory=dict)

    def get(self, kind: str, name: str) -> Any:
        """Return what it offers of a kind by a name, or as a command by a verb; None if nothing."""
        return self.commands.get(name) if kind == "command" else self.classes.get((kind, name))


class Asking:
    """Plugins that were asked, each under a key of its own."""

    def __init__(self) -> None:
        self._manager = pluggy.PluginManager(hookspecs.PROJECT)
        self._manager.add_hookspecs(hookspecs)

    def ask(self, key: str, plugin: object) -> Taken:
        """Ask a plugin what it offers.

        Parameters
        ----------
        key : str
            What no other plugin is called.
        plugin : object
            A module, or any object, with functions marked ``@hookimpl``.

        Raises
        ------
        PluginError
            If it was asked before, answers nothing or what nobody asks, or offers nonsense.
        """
        if self._manager.has_plugin(key):
            raise PluginError(f'The plugin "{key}" is registered already.')
        try:
            check_hooks(self._manager, plugin, QUESTIONS)
            # Asked last: what is no plugin may be anything, with a comparison of its own.
            if self._manager.is_registered(plugin):
                raise PluginError(f'The plugin "{key}" is registered already.')
            self._manager.register(plugin, name=key)
            return Taken(self._classes(plugin), self._commands(plugin))
        except KeyboardInterrupt:
            raise
        # A stranger's function can do anything, leaving by SystemExit included.
        except BaseException as error:
            self.forget(key)
            raise PluginError(sentence_of(error)) from error

    def forget(self, key: str) -> None:
        """Forget a plugin, if it was asked."""
        if self._manager.has_plugin(key):
            self._manager.unregister(name=key)

    def _answers(self, plugin: object, question: str) -> list[Any]:
        callers = self._manager.get_hookcallers(plugin) or []
        return [
            implementation.function()
            for caller in callers
            for implementation in caller.get_hookimpls()
            if caller.name == question and implementation.plugin is plugin
        ]

    def _classes(self, plugin: object) -> dict[tuple[str, str], type[Component]]:
        found: dict[tuple[str, str], type[Component]] = {}
        for kind, base in COMPONENTS.items():
            question = f"debcr_{plural(kind)}"
            for answer in self._answers(plugin, question):
                if not isinstance(answer, list | tuple):
                    raise PluginError(f"{question} returned {answer!r}, not a list of classes.")
                for component in answer:
                    check_component(component, base, question)
                    if (kind, component.name) in found:
                        raise PluginError(twice(kind, component.name))
                    found[kind, component.name] = component
        return found

    def _commands(self, plugin: object) -> dict[str, Any]:
        commands: dict[str, Any] = {}
        for answer in self._answers(plugin, "debcr_commands"):
            if not isinstance(answer, dict):
                raise PluginError(f"debcr_commands returned {answer!r}, not a dict of commands.")
            for verb, command in answer.items():
                check_command(verb, command)
                commands[verb] = command
        return commands


def twice(kind: str, name: str) -> str:
    """Say that two components have one name."""
    return f'The {kind} "{name}" is offered twice: rename one.'
