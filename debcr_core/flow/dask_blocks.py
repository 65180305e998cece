"""Blocks of an output made by workers of Dask: orders and numbers travel, pixels do not."""

from __future__ import annotations

import asyncio
import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from debcr_core.apart import Apart, call_apart
from debcr_core.errors import DebcrError, said
from debcr_core.files.unfinished import Unfinished
from debcr_core.flow.blockwise import Order
from debcr_core.flow.journal import Done
from debcr_core.flow.open_benches import close_benches, compute_block, opened_bench
from debcr_core.notices import listening, say
from debcr_core.stopping import Stop

if TYPE_CHECKING:
    from distributed import Client, Future

LOOK = 0.2
"""Seconds after which whoever waits looks for a stop, and for workers that came or went."""
PATIENCE = 30.0
"""Seconds in which workers must have ended what they do, when they are asked to."""
AHEAD = 3
"""Blocks that are submitted for each thread of a worker: it never waits, nor do millions."""
LISTED = 5
"""Workers that a sentence names."""


def blocks_by(client: Client, order: Order, numbers: Iterable[int], stop: Stop) -> Generator[Done]:
    """Have blocks made by a client's workers, and yield what they say of each as it is done.

    Parameters
    ----------
    client : distributed.Client
        Of the workers. Some may die, and others may come.
    order : Order
        Which output.
    numbers : iterable of int
        Which blocks.
    stop : Stop
        Ends the work inside a tile.

    Yields
    ------
    Done
        In the order in which they are done.

    Raises
    ------
    DebcrError
        If a worker cannot take part, or a block cannot be made. All that was begun has ended then.
    """
    waiting, pending, call = iter(numbers), set[Any](), uuid.uuid4().hex
    _await_workers(client, stop)
    try:
        _check_workers(client, call, order, stop)
        while True:
            most = AHEAD * max(1, sum(client.nthreads().values()))
            for number in islice(waiting, max(0, most - len(pending))):
                pending.add(client.submit(_make, call, order, number, pure=False))
            if not pending:
                return
            for future in _done(client, pending, stop):
                pending.remove(future)
                yield _outcome(future, order)
    finally:
        with suppress(OSError):
            client.cancel(list(pending), force=True)
        _end(client, call)


def _await_workers(client: Client, stop: Stop) -> None:
    """Wait for the first worker: a cluster's queue may take its time."""
    if client.nthreads():
        return
    say(f"No worker has come to {client.scheduler.address} yet: waiting.", kind="workers")
    while not client.nthreads():
        stop.check()
        time.sleep(LOOK)


def _check_workers(client: Client, call: str, order: Order, stop: Stop) -> None:
    """Have each worker open network and image, and refuse those that cannot.

    Raises
    ------
    DebcrError
        Naming them.
    """
    answers = call_apart(lambda: client.run(_refusal, call, order, on_error="return"), stop)
    # Who died meanwhile takes no part anyway.
    refusals = {
        address: _explained(answer)
        for address, answer in sorted(answers.items())
        if answer is not None and not isinstance(answer, OSError)
    }
    if not refusals:
        return
    named = "\n".join(f"  {address}: {why}" for address, why in [*refusals.items()][:LISTED])
    more = f"\n  and {len(refusals) - LISTED} more" if len(refusals) > LISTED else ""
    raise DebcrError(
        f"{len(refusals)} of {len(answers)} workers cannot take part:\n{named}{more}\n"
        "All machines need the same debcr-zoo and libraries, and the input, the model and the "
        "output's folder under the same names.",
        kind="workers",
    )


def _explained(answer: str | BaseException) -> str:
    if isinstance(answer, str):
        return answer
    return f"it does not understand what is asked of it ({type(answer).__name__}: {said(answer)})."


def _done(client: Client, pending: set[Future], stop: Stop) -> Iterable[Future]:
    """Wait for some of what is pending, for a moment at most."""
    from distributed import wait

    stop.check()
    # The client need not be the one that arrays of this process are computed by.
    with client.as_current(), suppress(TimeoutError):
        return wait(list(pending), timeout=LOOK, return_when="FIRST_COMPLETED").done  # type: ignore[no-any-return]
    return ()


def _outcome(future: Future, order: Order) -> Done:
    """Return what a worker says of a block it has made, or raise why it has not."""
    from distributed.scheduler import KilledWorker

    try:
        done: Done = future.result()
        return done
    except KilledWorker as error:
        raise DebcrError(
            f"A block of {order.output.name} has ended {error.allowed_failures + 1} workers: "
            "perhaps their memory ran out. Use smaller tiles (--tiler halo-grid memory=0.5), or "
            "fewer workers on a machine.",
            kind="workers",
        ) from None
    except CancelledError as error:
        raise DebcrError(
            f"The scheduler of Dask has dropped the work on {order.output.name}, or is gone "
            f"({said(error)}).",
            kind="workers",
        ) from None


def _end(client: Client, call: str) -> None:
    """Have the workers end what they do for a call, and wait until they have."""
    ending = Apart(lambda: client.run(_ended, call, on_error="ignore"))
    if ending.ended(within=PATIENCE):
        # The scheduler may be gone, and all workers with it.
        with suppress(OSError, CancelledError):
            ending.outcome()


# What follows runs in a worker.


@dataclass
class _AtWork:
    """What a worker does for one call of `blocks_by`.

    Attributes
    ----------
    stop : Stop
        Ends it.
    blocks : int
        How many blocks are under way.
    """

    stop: Stop = field(default_factory=Stop)
    blocks: int = 0


_calls: defaultdict[str, _AtWork] = defaultdict(_AtWork)
_counting = threading.Lock()


@contextmanager
def _at_work(call: str) -> Iterator[Stop]:
    with _counting:
        at_work = _calls[call]
        at_work.blocks += 1
    try:
        # Whoever called has heard already what is to be said of image and model.
        with listening():
            yield at_work.stop
    finally:
        with _counting:
            at_work.blocks -= 1


def _make(call: str, order: Order, number: int) -> Done:
    """Make a block."""
    with _at_work(call) as stop:
        return compute_block(order, number, stop=stop)


async def _refusal(call: str, order: Order) -> str | None:
    """Open network, image and output, and return why that cannot be; None where it can."""
    return await asyncio.to_thread(_open, call, order)


def _open(call: str, order: Order) -> str | None:
    if not Unfinished(order.output).begun:
        return f"it does not see {Unfinished(order.output).folder}."
    try:
        with _at_work(call) as stop, opened_bench(order, stop):
            return None
    except DebcrError as error:
        return str(error)
    except Exception as error:
        return f"{type(error).__name__}: {said(error)}"


async def _ended(call: str) -> None:
    """End what is done for a call, and give back what is open for it."""
    at_work = _calls[call]
    at_work.stop.request()
    while at_work.blocks:
        await asyncio.sleep(LOOK / 4)
    await asyncio.to_thread(close_benches)
