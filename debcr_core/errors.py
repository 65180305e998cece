"""What the user is told when something is wrong.

Every error that a user can cause is a `DebcrError`: one or more sentences that say what was
wrong, where, and what to do. The command line prints them without a traceback and ends with
status 1, or 2 where the command itself was wrong (`UsageError`).
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

REASONS = {
    "dict_type": "must hold keys with values",
    "list_type": "must be a list in square brackets",
    "model_type": "must hold keys with values",
    "string_too_long": "must have {max_length} characters or fewer",
    "string_too_short": "must have {min_length} characters or more",
    "string_type": "must be text",
    "too_short": "must not be empty",
    "tuple_type": "must be a list in square brackets",
}
"""What to say where pydantic's own words are for programmers."""


class DebcrError(Exception):
    """A fault that a sentence explains and the user can mend."""


class UsageError(DebcrError):
    """The request itself is wrong: an unknown name, parameter, axis or option."""


class ReadError(DebcrError):
    """A file that cannot be read as an image, weights or a recipe."""


class WriteError(DebcrError):
    """An output that cannot be written."""


class ImageError(DebcrError):
    """An image whose content cannot be processed as asked."""


class PluginError(DebcrError):
    """A plugin that does not load or offers what is no component."""


class Cancelled(DebcrError):  # noqa: N818
    """Raised from a progress callback to stop the work; nothing is left behind."""


class DebcrWarning(UserWarning):
    """Something the user should know although the work goes on: a value with a sentence.

    Parameters
    ----------
    sentence : str
        What to know, and what to do.

    Attributes
    ----------
    kind : str
        What it is about, in a word or two that programs can compare: ``pixel-size``.
    """

    kind: str = "other"

    def __init__(self, sentence: str = "", kind: str | None = None) -> None:
        super().__init__(sentence)
        if kind is not None:
            self.kind = kind


def nearest(word: str, known: Iterable[str]) -> str:
    """Return a sentence that proposes the nearest valid name, or lists them all.

    Examples
    --------
    >>> nearest("percentil", ["percentile", "min-max"])
    'Did you mean "percentile"? Known: min-max, percentile.'
    """
    names = sorted(set(known))
    listed = f"Known: {', '.join(names)}." if names else "There are none."
    close = get_close_matches(word, names, n=1, cutoff=0.5)
    return f'Did you mean "{close[0]}"? {listed}' if close else listed


def explain_validation(error: ValidationError, where: str, fields: Iterable[str]) -> str:
    """Turn a pydantic error into sentences that name the key and the nearest valid one.

    Parameters
    ----------
    error : pydantic.ValidationError
        What validating a component's parameters raised.
    where : str
        What was being read, such as ``normalizer "percentile"``.
    fields : iterable of str
        The valid keys.
    """
    known = list(fields)
    return " ".join(explain_fault(fault, where, known) for fault in error.errors())


def explain_fault(fault: ErrorDetails, where: str, fields: Iterable[str]) -> str:
    """Turn one fault of a pydantic error into a sentence.

    Parameters
    ----------
    fault : pydantic_core.ErrorDetails
        One of what ``ValidationError.errors()`` returns.
    where, fields
        As in `explain_validation`.
    """
    key = ".".join(str(part) for part in fault["loc"])
    subject = f'Parameter "{key}" of {where}' if key else where
    match fault["type"]:
        case "extra_forbidden":
            return f'{where} has no parameter "{key}". {nearest(key, fields)}'
        case "missing":
            return f'{where} needs the parameter "{key}".'
        case "union_tag_not_found":
            return f'{subject} needs the key "kind".'
        case "value_error":
            reason = ": " + fault["msg"].removeprefix("Value error, ")
        case kind if kind in REASONS:
            reason = " " + REASONS[kind].format(**fault.get("ctx", {}))
        case _:
            reason = " " + fault["msg"].replace("Input should be ", "must be ", 1)
    return f"{subject}{reason}; it is {fault['input']!r}."
