"""What the user is told when something is wrong.

Every error that a user can cause is a `DebcrError`: one or more sentences that say what was
wrong, where, and what to do. The command line prints them without a traceback and ends with
status 1, or 2 where the request itself was wrong (`UsageError`): with other words, names or
options it would go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import TypeVar

LONGEST_WORDS = 300
"""Characters of a library's error that are passed on."""


class DebcrError(Exception):
    """A fault that a sentence explains and the user can mend.

    Parameters
    ----------
    fact : str
        What was wrong, and where; with what to do, if that is the same everywhere.
    advice : str
        What to do on the command line and in Python, a sentence that names options.
    kind : str, optional
        What it is about.

    Attributes
    ----------
    fact : str
        As given: for who shows it elsewhere, with advice of their own.
    kind : str
        What it is about, in a word or two that programs can compare: ``memory``.
    """

    kind: str = "other"

    def __init__(self, fact: str = "", *, advice: str = "", kind: str | None = None) -> None:
        super().__init__(f"{fact} {advice}" if advice else fact)
        self.fact = fact
        if kind is not None:
            self.kind = kind


Fault = TypeVar("Fault", bound=DebcrError)


class UsageError(DebcrError):
    """The request itself is wrong: an unknown name, parameter, axis or option."""


class UntrustedCodeError(UsageError):
    """A model that only code which comes with it can run, and that code is not trusted.

    Parameters
    ----------
    reference : str
        The model, as the user named it.
    code : str
        What would run: ``TorchScript``, ``Net of network.py``.

    Attributes
    ----------
    danger : str
        What would run and what it could do, without how the command line is told to trust it.
    """

    kind = "untrusted"

    def __init__(self, reference: str, code: str) -> None:
        self.danger = (
            f"{reference} can only be run by code that comes with it ({code}), "
            "which could do anything on this computer."
        )
        super().__init__(
            self.danger,
            advice="If you trust where it comes from: --trust-code (in Python: trust_code=True).",
        )


class ReadError(DebcrError):
    """A file that cannot be read as an image, weights or a recipe."""


class WriteError(DebcrError):
    """An output that cannot be written."""


class WrongFileError(UsageError, ReadError):
    """A file was named that is not there, or is something else than what was asked for."""


class WrongOutputError(UsageError, WriteError):
    """An output was named in a folder that is not there, or of a format that cannot hold it."""


class ImageError(DebcrError):
    """An image whose content cannot be processed as asked."""


class PluginError(DebcrError):
    """A plugin that does not load or offers what is no component."""


class Cancelled(DebcrError):  # noqa: N818
    """Raised from a progress callback to stop the work; nothing is left behind."""


class DebcrDeprecationWarning(DeprecationWarning):
    """A name or parameter of the public contract that will go, two minor versions from now.

    It says what to use instead, to the authors of plugins: Python shows it in tests, not to users.
    """


class DebcrWarning(UserWarning):
    """Something the user should know although the work goes on: a value with a sentence.

    Parameters
    ----------
    sentence : str
        What to know; with what to do, if that is the same everywhere.
    kind : str, optional
        What it is about.
    advice : str
        What to do on the command line and in Python, a sentence that names options.

    Attributes
    ----------
    fact : str
        The sentence without that advice: for who shows it elsewhere, with advice of their own.
    advice : str
        As given.
    kind : str
        What it is about, in a word or two that programs can compare: ``pixel-size``.
    """

    kind: str = "other"

    def __init__(self, sentence: str = "", kind: str | None = None, *, advice: str = "") -> None:
        super().__init__(f"{sentence} {advice}" if advice else sentence)
        self.fact, self.advice = sentence, advice
        if kind is not None:
            self.kind = kind


def nearest(word: str, known: Iterable[str]) -> str:
    """Return a sentence that proposes the nearest valid name, whatever its case, or lists them all.

    Examples
    --------
    >>> nearest("percentil", ["percentile", "min-max"])
    'Did you mean "percentile"? Known: min-max, percentile.'
    >>> nearest("gfp", ["DAPI", "GFP"])
    'Did you mean "GFP"? Known: DAPI, GFP.'
    """
    names = sorted(set(known))
    listed = f"Known: {', '.join(names)}." if names else "There are none."
    by_folded = {name.casefold(): name for name in names}
    close = get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.5)
    return f'Did you mean "{by_folded[close[0]]}"? {listed}' if close else listed


def reworded(error: Fault, words: Callable[[str], str]) -> Fault:
    """Return an error of the same class and kind whose fact is said in other words.

    Parameters
    ----------
    error : DebcrError
        Of any class, whatever that takes to be made.
    words : callable
        Returns the other words; the advice, if there is one, comes after them.

    Examples
    --------
    >>> reworded(UsageError("It is too small.", advice="Take less."), "a.tif: {}".format)
    UsageError('a.tif: It is too small. Take less.')
    """
    fact = words(error.fact)
    made = error.__class__.__new__(error.__class__, fact + str(error)[len(error.fact) :])
    vars(made).update({**vars(error), "fact": fact})
    return made


def said(error: BaseException) -> str:
    r"""Return the words of a library's error, in one line and not endless.

    Examples
    --------
    >>> said(ValueError("wrong\n  shape"))
    'wrong shape'
    """
    return " ".join(str(error).split())[:LONGEST_WORDS]


def sentence_of(error: BaseException) -> str:
    """Return an error of a plugin's code as a sentence: ours as it is, others with their class.

    Examples
    --------
    >>> sentence_of(ZeroDivisionError("division by zero"))
    'ZeroDivisionError: division by zero.'
    """
    if isinstance(error, DebcrError):
        return str(error)
    text = said(error)
    return f"{type(error).__name__}: {text}." if text else f"{type(error).__name__}."
