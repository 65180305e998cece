"""What the user was told, in the order in which it was told."""

from __future__ import annotations

import traceback
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from psygnal import Signal

from debcr_core.errors import DebcrError, DebcrWarning, said
from napari_adapter.log.viewers_words import in_viewers_words

Level = Literal["info", "warning", "error"]
LONGEST = 1000
"""Entries that are kept, the newest."""


@dataclass(frozen=True)
class Entry:
    """One thing that was told.

    Attributes
    ----------
    level : {"info", "warning", "error"}
        How much it matters.
    sentence : str
        What was told.
    time : datetime
        When.
    details : str
        What helps us to find a fault of the program; empty for what the user can mend.
    """

    level: Level
    sentence: str
    time: datetime
    details: str = ""

    def __str__(self) -> str:
        text = f"{self.time:%H:%M:%S} {self.level}: {self.sentence}"
        return f"{text}\n{self.details}" if self.details else text


class Log:
    """Keeps what is told and shows what matters as a notification of napari; in the main thread.

    Attributes
    ----------
    entries : deque of Entry
        The newest last.
    added : Signal
        Emitted with each new `Entry`.
    """

    added = Signal(object)

    def __init__(self) -> None:
        self.entries: deque[Entry] = deque(maxlen=LONGEST)

    def info(self, sentence: str) -> None:
        """Keep what went well."""
        self._add("info", in_viewers_words(sentence))

    def warning(self, warning: DebcrWarning | str) -> None:
        """Keep and show what the user should know."""
        from napari.utils.notifications import show_warning

        sentence = in_viewers_words(str(warning))
        self._add("warning", sentence)
        show_warning(_no_html(sentence))

    def error(self, error: Exception | str) -> None:
        """Keep and show what went wrong; of a fault of the program, where it happened, too."""
        from napari.utils.notifications import show_error

        sentence, details = told(error)
        self._add("error", sentence, details)
        show_error(_no_html(sentence))

    def _add(self, level: Level, sentence: str, details: str = "") -> None:
        entry = Entry(level, sentence, datetime.now(), details)
        self.entries.append(entry)
        self.added.emit(entry)


def _no_html(sentence: str) -> str:
    """Return a sentence that a label does not take for HTML: names in it are strangers'."""
    return sentence.replace("<", "<\N{ZERO WIDTH SPACE}")


def told(error: Exception | str) -> tuple[str, str]:
    """Return what to say of an error, and what else helps to find it, if it is a fault."""
    if isinstance(error, str | DebcrError):
        return in_viewers_words(str(error)), ""
    if isinstance(error, MemoryError):
        return "Out of memory: restore a part of the image, or use smaller tiles.", ""
    return (
        f"DeBCR failed: {type(error).__name__}: {said(error)}. The log says more.",
        "".join(traceback.format_exception(error)),
    )
