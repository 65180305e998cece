"""How far a batch is, and how it ended, in words."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from debcr_core.flow.progress import in_time
from napari_adapter.batch.queue import Item, Queue, State

SOON = 0.02
"""Share of the work from which on the time that is left can be said."""
ENDS: tuple[State, ...] = ("done", "failed", "skipped", "cancelled")


@dataclass(frozen=True)
class Clock:
    """How long a run of a queue takes.

    Attributes
    ----------
    queue : Queue
        What is restored.
    before : frozenset of Item
        Items that had ended before it.
    begun : float
        When.
    """

    queue: Queue
    before: frozenset[Item]
    begun: float = field(default_factory=time.monotonic)

    def share(self) -> float:
        """Return how much is done, from 0 to 1."""
        ours = [item.standing for item in self.queue.items if item not in self.before]
        done = sum(1.0 if standing.ended else standing.share for standing in ours)
        return done / max(len(ours), 1)

    def left(self) -> str:
        """Return how much time is left, in words; empty at first."""
        share = self.share()
        if share < SOON:
            return ""
        return f", about {in_time(self.seconds * (1 - share) / share)} left"

    @property
    def seconds(self) -> float:
        """How long it has gone on."""
        return time.monotonic() - self.begun


def listed(count: int, *, searching: bool) -> str:
    """Return how many images are in the list, and whether more are looked for.

    Examples
    --------
    >>> listed(200, searching=True), listed(1, searching=False)
    ('Looking for images: 200 so far…', '1 image in the list.')
    """
    if searching:
        return f"Looking for images: {count} so far…"
    return f"{count} image{'s' * (count != 1)} in the list."


def going_on(item: Item, clock: Clock) -> str:
    """Return which image is being restored, and how long the others take."""
    items = clock.queue.items
    ended = sum(each.standing.ended for each in items)
    number = min(ended + (not item.standing.ended), len(items))
    return f"Image {number} of {len(items)}: {item.name}{clock.left()}"


def summary(queue: Queue, seconds: float) -> str:
    """Return how many images ended how."""
    counts = [f"{count} {state}" for state in ENDS if (count := queue.count(state))]
    return f"{', '.join(counts) or 'Nothing was done'} in {in_time(seconds)}."


def first_failure(queue: Queue) -> str:
    """Return how many images could not be restored, and why the first could not; or nothing."""
    failed = [item for item in queue.items if item.standing.state == "failed"]
    if not failed:
        return ""
    first = failed[0]
    said = first.standing.sentence
    named = said if first.name in said else f"{first.name}: {said}"
    if len(queue.items) == 1:
        return f"The image could not be restored. {named}"
    return f"{len(failed)} of {len(queue.items)} images could not be restored. {named}"
