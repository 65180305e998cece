"""Build the command line and turn faults into sentences and exit codes."""

from __future__ import annotations

import os
import signal
import sys
import warnings
from io import TextIOWrapper
from typing import Annotated, Any

import typer
import typer.core

from debcr_core.cli.console import UNLIMITED, stderr
from debcr_core.cli.interrupting import INTERRUPTED, ending_at_once, heeded_endings
from debcr_core.cli.narrow_help import fitting, is_narrow
from debcr_core.cli.overview import show_overview
from debcr_core.cli.verbs import verbs
from debcr_core.errors import DebcrError, DebcrWarning, UsageError, sentence_of
from debcr_core.notices import Heard, listening
from debcr_core.plugins import Plugins
from debcr_core.registry import OURS

HELP = "Denoise and deblur microscopy images with small neural networks."
FAILURE, USAGE = 1, 2
FAULT = (
    "This is a fault of {}, not yours. DEBCR_DEBUG=1 shows where it happened; please report that."
)


class SentenceGroup(typer.core.TyperGroup):
    """A command group that ends with a sentence where others show a traceback."""

    def get_help(self, ctx: Any) -> str:
        """Return the help, as wide as the terminal."""
        return fitting(super().get_help(ctx))

    def invoke(self, ctx: Any) -> Any:
        """Run the verb; exit 2 for a wrong request, 1 for a failure, 130 for an interrupt."""
        try:
            return super().invoke(ctx)
        except UsageError as error:
            _say(f"Error: {error}")
            raise typer.Exit(USAGE) from None
        except DebcrError as error:
            _say(f"Error: {error}")
            raise typer.Exit(FAILURE) from None
        except MemoryError:
            _say("Error: out of memory. Restore one --channel, or a smaller part of the image.")
            raise typer.Exit(FAILURE) from None
        except BrokenPipeError:
            raise
        except OSError as error:
            place = f"{error.filename}: " if error.filename else ""
            reason = error.strerror or error
            _say(f"Error: {place}{reason}. Check the name, the permissions and the space left.")
            raise typer.Exit(FAILURE) from None
        except KeyboardInterrupt as interrupt:
            left = str(interrupt) or "Stopped; nothing unfinished was left behind."
            _say(left.replace("Stopped", "Interrupted", 1))
            raise typer.Exit(INTERRUPTED) from None
        except SystemExit as error:
            # A stranger's verb ends as it likes; in ours a component or library has left, silently.
            if _offers(ctx):
                raise
            _say(f"Error: {sentence_of(error)} {FAULT.format('a plugin')}")
            raise typer.Exit(FAILURE) from None
        except Exception as error:
            own = type(error).__module__.split(".")[0] in ("typer", "click")
            if own or os.environ.get("DEBCR_DEBUG"):
                raise
            whose = _offers(ctx) or "debcr or a plugin"
            _say(f"Error: {sentence_of(error)} {FAULT.format(whose)}")
            raise typer.Exit(FAILURE) from None


def _offers(ctx: Any) -> str:
    """Return which plugin the verb comes from; nothing where it is one of ours."""
    command = ctx.obj.commands().get(ctx.invoked_subcommand)
    if command is None or command.provenance.distribution == OURS:
        return ""
    return f'the plugin "{command.plugin}" of {command.provenance}'


class Verbs(SentenceGroup):
    """The verbs of the core and of the plugins that the context holds."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Take in the verbs, of which the words name one."""
        self.commands.update(verbs(ctx.obj.commands(), self.rich_markup_mode))
        return super().parse_args(ctx, args)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Show the verbs: in frames, or as plain text on a narrow terminal."""
        if self.rich_markup_mode is None:
            super().format_help(ctx, formatter)
        else:
            show_overview(self, ctx)


def build_app(found: Plugins) -> typer.Typer:
    """Return the command line with the core's verbs and those of the plugins."""
    narrow = is_narrow()
    app = typer.Typer(
        cls=Verbs,
        help=HELP,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None if narrow else "markdown",
        pretty_exceptions_enable=False,
        context_settings={
            "obj": found,
            "help_option_names": ["-h", "--help"],
            # Lines are wrapped at the end: columns beside each other would be too narrow.
            "terminal_width": UNLIMITED if narrow else None,
        },
    )
    app.callback(help=HELP)(_options)
    return app


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"debcr-zoo {version('debcr-zoo')}")
        raise typer.Exit


def _options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Give the options of `debcr` itself."""


def run() -> None:
    """Run the `debcr` command."""
    # A cluster that ends a job, or a terminal that is closed, should find as little left behind as
    # Ctrl-C does. (Restoring answers them inside a tile: `debcr_core.cli.interrupting`.)
    for number in heeded_endings():
        signal.signal(number, signal.default_int_handler)
    for stream in (sys.stdout, sys.stderr):
        # A name or unit that the terminal cannot show must not end the program.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    with ending_at_once():
        _run()


def _run() -> None:
    try:
        with listening(_warned) as heard:
            _hear_issued_ones(heard)
            build_app(Plugins.discover(alone=True))()
    except DebcrError as error:
        _say(f"Error: {error}")
        sys.exit(FAILURE)
    except KeyboardInterrupt:
        # While plugins were being found.
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output has gone (`debcr plugins | head`): end quietly.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(FAILURE)


def _hear_issued_ones(heard: Heard) -> None:
    """Take in our warnings that come by Python's means; libraries' are for developers."""

    def show(message: Warning | str, *_: Any, **__: Any) -> None:
        if isinstance(message, DebcrWarning):
            heard.hear(message)

    warnings.showwarning = show
    warnings.simplefilter("always", DebcrWarning)


def _warned(warning: DebcrWarning) -> None:
    _say(f"Warning: {warning}")


def _say(sentence: str) -> None:
    stderr().print(sentence)
