"""Two layers are compared in the window, and the window is as before afterwards."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("napari")

from on_canvas import camera_of, canvas_of, drag, grid_of, on_screen
from qtpy.QtCore import QEvent, QPointF, Qt
from qtpy.QtGui import QMouseEvent
from qtpy.QtWidgets import QApplication

DARK, BRIGHT = 0, 255


@pytest.fixture
def tab(dock, qtbot):
    """Return the tab, in front."""
    dock.tabs.setCurrentWidget(dock.compare)
    qtbot.waitUntil(dock.compare.isVisible)
    return dock.compare


@pytest.fixture
def pair(viewer):
    """Return a dark layer before and a bright one after, whose sides are 64 µm."""
    size = {"scale": (0.5, 0.5), "contrast_limits": (0, 255)}
    before = viewer.add_image(np.full((128, 128), DARK, np.uint8), name="noisy", **size)
    after = viewer.add_image(
        np.full((128, 128), BRIGHT, np.uint8),
        name="restored",
        metadata={"debcr": {"input": "noisy"}},
        **size,
    )
    return before, after


def seen(viewer, y, x) -> int:
    """Return how bright a point of the world is drawn."""
    picture = viewer.screenshot(canvas_only=True, flash=False)
    point = on_screen(viewer, y, x)
    ratio = picture.shape[1] / canvas_of(viewer).width()
    return int(picture[int(point.y() * ratio), int(point.x() * ratio), 0])


def state(viewer) -> list:
    """Return what the user would see changed."""
    grid, camera = grid_of(viewer), camera_of(viewer)
    return [
        [
            (
                layer.name,
                layer.visible,
                layer.opacity,
                layer.blending,
                tuple(layer.translate),
                tuple(layer.contrast_limits),
                layer.data.tobytes(),
            )
            for layer in viewer.layers
        ],
        (grid.enabled, grid.stride, grid.shape),
        (camera.mouse_pan, tuple(camera.center), camera.zoom),
        list(viewer.mouse_drag_callbacks),
        list(viewer.mouse_move_callbacks),
    ]


def test_a_result_and_its_input_are_chosen_of_themselves(tab, pair) -> None:
    assert tab.chooser.boxes["before"].currentText() == "noisy"
    assert tab.chooser.boxes["after"].currentText() == "restored"
    assert tab.chooser.boxes["truth"].currentText() == "(none)"


def test_the_choice_follows_layers_that_are_renamed_added_and_deleted(tab, pair, viewer) -> None:
    before, _ = pair
    before.name = "raw"
    assert tab.chooser.boxes["before"].currentText() == "raw"
    viewer.add_labels(np.zeros((8, 8), int), name="cells")
    viewer.add_points(np.zeros((1, 2)), name="spots")
    truth = viewer.add_image(np.zeros((8, 8)), name="truth")
    names = [tab.chooser.boxes["truth"].itemText(n) for n in range(4)]
    assert names == ["(none)", "raw", "restored", "truth"]
    tab.chooser.boxes["truth"].setCurrentIndex(3)
    assert tab.chosen.layer("truth") is truth
    viewer.layers.remove(before)
    assert tab.chooser.boxes["before"].currentText() == "(none)"
    assert tab.chosen.layer("truth") is truth


@pytest.mark.each_napari
def test_the_wipe_shows_before_left_and_after_right_of_its_line(tab, pair, viewer, qtbot) -> None:
    qtbot.mouseClick(tab.view.buttons["Wipe"], Qt.MouseButton.LeftButton)
    tab.view.slider.setValue(250)
    assert seen(viewer, 32, 8) == DARK
    assert seen(viewer, 32, 24) == BRIGHT
    tab.view.slider.setValue(750)
    assert seen(viewer, 32, 24) == DARK
    assert seen(viewer, 32, 56) == BRIGHT


def test_the_wipe_lies_across(tab, pair, viewer, qtbot) -> None:
    tab.view.buttons["Wipe"].click()
    tab.view.direction.setCurrentIndex(1)
    assert seen(viewer, 8, 32) == DARK
    assert seen(viewer, 56, 32) == BRIGHT


@pytest.mark.each_napari
def test_the_wipes_line_is_dragged_in_the_image_and_the_image_stays(
    tab, pair, viewer, qtbot
) -> None:
    tab.view.buttons["Wipe"].click()
    at_first = tuple(camera_of(viewer).center)
    drag(qtbot, viewer, (40, 31.75), (40, 36), (40, 48))
    assert tab.wipe.share == pytest.approx(0.75, abs=0.02)
    assert tab.view.slider.value() == pytest.approx(750, abs=20)
    assert tuple(camera_of(viewer).center) == at_first
    assert camera_of(viewer).mouse_pan
    drag(qtbot, viewer, (40, 10), (40, 14), (40, 20))
    assert tab.wipe.share == pytest.approx(0.75, abs=0.02)
    qtbot.waitUntil(lambda: tuple(camera_of(viewer).center) != at_first, timeout=5000)


def test_the_mouse_looks_as_before_when_the_wipe_ends_below_it(tab, pair, viewer, qtbot) -> None:
    before = viewer.cursor.style
    tab.view.buttons["Wipe"].click()
    canvas, none = canvas_of(viewer), Qt.MouseButton.NoButton
    place = on_screen(viewer, 40, 31.75)
    places = QPointF(place), QPointF(canvas.mapToGlobal(place))
    move = QMouseEvent(QEvent.Type.MouseMove, *places, none, none, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(canvas, move)
    qtbot.waitUntil(lambda: viewer.cursor.style != before, timeout=2000)
    tab.reset.click()
    assert viewer.cursor.style == before


def test_the_wipe_follows_where_layers_lie(tab, pair, viewer) -> None:
    for layer in pair:
        layer.rotate = 90
        layer.translate = (100, 200)
    viewer.reset_view()
    (top, left), (bottom, right) = viewer.layers.extent.world
    tab.view.buttons["Wipe"].click()
    assert seen(viewer, (top + bottom) / 2, left + 8) == DARK
    assert seen(viewer, (top + bottom) / 2, right - 8) == BRIGHT


def test_the_wipe_shows_the_plane_that_the_slider_chooses(tab, viewer) -> None:
    stack = np.stack([np.full((64, 64), value, np.uint8) for value in (0, 100, 200)])
    for name in ("before", "after"):
        viewer.add_image(stack if name == "before" else 255 - stack, contrast_limits=(0, 255))
    tab.view.buttons["Wipe"].click()
    for plane, value in enumerate((0, 100, 200)):
        viewer.dims.set_current_step(0, plane)
        assert seen(viewer, 32, 8) == pytest.approx(value, abs=1)
        assert seen(viewer, 32, 56) == pytest.approx(255 - value, abs=1)


def test_the_wipe_reads_nothing_of_a_lazy_pyramid_when_it_moves(tab, viewer, qtbot) -> None:
    import dask.array as da

    read = []

    def block(block_info=None) -> np.ndarray:
        read.append(block_info[None]["array-location"])
        return np.zeros((1, 256, 256), np.uint8)

    fine = da.map_blocks(block, chunks=((1,) * 4, (256,) * 8, (256,) * 8), dtype=np.uint8)
    coarse = da.zeros((4, 512, 512), chunks=(1, 256, 256), dtype=np.uint8)
    for value in (0, 255):
        viewer.add_image(
            [fine + np.uint8(value), coarse + np.uint8(value)],
            multiscale=True,
            contrast_limits=(0, 255),
        )
    tab.view.buttons["Wipe"].click()
    # The window finds its size at first, and reads what it then shows.
    qtbot.wait(500)
    seen(viewer, 1000, 1200)
    at_first = len(read)
    for step in range(1000, 200, -100):
        tab.view.slider.setValue(step)
    assert seen(viewer, 1000, 1200) == BRIGHT
    assert len(read) == at_first


def test_images_above_the_two_are_hidden_while_they_are_compared(tab, pair, viewer) -> None:
    viewer.add_image(np.full((128, 128), 99, np.uint8), scale=(0.5, 0.5), name="above")
    tab.view.buttons["Wipe"].click()
    assert seen(viewer, 32, 8) == DARK
    tab.reset.click()
    assert viewer.layers["above"].visible


VIEWS = ("Wipe", "Flicker", "Side by side")


@pytest.mark.each_napari
def test_all_is_as_before_when_a_view_is_left(tab, pair, viewer, dock) -> None:
    pair[0].visible = False
    viewer.add_image(np.zeros((128, 128)), name="other", scale=(0.5, 0.5), opacity=0.5)
    at_first = state(viewer)
    for view in VIEWS:
        button = tab.view.buttons[view]
        for leave in (tab.reset.click, button.click, lambda: dock.tabs.setCurrentIndex(0)):
            dock.tabs.setCurrentWidget(tab)
            button.click()
            assert state(viewer) != at_first
            leave()
            assert not button.isChecked()
            assert state(viewer) == at_first
    assert seen(viewer, 32, 8) == seen(viewer, 32, 56)


@pytest.mark.parametrize("leave", ["dock closed", "dock removed", "window hidden"])
def test_all_is_as_before_when_the_widget_leaves(leave, tab, pair, viewer, dock) -> None:
    def but_camera() -> list:
        # The canvas is larger without the dock.
        return [*state(viewer)[:2], *state(viewer)[3:]]

    pair[0].visible = False
    at_first = but_camera()
    tab.view.buttons["Wipe"].click()
    if leave == "dock closed":
        dock.parent().close()
    elif leave == "dock removed":
        viewer.window.remove_dock_widget(dock)
    else:
        viewer.window._qt_window.hide()
    assert but_camera() == at_first
    assert not viewer.keymap


def test_a_view_ends_when_a_layer_of_it_is_deleted(tab, pair, viewer) -> None:
    for view in VIEWS:
        for gone, left in (pair, pair[::-1]):
            left.visible = False
            tab.chosen.choose(before=pair[0], after=pair[1])
            tab.view.buttons[view].click()
            viewer.layers.remove(gone)
            assert not tab.view.buttons[view].isChecked()
            assert (gone.visible, left.visible) == (True, False)
            assert not grid_of(viewer).enabled
            viewer.add_layer(gone)
            left.visible = True


def test_what_the_user_changes_during_a_view_stays(tab, pair, viewer) -> None:
    other = viewer.add_image(np.zeros((128, 128)), name="other")
    tab.view.buttons["Wipe"].click()
    assert not other.visible
    other.visible = True
    other.visible = False
    pair[0].visible = False
    tab.reset.click()
    assert not pair[0].visible


def test_a_view_goes_on_with_the_layer_that_is_chosen_next(tab, pair, viewer) -> None:
    viewer.add_image(np.full((128, 128), 128, np.uint8), name="grey", scale=(0.5, 0.5))
    viewer.layers["grey"].contrast_limits = (0, 255)
    tab.view.buttons["Wipe"].click()
    tab.chooser.boxes["after"].setCurrentText("grey")
    assert tab.view.buttons["Wipe"].isChecked()
    assert seen(viewer, 32, 56) == 128


@pytest.mark.each_napari
def test_a_key_while_it_is_held_and_a_button_show_before(tab, pair, viewer, qtbot) -> None:
    canvas = canvas_of(viewer)
    qtbot.keyPress(canvas, Qt.Key.Key_H)
    assert seen(viewer, 32, 32) == DARK
    assert tab.view.before.isChecked()
    qtbot.keyRelease(canvas, Qt.Key.Key_H)
    assert seen(viewer, 32, 32) == BRIGHT
    assert tab.view.buttons["Flicker"].isChecked()
    tab.view.before.click()
    assert seen(viewer, 32, 32) == DARK
    tab.view.before.click()
    assert seen(viewer, 32, 32) == BRIGHT


def test_the_key_is_given_back_with_the_tab(tab, pair, viewer, dock) -> None:
    assert [str(key) for key in viewer.keymap] == ["H"]
    dock.tabs.setCurrentIndex(0)
    assert not viewer.keymap
    dock.tabs.setCurrentWidget(tab)
    assert [str(key) for key in viewer.keymap] == ["H"]


def test_a_key_of_the_users_stays_the_users(dock, viewer, qtbot) -> None:
    pressed = []
    viewer.bind_key("H", lambda _: pressed.append("H"))
    dock.tabs.setCurrentWidget(dock.compare)
    qtbot.keyPress(canvas_of(viewer), Qt.Key.Key_H)
    dock.tabs.setCurrentIndex(0)
    qtbot.keyPress(canvas_of(viewer), Qt.Key.Key_H)
    assert len(pressed) == 2


@pytest.mark.each_napari
def test_side_by_side_has_before_left_and_after_right_whatever_their_order(
    tab, pair, viewer
) -> None:
    viewer.add_image(np.zeros((128, 128)), name="between", scale=(0.5, 0.5))
    for order in ((0, 1, 2), (2, 0, 1)):
        viewer.layers[:] = [sorted(viewer.layers, key=lambda layer: layer.name)[i] for i in order]
        tab.chosen.choose(before=pair[0], after=pair[1])
        tab.view.buttons["Side by side"].click()
        picture = viewer.screenshot(canvas_only=True, flash=False)[..., 0]
        middle = picture.shape[0] // 2, picture.shape[1] // 2
        assert picture[middle[0], middle[1] // 2] == DARK, order
        assert picture[middle[0], middle[1] + middle[1] // 2] == BRIGHT, order
        tab.reset.click()


def test_one_view_takes_the_place_of_another(tab, pair, viewer) -> None:
    tab.view.buttons["Side by side"].click()
    tab.view.buttons["Wipe"].click()
    assert not grid_of(viewer).enabled
    assert [name for name, button in tab.view.buttons.items() if button.isChecked()] == ["Wipe"]


def test_in_3d_the_wipe_says_that_it_works_in_2d(tab, viewer, dock) -> None:
    for _ in range(2):
        viewer.add_image(np.zeros((4, 16, 16)))
    viewer.dims.ndisplay = 3
    tab.view.buttons["Wipe"].click()
    assert "switch the viewer to 2-D" in dock.context.log.entries[-1].sentence
    assert not tab.view.buttons["Wipe"].isChecked()
    viewer.dims.ndisplay = 2
    tab.view.buttons["Wipe"].click()
    viewer.dims.ndisplay = 3
    assert not tab.view.buttons["Wipe"].isChecked()


def test_without_two_layers_a_view_says_what_to_choose(tab, viewer, dock) -> None:
    for button in tab.view.buttons.values():
        button.click()
        assert "choose an image layer as Before" in dock.context.log.entries[-1].sentence
        assert not button.isChecked()
    layer = viewer.add_image(np.zeros((8, 8)), name="one")
    tab.chosen.choose(before=layer, after=layer)
    tab.view.buttons["Wipe"].click()
    assert 'both "one"' in dock.context.log.entries[-1].sentence


def test_layers_of_any_kind_can_be_looked_at(tab, viewer, dock) -> None:
    kinds = {
        "NaN": np.full((16, 16), np.nan, np.float32),
        "bool": np.ones((16, 16), bool),
        "one pixel": np.ones((1, 1), np.uint8),
        "RGB": np.full((16, 16, 3), 200, np.uint8),
        "other shape": np.ones((3, 8, 24), np.uint16),
    }
    before = viewer.add_image(np.zeros((16, 16)), name="before")
    for name, pixels in kinds.items():
        after = viewer.add_image(pixels, name=name, contrast_limits=(0, 255))
        tab.chosen.choose(before=before, after=after)
        for button in tab.view.buttons.values():
            button.click()
            viewer.screenshot(flash=False)
        tab.reset.click()
    assert not dock.context.log.entries
