"""What was told can be read again, copied and cleared."""

from __future__ import annotations

import time

import pytest

pytest.importorskip("napari")

from qtpy.compat import isalive
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QApplication

from debcr_core.errors import UntrustedCodeError
from napari_adapter.log.log import LONGEST, Log
from napari_adapter.log.tab import LogTab


@pytest.fixture
def log(monkeypatch) -> Log:
    for shown in ("show_warning", "show_error"):
        monkeypatch.setattr(f"napari.utils.notifications.{shown}", lambda sentence: None)
    return Log()


@pytest.fixture
def tab(log, qtbot) -> LogTab:
    made = LogTab(log)
    qtbot.addWidget(made)
    made.resize(350, 600)
    made.show()
    return made


def sentences(tab: LogTab) -> list[str]:
    return [entry.sentence for entry in tab.list.listed()]


def tell(log: Log) -> None:
    log.info("Restored noisy.")
    log.warning("The pixel size is doubtful.")
    log.error("The disk is full.")


def failed() -> ValueError:
    """Return an error of the program that was raised."""
    try:
        raise ValueError("the lamp is off")
    except ValueError as error:
        return error


def click(qtbot, button) -> None:
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_what_is_told_is_listed_with_time_and_level_in_order(log, tab) -> None:
    tell(log)
    assert sentences(tab) == [
        "Restored noisy.",
        "The pixel size is doubtful.",
        "The disk is full.",
    ]
    assert tab.list.item(1).text().endswith("warning\nThe pixel size is doubtful.")
    assert f"{log.entries[1].time:%H:%M:%S}" in tab.list.item(1).text()
    assert not tab.list.item(1).icon().isNull()


def test_what_was_told_before_the_tab_was_opened_is_listed(log, qtbot) -> None:
    tell(log)
    made = LogTab(log)
    qtbot.addWidget(made)
    assert len(sentences(made)) == 3


@pytest.mark.parametrize(("place", "count"), [(0, 3), (1, 2), (2, 1)])
def test_the_levels_that_are_listed_can_be_chosen(place, count, log, tab) -> None:
    tell(log)
    tab.filter.setCurrentIndex(place)
    assert len(sentences(tab)) == count
    tell(log)
    assert len(sentences(tab)) == 2 * count


def test_copy_takes_all_that_is_listed(log, tab, qtbot) -> None:
    tell(log)
    tab.filter.setCurrentText("Errors")
    click(qtbot, tab.copy)
    assert QApplication.clipboard().text() == str(log.entries[2])


@pytest.mark.each_napari
def test_copy_takes_what_is_selected_by_the_keyboard_with_its_details(log, tab, qtbot) -> None:
    tell(log)
    log.error(failed())
    tab.list.setFocus()
    tab.list.setCurrentRow(0)
    qtbot.keyClick(tab.list, Qt.Key.Key_End)
    qtbot.keyClick(tab.list, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    copied = QApplication.clipboard().text()
    assert copied == str(log.entries[3])
    assert "Traceback" in copied


def test_clear_empties_the_log(log, tab, qtbot) -> None:
    tell(log)
    click(qtbot, tab.clear)
    assert sentences(tab) == []
    assert not log.entries
    tell(log)
    assert len(sentences(tab)) == 3


def test_a_fault_of_the_program_has_details_and_says_how_to_report_it(log, tab, qtbot) -> None:
    tell(log)
    log.error(failed())
    tab.list.setCurrentRow(2)
    assert not tab.details.isVisible()
    tab.list.setCurrentRow(3)
    assert tab.details.isVisible()
    assert not tab.details.content.isVisible()
    click(qtbot, tab.details.button)
    assert tab.details.content.isVisible()
    assert "ValueError: the lamp is off" in tab.details_text.toPlainText()
    assert "fault of the program" in tab.advice.text()


def test_a_long_sentence_is_broken_into_lines_that_fit(log, tab, qtbot) -> None:
    log.info("short")
    log.info("many words that do not fit on one line of a tab that is so narrow " * 3)
    short, long = (tab.list.item(row).sizeHint() for row in (0, 1))
    assert long.height() > 2 * short.height()
    tab.resize(900, 600)
    QApplication.processEvents()
    assert tab.list.item(1).sizeHint().height() < long.height()
    assert tab.list.horizontalScrollBar().maximum() == 0


def test_a_flood_keeps_the_newest_thousand_and_the_viewer_awake(log, tab) -> None:
    for number in range(LONGEST):
        log.info(f"number {number} of sentences that are so long that they must be broken")
    begun = time.perf_counter()
    for number in range(20):
        log.info(f"late {number}")
        QApplication.processEvents()
    assert time.perf_counter() - begun < 20 * 0.25
    assert len(sentences(tab)) == len(log.entries) == LONGEST
    assert sentences(tab) == [entry.sentence for entry in log.entries]


def test_the_list_follows_what_is_told_unless_something_earlier_is_read(log, tab) -> None:
    bar = tab.list.verticalScrollBar()
    for number in range(100):
        log.info(f"number {number}")
    QApplication.processEvents()
    assert bar.value() == bar.maximum()
    bar.setValue(3)
    log.info("late")
    QApplication.processEvents()
    assert bar.value() == 3


def test_everything_is_reached_by_the_tabulator(log, tab, qtbot) -> None:
    log.error(failed())
    tab.list.setCurrentRow(0)
    tab.details.unfold()
    wanted = [tab.filter, tab.list, tab.details.button, tab.details_text, tab.copy, tab.clear]
    reached, widget = [], tab.filter
    for _ in range(50):
        if widget.isVisible() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            reached.append(widget)
        widget = widget.nextInFocusChain()
    assert reached[: len(wanted)] == wanted
    assert all(each.accessibleName() or each.text() for each in wanted)


def test_the_log_goes_on_where_the_tab_is_gone(log, qtbot) -> None:
    made = LogTab(log)
    made.deleteLater()
    qtbot.waitUntil(lambda: not isalive(made), timeout=2000)
    tell(log)
    assert len(log.entries) == 3


def test_copying_nothing_leaves_the_clipboard_as_it_is(tab, qtbot) -> None:
    QApplication.clipboard().setText("kept")
    qtbot.mouseClick(tab.copy, Qt.MouseButton.LeftButton)
    assert QApplication.clipboard().text() == "kept"


def test_errors_name_what_is_in_the_viewer_and_no_options_of_a_command(log, tab) -> None:
    log.error(UntrustedCodeError("net.zip", "TorchScript"))
    (told,) = sentences(tab)
    assert told.endswith("If you trust where it comes from, tick that its code may run.")
