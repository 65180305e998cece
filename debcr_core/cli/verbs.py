"""The verbs of `debcr`: its own and the plugins'. Only the one that is called is imported."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any

import typer
import typer.core

from debcr_core.cli.component_options import ComponentCommand

OWN = {
    "restore": "Restore images: remove noise and blur, keep axes, pixel size and intensity scale.",
    "info": "Show images' axes, shape, pixel type, pixel size, channels and intensities.",
    "replay": "Restore an image again as a record says: the same bytes.",
    "models": "List the trained models that `--model` accepts by name, or explain one of them.",
    "plugins": "List plugins and components; which are broken or blocked, and why.",
    "backends": "Measure what computes a model here, and say which of them `--backend auto` takes.",
    "cache": "List what is in the cache: exported networks, and downloads of the zoo.",
}
"""What each of the core's verbs does: the first sentence of the function of that name."""

Function = Callable[..., None]


class LateCommand(typer.core.TyperCommand):
    """A verb whose options are made out once it is called.

    Parameters
    ----------
    verb : str
        What it is called.
    help : str
        What it does.
    find : callable
        Returns its function.
    markup : str or None
        How typer reads its help.
    """

    def __init__(self, verb: str, help: str, find: Callable[[], Function], markup: Any) -> None:
        super().__init__(verb, help=help)
        self._find, self._markup = find, markup

    def make_context(self, *words: Any, **extra: Any) -> Any:
        """Return what the whole command makes of its words."""
        return self.whole().make_context(*words, **extra)

    def whole(self) -> Any:
        """Return the command with its options."""
        alone = typer.Typer(add_completion=False, rich_markup_mode=self._markup)
        alone.command(self.name, cls=ComponentCommand)(self._find())
        return typer.main.get_command(alone)


def verbs(of_plugins: dict[str, Function], markup: Any) -> dict[str, LateCommand]:
    """Return all verbs by name.

    Parameters
    ----------
    of_plugins : dict
        The functions of those that plugins add.
    markup : str or None
        How typer reads their help.
    """
    own = {verb: LateCommand(verb, said, _own(verb), markup) for verb, said in OWN.items()}
    return own | {
        verb: LateCommand(verb, inspect.getdoc(function) or "", partial(_same, function), markup)
        for verb, function in of_plugins.items()
    }


def _own(verb: str) -> Callable[[], Function]:
    return lambda: getattr(import_module(f"debcr_core.cli.{verb}"), verb)


def _same(function: Function) -> Function:
    return function
