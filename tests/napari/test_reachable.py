"""Everything in the widget is reached by the keyboard, named and explained."""

from __future__ import annotations

from itertools import pairwise

import pytest

pytest.importorskip("napari")

from qtpy.QtCore import QPoint, QRect, Qt
from qtpy.QtWidgets import QAbstractButton, QComboBox, QLabel, QScrollArea, QTabBar, QWidget

from napari_adapter.fold import Fold
from napari_adapter.forms.component_chooser import ComponentChooser

TABS = ("restore", "compare", "batch", "log")
SEEN_BY_THE_SAME_NAME = (QAbstractButton, QLabel)
"""What says the text that is on it."""


@pytest.fixture
def tab(dock, qtbot, request) -> QWidget:
    """Return a tab with all its parts unfolded and the form of each kind of component."""
    shown = getattr(dock, request.param)
    dock.tabs.setCurrentWidget(shown)
    for chooser in shown.findChildren(ComponentChooser):
        chooser.combo.setCurrentIndex(1)
    for fold in shown.findChildren(Fold):
        fold.unfold()
    qtbot.wait(100)
    return shown


def reached_by_tab(shown: QWidget) -> list[QWidget]:
    """Return what the Tab key leads to, in its order."""
    found, one = [], shown.nextInFocusChain()
    while one is not shown:
        reached = one.focusPolicy() & Qt.FocusPolicy.TabFocus == Qt.FocusPolicy.TabFocus
        # An editor in a box is reached as the box.
        if reached and one.focusProxy() is None and shown.isAncestorOf(one):
            found += [one] * (one.isVisibleTo(shown) and one.isEnabled())
        one = one.nextInFocusChain()
    return found


def place_of(one: QWidget, shown: QWidget) -> QRect:
    return QRect(one.mapTo(shown, QPoint(0, 0)), one.size())


def area_of(one: QWidget, shown: QWidget) -> QWidget | None:
    """Return what scrolls with a widget in it, if anything does."""
    areas = shown.findChildren(QScrollArea)
    return next((area for area in areas if area.isAncestorOf(one)), None)


def is_read_before(one: QWidget, other: QWidget, shown: QWidget) -> bool:
    area, next_area = area_of(one, shown), area_of(other, shown)
    if area is not next_area:
        # What is scrolled out of sight lies elsewhere than its area.
        one, other = area or one, next_area or other
    above, below = place_of(one, shown), place_of(other, shown)
    if above.top() <= below.center().y() <= above.bottom():
        return below.left() >= above.left()
    return below.top() > above.top()


def in_words(one: QWidget) -> str:
    return f"{type(one).__name__} {one.accessibleName()!r} of {type(one.parent()).__name__}"


@pytest.mark.parametrize("tab", TABS, indirect=True)
def test_everything_that_takes_the_keyboard_has_a_name_and_a_tip(tab) -> None:
    reached = reached_by_tab(tab)
    assert reached
    for one in reached:
        text = one.text() if isinstance(one, SEEN_BY_THE_SAME_NAME) else ""
        assert one.accessibleName() or text, in_words(one)
        assert one.toolTip(), in_words(one)


@pytest.mark.parametrize("tab", TABS, indirect=True)
def test_the_tab_key_goes_through_a_tab_as_it_is_read(tab) -> None:
    for one, other in pairwise(reached_by_tab(tab)):
        assert is_read_before(one, other, tab), f"{in_words(one)}, then {in_words(other)}"


@pytest.mark.parametrize("tab", TABS, indirect=True)
def test_at_350_pixels_nothing_is_cut_off(tab, dock, qtbot) -> None:
    dock.setParent(None)
    dock.resize(350, 600)
    dock.show()
    qtbot.wait(100)
    assert dock.width() == 350
    for area in tab.findChildren(QScrollArea):
        assert area.widget().width() <= area.viewport().width()
        assert area.horizontalScrollBar().maximum() == 0


def test_the_list_of_tabs_says_what_each_is_for(dock) -> None:
    (bar,) = dock.tabs.findChildren(QTabBar)
    assert bar.accessibleName()
    assert all(dock.tabs.tabToolTip(number) for number in range(dock.tabs.count()))


def test_boxes_to_choose_from_are_no_wider_than_their_place(dock) -> None:
    for box in dock.findChildren(QComboBox):
        assert box.minimumSizeHint().width() < 300, in_words(box)
