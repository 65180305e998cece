"""Look at the events of a YAML text before anything is built from them.

Aliases let a few hundred bytes expand to gigabytes, tags name code to run, and deep nesting
exhausts the stack of whatever walks the result.
"""

from __future__ import annotations

import yaml

from debcr_core.errors import ReadError

MAX_DEPTH = 20
MAX_EVENTS = 20_000
"""An RDF with all its fields has some hundreds; more only cost time."""


def refuse_traps(text: str, source: str) -> None:
    """Refuse what plain data do not need: the parser gives events one by one, nothing is kept.

    Parameters
    ----------
    text : str
        The document.
    source : str
        What to call it in errors.

    Raises
    ------
    ReadError
        If the text holds anchors, aliases, tags, merge keys, several documents, or is nested too
        deeply or too long.
    yaml.YAMLError
        If it is no YAML.
    """
    depth = documents = 0
    for count, event in enumerate(yaml.parse(text, Loader=yaml.CSafeLoader)):
        documents += isinstance(event, yaml.DocumentStartEvent)
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        fault = _fault(event) or _excess(count, depth, documents)
        if fault:
            raise ReadError(f"{source}, line {event.start_mark.line + 1}: {fault}")


def _fault(event: yaml.Event) -> str:
    """Return what is wrong with an event by itself; empty if nothing."""
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
        return "anchors and aliases (& and *) are refused. Write it out."
    if getattr(event, "tag", None) is not None:
        return "tags (!…) are refused. Remove it."
    if isinstance(event, yaml.ScalarEvent) and event.value == "<<" and event.implicit[0]:
        return "merge keys (<<) are refused. Write it out."
    return ""


def _excess(count: int, depth: int, documents: int) -> str:
    """Return of what there is too much; empty if nothing."""
    if depth > MAX_DEPTH:
        return f"it is nested more than {MAX_DEPTH} levels deep."
    if count > MAX_EVENTS:
        return f"it has more than {MAX_EVENTS:,} parts, too many for a file written by people."
    if documents > 1:
        return "a second document (---) starts here. Keep one."
    return ""
