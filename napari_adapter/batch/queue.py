"""What is to be restored, in order, and how far each is."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from debcr_core.components import Part
from napari_adapter.batch.file_names import file_name_of

if TYPE_CHECKING:
    from napari.layers import Layer

State = Literal["waiting", "working", "done", "failed", "skipped", "cancelled"]


@dataclass(frozen=True)
class Standing:
    """How far an item is.

    Attributes
    ----------
    state : {"waiting", "working", "done", "failed", "skipped", "cancelled"}
        In a word.
    sentence : str
        Why it failed or was left out.
    share : float
        How much of it is done, from 0 to 1.
    output : Path or None
        Where it goes.
    seconds : float
        How long it took.
    warnings : tuple of str
        What was said meanwhile.
    fault : Exception or None
        What it failed of, where that is a fault of the program or a plugin.
    """

    state: State = "waiting"
    sentence: str = ""
    share: float = 0.0
    output: Path | None = None
    seconds: float = 0.0
    warnings: tuple[str, ...] = ()
    fault: Exception | None = None

    @property
    def ended(self) -> bool:
        """Whether no more will be done."""
        return self.state not in ("waiting", "working")


@dataclass(eq=False)
class Item:
    """An image that is to be restored.

    Attributes
    ----------
    source : Part or napari.layers.Layer
        An image in a file, or a layer.
    standing : Standing
        How far it is.
    """

    source: Part | Layer
    standing: Standing = field(default_factory=Standing)

    @property
    def name(self) -> str:
        """What the user knows it by."""
        if not isinstance(self.source, Part):
            return str(self.source.name)
        return "/".join(filter(None, (self.source.whole.name, self.source.name)))

    @property
    def place(self) -> str:
        """Where it is."""
        return str(self.source.place) if isinstance(self.source, Part) else f"layer {self.name}"

    @property
    def part(self) -> Part:
        """The image in a file; of a layer, as if it lay in a file of its name."""
        if isinstance(self.source, Part):
            return self.source
        path = Path(file_name_of(self.source.name))
        return Part(path, None, path)


class Queue:
    """Images in the order in which they are restored; changed while that goes on.

    Attributes
    ----------
    items : list of Item
        All of them, for the main thread.
    """

    def __init__(self) -> None:
        self.items: list[Item] = []
        self._known: set[object] = set()
        self._lock = threading.Lock()

    def new(self, sources: Iterable[Part | Layer]) -> list[Item]:
        """Return items for those sources that are not in it yet."""
        fresh = {_key(source): source for source in sources}
        return [Item(source) for key, source in fresh.items() if key not in self._known]

    def extend(self, items: Sequence[Item]) -> None:
        """Put items at the end."""
        with self._lock:
            self.items.extend(items)
        self._known.update(_key(item.source) for item in items)

    def remove(self, items: Iterable[Item]) -> None:
        """Take items out, but for what is being worked on."""
        with self._lock:
            out = {item for item in items if item.standing.state != "working"}
            self.items[:] = [item for item in self.items if item not in out]
        self._known -= {_key(item.source) for item in out}

    def waiting(self) -> list[Item]:
        """Return what is to be done; for any thread."""
        with self._lock:
            return [item for item in self.items if item.standing.state == "waiting"]

    def begin(self, item: Item) -> bool:
        """Begin with an item, and say whether it is still to be done; for any thread."""
        with self._lock:
            still = item in self.items and item.standing.state == "waiting"
            if still:
                item.standing = Standing("working")
            return still

    def renew(self) -> None:
        """Have what is not done wait again; everything, where all is done."""
        undone = [item for item in self.items if item.standing.state != "done"]
        for item in undone or self.items:
            item.standing = Standing()

    def cancel(self) -> None:
        """Mark what has not ended as cancelled."""
        for item in self.items:
            if not item.standing.ended:
                begun = item.standing.state == "working"
                sentence = "Stopped." if begun else "Not begun."
                item.standing = Standing("cancelled", sentence, output=item.standing.output)

    def count(self, state: State) -> int:
        """Return how many items are in a state."""
        return sum(item.standing.state == state for item in self.items)


def _key(source: Part | Layer) -> object:
    return (source.whole, source.name) if isinstance(source, Part) else id(source)
