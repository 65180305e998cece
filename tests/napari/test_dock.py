"""The widget comes and goes."""

from __future__ import annotations

import threading
import time
from functools import partial

import pytest

pytest.importorskip("napari")

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QDockWidget

pytestmark = pytest.mark.each_napari


def test_the_widget_opens_in_a_window_and_has_a_tab_for_each_thing_people_do(dock) -> None:
    titles = [dock.tabs.tabText(number) for number in range(dock.tabs.count())]
    assert titles == ["Restore", "Compare", "Batch", "Log"]


def begin_endless_work(dock) -> threading.Event:
    """Begin some work that goes on until it is stopped."""
    begun = threading.Event()

    def do(work) -> None:
        begun.set()
        while True:
            work.stop.check()
            time.sleep(0.01)

    dock.context.works().begin(do)
    assert begun.wait(5)
    return begun


def ours() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "DeBCR"]


def frame_of(dock) -> QDockWidget:
    frame = dock.parent()
    while not isinstance(frame, QDockWidget):
        frame = frame.parent()
    return frame


def test_work_ends_when_the_dock_is_closed(dock, viewer, qtbot) -> None:
    begin_endless_work(dock)
    viewer.window.remove_dock_widget(dock)
    qtbot.waitUntil(lambda: not ours(), timeout=2000)


def test_work_ends_when_the_docks_own_button_closes_it(dock, qtbot) -> None:
    begin_endless_work(dock)
    qtbot.mouseClick(frame_of(dock).title.close_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not ours(), timeout=2000)


def test_work_goes_on_while_the_dock_floats_returns_hides_and_shows(dock, qtbot) -> None:
    begin_endless_work(dock)
    frame = frame_of(dock)
    for do in (partial(frame.setFloating, True), partial(frame.setFloating, False)):
        do()
        qtbot.wait(100)
    qtbot.mouseClick(frame.title.hide_button, Qt.MouseButton.LeftButton)
    qtbot.wait(100)
    frame.show()
    qtbot.wait(100)
    assert ours()


def test_work_ends_when_the_window_is_closed(dock, viewer, qtbot) -> None:
    begin_endless_work(dock)
    viewer.window._qt_window.hide()
    qtbot.waitUntil(lambda: not ours(), timeout=2000)


def test_what_a_thread_tells_arrives_in_the_main_thread_in_order(dock, qtbot) -> None:
    heard = []

    def do(work) -> str:
        for number in range(100):
            work.tell(number)
        return "result"

    dock.context.works().begin(
        do,
        told=lambda number: heard.append((number, threading.current_thread())),
        done=lambda result: heard.append((result, threading.current_thread())),
        ended=lambda: heard.append(("ended", threading.current_thread())),
    )
    qtbot.waitUntil(lambda: len(heard) == 102, timeout=2000)
    assert [what for what, _ in heard] == [*range(100), "result", "ended"]
    assert {thread for _, thread in heard} == {threading.main_thread()}


def test_a_fault_of_a_thread_is_logged_and_notified(dock, qtbot) -> None:
    from napari.utils.notifications import notification_manager

    def do(work) -> None:
        raise ValueError("the lamp is off")

    dock.context.works().begin(do)
    qtbot.waitUntil(lambda: len(dock.context.log.entries) > 0, timeout=2000)
    entry = dock.context.log.entries[-1]
    assert entry.level == "error"
    assert "ValueError: the lamp is off" in entry.sentence
    assert "Traceback" in entry.details
    assert any(entry.sentence in str(told.message) for told in notification_manager.records)
