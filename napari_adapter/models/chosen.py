"""The model that is chosen, and what became of opening it; no widget."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit
from urllib.request import url2pathname

from psygnal import Signal

from debcr_core.errors import DebcrError, UntrustedCodeError
from napari_adapter.engine import Choice
from napari_adapter.log.log import told
from napari_adapter.models.opening import Opened, open_model

if TYPE_CHECKING:
    from napari_adapter.context import Context
    from napari_adapter.work import Work

State = Literal["opening", "open", "untrusted", "failed"]


class Chosen:
    """Opens the model that is chosen, one at a time; what became stale is stopped and dropped.

    In the main thread.

    Parameters
    ----------
    context : Context
        Opens models, and tells what went wrong.

    Attributes
    ----------
    choice : Choice
        What is chosen.
    state : {"opening", "open", "untrusted", "failed"}
        What became of it.
    opened : Opened or None
        The model, once it is open.
    sentence : str
        Why it is not open.
    danger : str
        What of its code would run; empty where none does.
    former : str
        The model that was open before; empty if none was.
    changed : Signal
        Emitted after any of these changed.
    """

    changed = Signal()

    def __init__(self, context: Context) -> None:
        self._engine, self._log = context.engine, context.log
        self._works = context.works()
        self._work: Work[Opened] | None = None
        self.choice = Choice()
        self.state: State = "opening"
        self.opened: Opened | None = None
        self.sentence = self.danger = self.former = ""

    @property
    def untouched(self) -> bool:
        """Whether nothing was chosen so far."""
        return self._work is None

    def choose(self, reference: str) -> None:
        """Open another model; one that is open or being opened is left as it is.

        Parameters
        ----------
        reference : str
            As the user typed it: quotes and blanks about it and ``file:`` are taken off.
        """
        wanted = tidy(reference)
        if wanted == self.choice.model and self._work is not None and self.state != "failed":
            return
        if self.opened is not None:
            self.former = self.choice.model
        # Trust is given to one model, and anew each time it is chosen.
        self.danger = ""
        self._open(Choice(wanted))

    def trust(self, trusted: bool) -> None:
        """Let the chosen model's code run, or no longer."""
        if trusted != self.choice.trust_code:
            self._open(Choice(self.choice.model, trusted))

    def again(self) -> None:
        """Try once more."""
        self._open(self.choice)

    def resume(self) -> None:
        """Open it if that was interrupted: work ends when the widget is closed."""
        if self.state == "opening" and not (self._work and self._work.running):
            self.again()

    def cancel(self) -> None:
        """Stop opening it."""
        if self._work is not None and self.state == "opening":
            self._work.stop.request()

    def _open(self, choice: Choice) -> None:
        if self._work is not None:
            self._work.forget()
        self.choice = choice
        # Before anybody is told, who may ask for another one.
        self._work = self._works.begin(
            lambda work: open_model(self._engine, choice, work.stop),
            done=self._done,
            cancelled=lambda: self._ended("failed", f"Opening {choice.model} was cancelled."),
            failed=self._failed,
        )
        self._ended("opening", "")

    def _done(self, opened: Opened) -> None:
        self._ended("open", "", opened)

    def _failed(self, error: Exception) -> None:
        if isinstance(error, UntrustedCodeError):
            self.danger = error.danger
            self._ended("untrusted", error.danger)
            return
        self._log.error(error)
        known = isinstance(error, DebcrError)
        reason = told(error)[0] if known else "It cannot be opened: the log says why."
        self._ended("failed", reason)

    def _ended(self, state: State, sentence: str, opened: Opened | None = None) -> None:
        self.state, self.sentence, self.opened = state, sentence, opened
        self.changed.emit()


def tidy(reference: str) -> str:
    """Return a model's name, path or URL without what comes with it when it is pasted or dropped.

    Examples
    --------
    >>> tidy(' "affable-shark" '), tidy("file:///home/me/my%20model.zip")
    ('affable-shark', '/home/me/my model.zip')
    """
    text = reference.strip().strip("\"'").strip()
    if text.lower().startswith("file:"):
        return url2pathname(urlsplit(text).path)
    return str(Path(text).expanduser()) if text.startswith("~") else text
