"""The verbs of `debcr`: its own and the plugins'. Only the one that is called is imported."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import typer.core

from debcr_core.cli.component_options import ComponentCommand
from debcr_core.offering.building import built
from debcr_core.offering.offer import Command
from debcr_core.offering.own_verbs import OWN_VERBS


class LateCommand(typer.core.TyperCommand):
    """A verb whose options are made out once it is called.

    Parameters
    ----------
    verb : str
        What it is called.
    help : str
        What it does.
    find : callable
        Returns its function, or a `typer.Typer` with several.
    markup : str or None
        How typer reads its help.
    """

    def __init__(self, verb: str, help: str, find: Callable[[], Any], markup: Any) -> None:
        super().__init__(verb, help=help)
        self._find, self._markup = find, markup

    def make_context(self, *words: Any, **extra: Any) -> Any:
        """Return what the whole command makes of its words."""
        return self.whole().make_context(*words, **extra)

    def whole(self) -> Any:
        """Return the command with its options.

        Raises
        ------
        PluginError
            If typer cannot make one of it.
        """
        return built(str(self.name), self._find(), self._markup, ComponentCommand)


def verbs(of_plugins: dict[str, Command], markup: Any) -> dict[str, LateCommand]:
    """Return all verbs by name.

    Parameters
    ----------
    of_plugins : dict
        Those that plugins add.
    markup : str or None
        How typer reads their help.
    """
    own = {verb: LateCommand(verb, said, _own(verb), markup) for verb, said in OWN_VERBS.items()}
    return own | {
        verb: LateCommand(verb, command.help, command.load, markup)
        for verb, command in of_plugins.items()
    }


def _own(verb: str) -> Callable[[], Any]:
    return lambda: getattr(import_module(f"debcr_core.cli.{verb}"), verb)
