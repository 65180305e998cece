"""Reading and writing beside the computing: in order, bounded, and nothing is left running."""

from __future__ import annotations

import threading
import time

import pytest

from debcr_core.errors import DebcrError
from debcr_core.flow.ahead import ahead, behind
from debcr_core.notices import listening, say
from debcr_core.stopping import Stop, check_heeded, heeding


def beside():
    """Return the threads that read or write beside others."""
    return [each for each in threading.enumerate() if each.name.startswith("beside")]


def until(condition):
    """Wait until something is so, for seconds at most."""
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_results_come_in_order_from_one_other_thread():
    results = list(ahead(lambda item: (item, threading.get_ident()), range(20), most=3))
    assert [item for item, _ in results] == list(range(20))
    threads = {thread for _, thread in results}
    assert len(threads) == 1
    assert threading.get_ident() not in threads


def test_the_next_is_worked_on_while_one_is_used_and_no_more_than_that():
    begun = []
    results = ahead(begun.append, range(10), most=2)
    for number in range(8):
        next(results)
        until(lambda: len(begun) == number + 3)  # noqa: B023
        time.sleep(0.005)
        assert begun == list(range(number + 3))
    results.close()


def test_nothing_goes_on_once_whoever_reads_has_ended():
    begun = []

    def slowly(item):
        begun.append(item)
        time.sleep(0.05)

    results = ahead(slowly, range(100), most=5)
    next(results)
    results.close()
    assert not beside()
    assert len(begun) < 6


def test_what_fails_is_raised_where_it_is_wanted():
    def work(item):
        if item == 2:
            raise DebcrError("The third is bad.")
        return item

    results = ahead(work, range(5))
    assert [next(results), next(results)] == [0, 1]
    with pytest.raises(DebcrError, match="The third is bad"):
        next(results)
    assert not beside()


def test_whoever_listens_hears_what_is_said_beside_and_a_stop_is_heeded_there():
    stop = Stop()
    with listening() as heard, heeding(stop):
        assert list(ahead(lambda item: say(f"Item {item}."), range(2))) == [None, None]
        with behind(say) as later:
            later("Written.")
        stop.request()
        with pytest.raises(DebcrError, match="Stopped"):
            list(ahead(lambda _: check_heeded(), range(2)))
    assert [str(each) for each in heard] == ["Item 0.", "Item 1.", "Written."]


def test_calls_are_carried_out_in_order_and_all_at_the_end_of_the_block():
    written = []

    def write(item):
        time.sleep(0.01)
        written.append(item)

    with behind(write) as later:
        for item in range(10):
            later(item)
    assert written == list(range(10))
    assert not beside()


def test_a_call_waits_where_too_many_are_not_done_yet():
    going, begun, made = threading.Event(), [], []

    def write(item):
        begun.append(item)
        going.wait(10)

    def make():
        with behind(write, most=2) as later:
            for item in range(5):
                later(item)
                made.append(item)

    maker = threading.Thread(target=make)
    maker.start()
    until(lambda: made == [0, 1])
    time.sleep(0.02)
    assert (begun, made) == ([0], [0, 1])
    going.set()
    maker.join(10)
    assert made == begun == list(range(5))


def test_a_writer_that_fails_ends_the_work_within_two_calls():
    def write(item):
        raise OSError(28, "No space left on device")

    made = []
    with pytest.raises(OSError, match="No space left"), behind(write) as later:
        for item in range(100):
            later(item)
            made.append(item)
    assert len(made) < 3
    assert not beside()


def test_a_last_call_that_fails_is_told_at_the_end_of_the_block():
    with pytest.raises(ZeroDivisionError), behind(lambda: 1 / 0) as later:
        later()


def test_where_the_block_fails_its_own_error_is_raised_and_what_was_not_begun_is_dropped():
    written = []

    def write(item):
        time.sleep(0.05)
        written.append(item)

    with pytest.raises(DebcrError, match="A tile failed"), behind(write, most=50) as later:
        for item in range(50):
            later(item)
        raise DebcrError("A tile failed.")
    assert written in ([], [0], [0, 1])
    assert not beside()
