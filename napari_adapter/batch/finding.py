"""Find the images that files and folders hold, in a thread that does not draw."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from debcr_core.components import Part
from debcr_core.errors import Cancelled, DebcrError
from debcr_core.files.finding import each_file, is_named
from debcr_core.files.reading import check_input
from debcr_core.flow.pairing import alone
from debcr_core.stopping import heeding

if TYPE_CHECKING:
    from napari_adapter.engine import Engine
    from napari_adapter.work import Work

TOGETHER = 200
"""Images of which the main thread is told at once."""


def finding(
    paths: Sequence[Path], engine: Engine
) -> Callable[[Work[list[DebcrError]]], list[DebcrError]]:
    """Return work that tells of the images in files and folders, by lists, as they are found.

    Its result is why some of the paths hold none.
    """
    return partial(_find, list(paths), engine)


def _find(paths: list[Path], engine: Engine, work: Work[list[DebcrError]]) -> list[DebcrError]:
    wrong = []
    with heeding(work.stop):
        for path in paths:
            try:
                _tell_of(path, engine, work)
            except Cancelled:
                raise
            except DebcrError as error:
                wrong.append(error)
    return wrong


def _tell_of(path: Path, engine: Engine, work: Work[list[DebcrError]]) -> None:
    found: list[Part] = []
    if is_named(path, engine.plugins):
        check_input(path)
    for file in each_file([path], engine.plugins):
        found += alone(file, engine.plugins)
        if len(found) >= TOGETHER:
            work.tell(found)
            found = []
    if found:
        work.tell(found)
