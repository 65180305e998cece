"""Reading and writing that go on while something else is computed: each in a thread beside it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from typing import Any, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def ahead(
    work: Callable[[Item], Result], items: Iterable[Item], most: int = 1
) -> Generator[Result]:
    """Yield ``work(item)`` for each item, in their order, while the next are worked on.

    Parameters
    ----------
    work : callable
        Called in a thread beside this one, with the context variables of this one (listeners, the
        stop that is heeded), for one item at a time.
    items : iterable
        What to work on; taken in this thread.
    most : int
        How many results may be there, or be worked on, before they are wanted.

    Yields
    ------
    object
        The results. What `work` raises is raised where its result is wanted. Nothing goes on once
        the generator is closed.
    """
    with _beside() as submit:
        begun: deque[Future[Result]] = deque()
        for item in items:
            begun.append(submit(work, item))
            if len(begun) > most:
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()


@contextmanager
def behind(work: Callable[..., object], most: int = 1) -> Iterator[Callable[..., None]]:
    """Have calls carried out one after the other, while whoever makes them goes on.

    Parameters
    ----------
    work : callable
        Called in a thread beside this one, with the context variables of this one.
    most : int
        How many calls may be waiting or under way: one more is waited for.

    Yields
    ------
    callable
        Takes the arguments of a call. All calls are done when the block has ended well; where it
        raises, those that were not begun are dropped.

    Raises
    ------
    Exception
        What `work` raised, in the next call or at the end of the block.
    """
    with _beside() as submit:
        begun: deque[Future[object]] = deque()

        def later(*arguments: Any) -> None:
            while len(begun) >= most:
                begun.popleft().result()
            begun.append(submit(work, *arguments))

        yield later
        while begun:
            begun.popleft().result()


@contextmanager
def _beside() -> Iterator[Callable[..., Future[Any]]]:
    """Give a function that submits calls to a thread, which has ended when the block has."""
    context = copy_context()
    thread = ThreadPoolExecutor(1, thread_name_prefix="beside")
    try:
        yield lambda work, *arguments: thread.submit(context.run, work, *arguments)
    finally:
        thread.shutdown(cancel_futures=True)
