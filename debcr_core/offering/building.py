"""Make a verb, as typer knows it, of what a plugin offers."""

from __future__ import annotations

from typing import Any

import typer
import typer.core

from debcr_core.errors import DebcrError, PluginError, sentence_of
from debcr_core.offering.checking import is_group


def built(
    verb: str,
    offered: Any,
    markup: Any = None,
    kind: type[typer.core.TyperCommand] = typer.core.TyperCommand,
) -> Any:
    """Return a command with its options, or a group of them.

    Parameters
    ----------
    verb : str
        What it is called.
    offered : callable or typer.Typer
        A function, or a group with several.
    markup : str or None
        How typer reads its help.
    kind : type
        Of a command that a function becomes.

    Raises
    ------
    PluginError
        If typer cannot make one of it.
    """
    alone = typer.Typer(add_completion=False, rich_markup_mode=markup)
    try:
        if is_group(offered):
            alone.add_typer(offered, name=verb)
            return typer.main.get_group(alone).commands[verb]
        alone.command(verb, cls=kind)(offered)
        return typer.main.get_command(alone)
    except DebcrError:
        raise
    except Exception as error:
        raise PluginError(f'The command "{verb}" cannot be made: {sentence_of(error)}') from error
