"""Import a stranger's module: whatever it does, the output stays clean and the time is known."""

from __future__ import annotations

import io
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from importlib.metadata import EntryPoint

from debcr_core.errors import PluginError, sentence_of

STDOUT = 1


@dataclass(frozen=True)
class Imported:
    """What importing a plugin gave.

    Attributes
    ----------
    plugin : object
        The module.
    seconds : float
        How long it took, with all that it imports itself.
    printed : str
        What it wrote to the standard output meanwhile.
    """

    plugin: object
    seconds: float
    printed: str


def import_plugin(entry: EntryPoint, *, alone: bool) -> Imported:
    """Import the module that an entry point names.

    Parameters
    ----------
    entry : EntryPoint
        What is announced.
    alone : bool
        Whether nothing else goes on in this process: then what C code prints is caught, too.

    Raises
    ------
    PluginError
        If it cannot be imported, or leaves by SystemExit.
    """
    start = time.perf_counter()
    with _caught(alone=alone) as printed:
        try:
            plugin = entry.load()
        except (Exception, SystemExit) as error:
            raise PluginError(f"Importing {entry.value} failed: {sentence_of(error)}") from error
    return Imported(plugin, time.perf_counter() - start, "".join(printed))


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
    sys.stdout.flush()
    try:
        kept = os.dup(STDOUT)
    except OSError:
        # It is closed: what Python writes is all there is.
        with _caught_by_python(found):
            yield
        return
    with tempfile.TemporaryFile() as file:
        os.dup2(file.fileno(), STDOUT)
        try:
            yield
        finally:
            sys.stdout.flush()
            os.dup2(kept, STDOUT)
            os.close(kept)
            file.seek(0)
            found.append(file.read().decode(errors="replace"))
