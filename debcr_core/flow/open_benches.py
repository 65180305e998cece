"""Blocks of orders, made in this process: network, image and output are opened once for many."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from debcr_core.flow.blockwise import Bench, Order, open_bench
from debcr_core.flow.journal import Done
from debcr_core.stopping import Stop


def compute_block(order: Order, number: int, *, stop: Stop | None = None) -> Done:
    """Make a block of an order, and write it.

    Several threads may call it at once, for different blocks.

    Parameters
    ----------
    order : Order
        Which output.
    number : int
        Which block.
    stop : Stop, optional
        Ends it.

    Returns
    -------
    Done
        For the journal of who asked.

    Raises
    ------
    DebcrError
        If model, input or machine are not those with which the output was begun, or a pixel
        cannot be restored.
    """
    with opened_bench(order, stop or Stop()) as bench:
        return bench.compute(number, stop=stop)


@dataclass
class _Open:
    """A bench that is open, what closes it, and how many threads are at work on it."""

    bench: Bench
    closing: ExitStack
    users: int = 0


_open: dict[str, _Open] = {}
_changing = threading.Lock()


@contextmanager
def opened_bench(order: Order, stop: Stop) -> Iterator[Bench]:
    """Give the bench of an order, which stays open until another one is wanted, or `close_benches`.

    Parameters
    ----------
    order : Order
        Which output.
    stop : Stop
        Ends the opening.

    Raises
    ------
    DebcrError
        As `open_bench`.
    """
    with _changing:
        if order.run not in _open:
            _close_idle()
            with ExitStack() as opened:
                bench = open_bench(order, opened, stop)
                _open[order.run] = _Open(bench, opened.pop_all())
        held = _open[order.run]
        held.users += 1
    try:
        yield held.bench
    finally:
        with _changing:
            held.users -= 1


def close_benches() -> None:
    """Give back the networks and outputs that no thread is at work with."""
    with _changing:
        _close_idle()


def _close_idle() -> None:
    for run in [run for run, held in _open.items() if not held.users]:
        _open.pop(run).closing.close()
