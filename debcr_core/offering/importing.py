"""Import a stranger's module: whatever it does, the output stays clean and the time is known."""

from __future__ import annotations

import io
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, redirect_stdout
from dataclasses import dataclass
from importlib.metadata import EntryPoint

from debcr_core.errors import PluginError, sentence_of
from debcr_core.offering.asking import Taken

STDOUT = 1


@dataclass(frozen=True)
class Imported:
    """What importing a plugin, and asking it, gave.

    Attributes
    ----------
    taken : Taken
        What it offers.
    seconds : float
        How long it took, with all that it imports itself.
    printed : str
        What it wrote to the standard output meanwhile.
    """

    taken: Taken
    seconds: float
    printed: str


def import_plugin(entry: EntryPoint, ask: Callable[[object], Taken], *, alone: bool) -> Imported:
    """Import the module that an entry point names, and ask it what it offers.

    Parameters
    ----------
    entry : EntryPoint
        What is announced.
    ask : callable
        Given the module.
    alone : bool
        Whether nothing else goes on in this process: then what C code prints is caught, too.

    Raises
    ------
    PluginError
        If it cannot be imported, whatever it raises, or offers nonsense.
    """
    start = time.perf_counter()
    with _caught(alone=alone) as printed:
        taken = ask(_loaded(entry))
    return Imported(taken, time.perf_counter() - start, "".join(printed))


def _loaded(entry: EntryPoint) -> object:
    try:
        return entry.load()
    except KeyboardInterrupt:
        raise
    # A panic of a library in Rust, or a test that skips itself, is no Exception.
    except BaseException as error:
        raise PluginError(f"Importing {entry.value} failed: {sentence_of(error)}") from error


@contextmanager
def _caught(*, alone: bool) -> Iterator[list[str]]:
    """Keep from the standard output what is written to it; the list has it after the block."""
    found: list[str] = []
    with _caught_by_the_system(found) if alone else _caught_by_python(found):
        yield found


@contextmanager
def _caught_by_python(found: list[str]) -> Iterator[None]:
    with redirect_stdout(io.StringIO()) as text:
        yield
    found.append(text.getvalue())


@contextmanager
def _caught_by_the_system(found: list[str]) -> Iterator[None]:
    """Catch what is written to the process's output, by whatever code."""
    with ExitStack() as stack:
        try:
            kept = os.dup(STDOUT)
            stack.callback(os.close, kept)
            file = stack.enter_context(tempfile.TemporaryFile())
        except OSError:
            # It is closed, or no folder can be written to: what Python writes is all there is.
            stack.enter_context(_caught_by_python(found))
            yield
            return
        sys.stdout.flush()
        os.dup2(file.fileno(), STDOUT)
        try:
            yield
        finally:
            sys.stdout.flush()
            os.dup2(kept, STDOUT)
            file.seek(0)
            found.append(file.read().decode(errors="replace"))
