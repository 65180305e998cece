"""Look at the events of a YAML text before anything is built from them.

Aliases let a few hundred bytes expand to gigabytes, tags name code to run, and deep nesting
exhausts the stack of whatever walks the result. So each alias counts as what it stands for.
"""

from __future__ import annotations

from dataclasses import dataclass

import yaml

from debcr_core.errors import ReadError

MAX_DEPTH = 20
MAX_EVENTS = 20_000
"""An RDF with all its fields has some hundreds; more only cost time."""
MAX_WRITTEN_OUT = 1_000_000
"""Characters of all values, where each alias counts as what it stands for."""


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
        If the text holds tags, merge keys or several documents, an alias within what it stands
        for, or if it is nested too deeply or too long once its aliases are written out.
    yaml.YAMLError
        If it is no YAML.
    """
    documents, size = 0, _Size()
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        documents += isinstance(event, yaml.DocumentStartEvent)
        fault = _fault(event) or size.count(event) or _excess(size, documents)
        if fault:
            raise ReadError(f"{source}, line {event.start_mark.line + 1}: {fault}")


def _fault(event: yaml.Event) -> str:
    """Return what is wrong with an event by itself; empty if nothing."""
    if getattr(event, "tag", None) is not None:
        return "tags (!…) are refused. Remove it."
    if isinstance(event, yaml.ScalarEvent) and event.value == "<<" and event.implicit[0]:
        return "merge keys (<<) are refused. Write it out."
    return ""


def _excess(size: _Size, documents: int) -> str:
    """Return of what there is too much; empty if nothing."""
    if size.deepest > MAX_DEPTH:
        return f"it is nested more than {MAX_DEPTH} levels deep."
    if size.events > MAX_EVENTS:
        return f"it has more than {MAX_EVENTS:,} parts, too many for a file written by people."
    if size.characters > MAX_WRITTEN_OUT:
        return "its aliases (*) stand for more than a file written by people holds."
    if documents > 1:
        return "a second document (---) starts here. Keep one."
    return ""


@dataclass(frozen=True)
class _Anchored:
    """How much an anchor's value is: its events, its characters and its levels."""

    events: int
    characters: int
    levels: int


@dataclass
class _Open:
    """A list or mapping that has begun: what stood before it, and its deepest level so far."""

    anchor: str | None
    events: int
    characters: int
    deepest: int


class _Size:
    """How much a text is when each alias is written out; nothing is written out for that."""

    def __init__(self) -> None:
        self.events = self.characters = self.deepest = 0
        self._open: list[_Open] = []
        self._anchored: dict[str, _Anchored] = {}

    def count(self, event: yaml.Event) -> str:
        """Count an event in; return what is wrong with an alias, empty if nothing."""
        if isinstance(event, yaml.AliasEvent):
            return self._count_alias(event.anchor)
        self.events += 1
        if isinstance(event, yaml.ScalarEvent):
            self.characters += len(event.value)
            if event.anchor is not None:
                self._anchored[event.anchor] = _Anchored(1, len(event.value), 0)
        elif isinstance(event, yaml.CollectionStartEvent):
            depth = len(self._open) + 1
            before = _Open(event.anchor, self.events - 1, self.characters, depth)
            self._open.append(before)
            self.deepest = max(self.deepest, depth)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._close(self._open.pop())
        return ""

    def _count_alias(self, anchor: str) -> str:
        known = self._anchored.get(anchor)
        if known is None:
            # Of what has not ended yet, too: nothing is finite that holds itself.
            return f"the alias *{anchor[:40]} stands for nothing that ends before it."
        self.events += known.events
        self.characters += known.characters
        self._reach(len(self._open) + known.levels)
        return ""

    def _close(self, closed: _Open) -> None:
        self._reach(closed.deepest)
        if closed.anchor is not None:
            self._anchored[closed.anchor] = _Anchored(
                self.events - closed.events,
                self.characters - closed.characters,
                closed.deepest - len(self._open),
            )

    def _reach(self, depth: int) -> None:
        self.deepest = max(self.deepest, depth)
        if self._open:
            self._open[-1].deepest = max(self._open[-1].deepest, depth)
