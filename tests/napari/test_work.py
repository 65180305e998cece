"""Work in the background lets the thread that draws go first."""

from __future__ import annotations

import os
import sys
import threading

import pytest

pytest.importorskip("napari")

from debcr_core.apart import call_apart
from napari_adapter.work import Works


def priority() -> int:
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has priorities of threads")
def test_work_and_what_it_begins_gives_way_to_the_thread_that_draws(qtbot) -> None:
    works, found = Works(), []
    before = priority()
    works.begin(
        lambda work: (priority(), call_apart(priority, work.stop)),
        done=found.append,
    )
    qtbot.waitUntil(lambda: bool(found), timeout=5000)
    works.close()
    (mine, begun) = found[0]
    assert before == priority()
    assert mine == begun > before
