"""A library's call that does not end can be waited for, stopped, and left behind."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from contextvars import ContextVar

import pytest

from debcr_core.apart import PATIENCE, call_apart, left_behind
from debcr_core.errors import Cancelled
from debcr_core.stopping import Stop

name: ContextVar[str] = ContextVar("name", default="")


@pytest.fixture
def hold():
    """Return an event that a call waits for, set at the end of the test."""
    event = threading.Event()
    yield event
    event.set()


def stopped_in(seconds):
    stop = Stop()
    threading.Timer(seconds, stop.request).start()
    return stop


def test_what_the_call_returns_and_raises_comes_back():
    assert call_apart(lambda: 7, Stop()) == 7

    def fail():
        raise LookupError("gone")

    with pytest.raises(LookupError, match="gone"):
        call_apart(fail, Stop())


def test_the_call_sees_the_context_of_its_caller():
    name.set("ours")
    assert call_apart(name.get, Stop()) == "ours"


def test_what_was_stopped_before_is_not_called():
    stop, called = Stop(), []
    stop.request()
    with pytest.raises(Cancelled):
        call_apart(lambda: called.append(1), stop)
    assert called == []


def test_a_call_that_answers_an_interrupt_is_waited_for():
    asked, ended = threading.Event(), threading.Event()

    def work():
        asked.wait()
        time.sleep(0.1)
        ended.set()

    with suppress(Cancelled):  # or it may just have ended
        call_apart(work, stopped_in(0.05), interrupt=asked.set)
    assert ended.is_set()


def test_a_call_that_fails_in_its_own_words_when_it_is_interrupted_was_cancelled(hold):
    def fail():
        hold.wait()
        raise RuntimeError("terminated by the user")

    with pytest.raises(Cancelled):
        call_apart(fail, stopped_in(0.05), interrupt=hold.set)


def test_a_call_that_does_not_answer_is_left_behind(hold):
    start = time.monotonic()
    with pytest.raises(Cancelled):
        call_apart(hold.wait, stopped_in(0.05))
    assert PATIENCE <= time.monotonic() - start < 5
    assert left_behind()
