"""Layers become restored layers by clicks; whatever goes wrong is told, and the tab goes on."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

pytest.importorskip("napari")

import torch  # noqa: F401  # so that no test waits for it
from restoring import (
    LONG,
    click,
    noisy,
    opened_tab,
    run,
    told,
    usable,
    wait_until_idle,
)


@pytest.fixture
def tab(dock, qtbot):
    return opened_tab(dock, qtbot)


def listed(tab) -> list[str]:
    layers = tab.input.layers
    return [layers.item(row).text() for row in range(layers.count())]


@pytest.mark.each_napari
def test_a_click_restores_the_only_layer_and_keeps_its_place(tab, viewer, qtbot) -> None:
    import debcr_core

    pixels = noisy(120, 90)
    viewer.add_image(
        pixels, name="cells", scale=(0.2, 0.1), translate=(5, 6), units=("um", "um"), rotate=10
    )
    run(tab, qtbot)
    result = viewer.layers["cells restored"]
    np.testing.assert_array_equal(result.data, debcr_core.restore(pixels).values)
    layer = viewer.layers["cells"]
    for name in ("scale", "translate", "rotate", "units"):
        np.testing.assert_array_equal(getattr(result, name), getattr(layer, name))
    assert tuple(result.contrast_limits) == pytest.approx((result.data.min(), result.data.max()))
    facts = result.metadata["debcr"]
    assert facts["input"] == "cells"
    assert facts["model"] == "denoise"
    assert facts["record"]["recipe"]["normalizer"]["name"]
    assert not facts["partial"]
    assert tab.footer.status.text().startswith("Done in")
    assert usable(tab)


@pytest.mark.each_napari
def test_the_list_follows_the_viewer_and_holds_image_layers_alone(tab, viewer) -> None:
    assert "no image layer" in tab.input.empty.text()
    assert tab.input.empty.isVisible()
    first = viewer.add_image(noisy(20, 20), name="a")
    viewer.add_labels(np.zeros((20, 20), int))
    viewer.add_points(np.zeros((1, 2)))
    viewer.add_shapes([[0, 0], [3, 3]])
    second = viewer.add_image(noisy(20, 20), name="b")
    assert not tab.input.empty.isVisible()
    assert listed(tab) == ["b", "a"]
    first.name = "c"
    assert listed(tab) == ["b", "c"]
    tab.input.layers.tick_only([first, second])
    viewer.layers.move(0, 5)
    assert listed(tab) == ["c", "b"]
    assert tab.input.layers.ticked() == [second, first]
    viewer.layers.remove(first)
    assert listed(tab) == ["b"]
    assert tab.input.layers.ticked() == [second]


def test_until_something_is_ticked_by_hand_what_came_last_is_ticked(tab, viewer, qtbot) -> None:
    viewer.open_sample("debcr-zoo", "noisy_and_truth")
    layers = tab.input.layers
    assert [layer.name for layer in layers.ticked()] == ["nuclei noisy"]
    run(tab, qtbot)
    assert [layer.name for layer in layers.ticked()] == ["nuclei noisy"]
    layers.tick_only([viewer.layers["nuclei truth"]])
    viewer.add_image(noisy(20, 20), name="later")
    assert [layer.name for layer in layers.ticked()] == ["nuclei truth"]
    viewer.layers.clear()
    later = viewer.add_image(noisy(20, 20), name="later")
    assert layers.ticked() == [later]
    last = viewer.add_image(noisy(20, 20), name="last")
    viewer.layers.remove(last)
    assert layers.ticked() == [later]


def test_what_is_selected_as_the_dock_opens_is_ticked(viewer, qtbot) -> None:
    from napari_adapter.restore.layer_list import LayerList

    layers = [viewer.add_image(noisy(20, 20), name=name) for name in "abc"]
    viewer.layers.selection = {layers[1]}
    listed = LayerList(viewer)
    qtbot.addWidget(listed)
    assert listed.ticked() == [layers[1]]


def test_all_channels_of_an_image_are_ticked_and_the_selected_one_is_looked_at(
    tab, viewer, qtbot
) -> None:
    viewer.open_sample("debcr-zoo", "series")
    nuclei, vesicles = viewer.layers
    assert tab.input.layers.ticked() == [nuclei, vesicles]
    click(qtbot, tab.footer.preview)
    for layer in (nuclei, vesicles, nuclei):
        viewer.layers.selection.active = layer
        assert tab.preview._overlay.under is layer
    click(qtbot, tab.footer.preview)


def test_several_layers_are_restored_one_after_the_other(tab, viewer, qtbot) -> None:
    layers = [viewer.add_image(noisy(40, 50), name=name) for name in ("a", "b")]
    tab.input.layers.tick_only(layers)
    viewer.add_image(noisy(40, 50), name="not ticked")
    run(tab, qtbot)
    assert [layer.name for layer in viewer.layers][3:] == ["a restored", "b restored"]


def test_nameless_axes_are_guessed_and_can_be_corrected(tab, viewer, qtbot) -> None:
    layer = viewer.add_image(noisy(2, 40, 50), name="a")
    assert tab.input.axes.isVisible()
    assert tab.input.axes.text() == "zyx"
    tab.input.axes.setText("tyx")
    tab.input.axes.editingFinished.emit()
    assert layer.metadata["debcr"]["axes"] == "tyx"
    run(tab, qtbot)
    assert viewer.layers["a restored"].metadata["debcr"]["record"]["input"]["dims"] == "tyx"


def test_axes_that_do_not_fit_are_refused(tab, viewer) -> None:
    viewer.add_image(noisy(2, 40, 50), name="a")
    tab.input.axes.setText("qyx")
    tab.input.axes.editingFinished.emit()
    assert 'Axes "qyx" are not valid' in told(tab)[-1]
    assert tab.input.axes.text() == "zyx"


def test_a_layer_that_names_its_axes_is_not_asked_for_them(tab, viewer) -> None:
    viewer.add_image(noisy(2, 40, 50), axis_labels=("time", "y", "x"))
    assert not tab.input.axes.isVisible()


def test_of_a_photograph_one_channel_can_be_chosen(tab, viewer, qtbot) -> None:
    colours = np.stack([noisy(40, 50, seed=n) for n in range(3)], -1).astype(np.uint8)
    viewer.add_image(colours, rgb=True, name="photo")
    assert tab.input.channel.isVisible()
    texts = [tab.input.channel.itemText(n) for n in range(4)]
    assert texts == ["choose one, or all at once", "red", "green", "blue"]
    run(tab, qtbot)
    assert told(tab)[-1].endswith("Choose red, green or blue as the channel.")
    tab.input.channel.setCurrentIndex(2)
    run(tab, qtbot)
    result = viewer.layers["photo restored"]
    assert result.metadata["debcr"]["making"].channel == "1"
    assert result.data.size == 40 * 50


def test_pixel_type_and_stretch_are_those_of_the_settings(tab, viewer, qtbot) -> None:
    import debcr_core

    pixels = noisy(60, 70)
    viewer.add_image(pixels, name="a")
    tab.options.pixels.setCurrentIndex(1)
    tab.options.stretch.setChecked(True)
    run(tab, qtbot)
    result = viewer.layers["a restored"].data
    expected = debcr_core.restore(pixels, contrast_stretch=True, dtype="input").values
    assert result.dtype == np.uint16
    assert result.max() == 65535
    np.testing.assert_array_equal(result, expected)


def test_another_component_takes_the_place_of_the_models_own(tab, viewer, qtbot) -> None:
    import debcr_core

    pixels = noisy(60, 70)
    viewer.add_image(pixels, name="a")
    qtbot.waitUntil(lambda: bool(tab.options.choosers), timeout=LONG)
    chooser = tab.options.choosers["normalizer"]
    chooser.combo.setCurrentText("min-max")
    run(tab, qtbot)
    expected = debcr_core.restore(pixels, normalizer="min-max").values
    np.testing.assert_array_equal(viewer.layers["a restored"].data, expected)


BAD = {
    "NaN": (np.full((30, 40), np.nan, np.float32), "NaN"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_restored_is_told(tab, viewer, qtbot, name) -> None:
    pixels, said = BAD[name]
    viewer.add_image(pixels, name="bad", contrast_limits=(0, 1))
    run(tab, qtbot)
    assert said in told(tab)[-1]
    assert len(viewer.layers) == 1
    assert usable(tab)


ODD = {
    "constant": np.full((30, 40), 7, np.uint16),
    "one pixel": np.full((1, 1), 7, np.uint16),
    "bool": np.eye(30, 40) > 0,
}


@pytest.mark.parametrize("name", ODD)
def test_odd_images_give_a_result_or_a_sentence(tab, viewer, qtbot, name) -> None:
    viewer.add_image(ODD[name], name="odd", contrast_limits=(0, 10))
    run(tab, qtbot)
    assert "odd restored" in viewer.layers or told(tab)
    assert not any("DeBCR failed" in sentence for sentence in told(tab))
    assert usable(tab)


def test_without_a_layer_it_says_what_to_do(tab, viewer, qtbot) -> None:
    click(qtbot, tab.footer.run)
    assert "drag an image into the viewer" in told(tab)[-1]
    viewer.add_image(noisy(20, 20))
    tab.input.layers.tick_only([])
    click(qtbot, tab.footer.run)
    assert "No layer is ticked" in told(tab)[-1]
    assert usable(tab)


def begun(tab, qtbot) -> None:
    """Run until the first tile is there."""
    click(qtbot, tab.footer.run)
    qtbot.waitUntil(
        lambda: tab.restorer._grown.part is not None and tab.restorer._grown.part.blocks > 0,
        timeout=LONG,
    )


def test_a_result_survives_its_input_being_renamed_or_removed(tab, viewer, qtbot) -> None:
    layer = viewer.add_image(noisy(3, 400, 400), name="a", axis_labels=("t", "y", "x"))
    begun(tab, qtbot)
    layer.name = "b"
    viewer.layers.remove(layer)
    wait_until_idle(tab, qtbot)
    assert viewer.layers["a restored"].data.shape == (3, 400, 400)
    assert any("was removed" in entry.sentence for entry in tab._context.log.entries)


def test_pixels_that_are_replaced_meanwhile_are_told_of(tab, viewer, qtbot) -> None:
    layer = viewer.add_image(noisy(3, 400, 400), name="a", axis_labels=("t", "y", "x"))
    begun(tab, qtbot)
    layer.data = layer.data + 1
    assert "were replaced" in told(tab)[-1]
    wait_until_idle(tab, qtbot)
    assert "a restored" in viewer.layers


def test_a_cancelled_run_offers_its_part_which_can_be_kept(tab, viewer, qtbot) -> None:
    viewer.add_image(noisy(6, 300, 300), name="a", axis_labels=("t", "y", "x"))
    begun(tab, qtbot)
    click(qtbot, tab.footer.cancel)
    wait_until_idle(tab, qtbot)
    assert tab.footer.offer.isVisible()
    assert usable(tab)
    click(qtbot, tab.footer.offer.keep)
    qtbot.waitUntil(lambda: "a restored (part)" in viewer.layers, timeout=LONG)
    part = viewer.layers["a restored (part)"]
    assert part.metadata["debcr"]["partial"]
    assert np.isfinite(part.data[0]).all()
    assert np.isnan(part.data[-1]).all()
    assert not tab.footer.offer.isVisible()


def test_a_part_can_be_discarded(tab, viewer, qtbot) -> None:
    viewer.add_image(noisy(6, 300, 300), name="a", axis_labels=("t", "y", "x"))
    begun(tab, qtbot)
    click(qtbot, tab.footer.cancel)
    wait_until_idle(tab, qtbot)
    click(qtbot, tab.footer.offer.discard)
    assert not tab.footer.offer.isVisible()
    assert len(viewer.layers) == 1


def test_cancel_answers_within_a_second_at_any_moment(tab, viewer, qtbot) -> None:
    viewer.add_image(noisy(6, 300, 300), name="a", axis_labels=("t", "y", "x"))
    tab.options.stretch.setChecked(True)
    taken = []
    for moment in (0.0, 0.05, 0.3, 0.8, 1.5):
        click(qtbot, tab.footer.run)
        qtbot.wait(int(1000 * moment))
        start = time.monotonic()
        click(qtbot, tab.footer.cancel)
        wait_until_idle(tab, qtbot)
        taken.append(time.monotonic() - start)
        assert usable(tab)
    # Where others compute on the same cores, one may take longer.
    assert sorted(taken)[len(taken) // 2] < 1
    assert max(taken) < 3


def test_a_model_that_fails_is_told_of_and_what_was_finished_is_offered(
    tab, viewer, qtbot, monkeypatch
) -> None:
    from debcr_core.flow.network import OpenNetwork

    predict, calls = OpenNetwork.predict, []

    def failing(self, block, stop=None):
        calls.append(block)
        if len(calls) > 2:
            raise ValueError("the lamp is off")
        return predict(self, block, stop)

    viewer.add_image(noisy(4, 60, 60), name="a", axis_labels=("t", "y", "x"))
    monkeypatch.setattr(OpenNetwork, "predict", failing)
    run(tab, qtbot)
    assert "the lamp is off" in told(tab)[-1]
    assert tab.footer.offer.isVisible()
    monkeypatch.undo()
    run(tab, qtbot)
    assert "a restored" in viewer.layers


def test_one_bad_layer_does_not_stop_the_others(tab, viewer, qtbot) -> None:
    bad = viewer.add_image(BAD["NaN"][0], name="bad", contrast_limits=(0, 1))
    tab.input.layers.tick(bad)
    tab.input.layers.tick(viewer.add_image(noisy(30, 30), name="good"))
    run(tab, qtbot)
    assert told(tab)[-1].startswith("bad: ")
    assert "good restored" in viewer.layers
    assert "1 of 2 images could not be restored" in tab.footer.status.text()


def test_the_preview_follows_what_is_chosen(tab, viewer, qtbot, monkeypatch) -> None:
    shown = []
    monkeypatch.setattr(tab.preview, "show", lambda wish, layer: shown.append((wish, layer)))
    layer = viewer.add_image(noisy(30, 30), name="a")
    click(qtbot, tab.footer.preview)
    assert shown[-1][1] is layer
    tab.options.stretch.setChecked(True)
    assert shown[-1][0].contrast_stretch
    assert shown[-1][0].image is shown[-2][0].image
    layer.data = layer.data + 1
    assert shown[-1][0].image is not shown[-2][0].image


def test_a_network_of_several_channels_takes_a_layer_for_each(tab, viewer) -> None:
    from debcr_core import DebcrError

    layers = [viewer.add_image(noisy(30, 40, seed=n), name=f"{n}") for n in range(2)]
    tab.input.layers.tick_only(layers)
    (one,) = tab.input.inputs(channels_in=2)
    assert one.image.dims == ("c", "y", "x")
    np.testing.assert_array_equal(one.image.values, [layer.data for layer in layers])
    assert tab.input.inputs(channels_in=2)[0].image is one.image
    layers[0].data[:] += 1
    (anew,) = tab.input.inputs(channels_in=2, anew=True)
    np.testing.assert_array_equal(anew.image.values[0], layers[0].data)
    with pytest.raises(DebcrError, match="The model sees 3 channels at once: tick 3 layers"):
        tab.input.inputs(channels_in=3)
    viewer.add_image(noisy(9, 9), name="small")
    tab.input.layers.tick_only([layers[0], viewer.layers["small"]])
    with pytest.raises(DebcrError, match="must be of one shape"):
        tab.input.inputs(channels_in=2)


def test_files_are_opened_as_layers_and_ticked(tab, viewer, qtbot, tmp_path, monkeypatch) -> None:
    from napari_adapter.restore import input_form

    path = tmp_path / "a b.npy"
    np.save(path, noisy(30, 40))
    viewer.add_image(noisy(20, 20), name="other")
    monkeypatch.setattr(input_form, "ask_files", lambda _: [str(path)])
    click(qtbot, tab.input.add_button)
    assert [layer.name for layer in tab.input.layers.ticked()] == [viewer.layers[-1].name]


def test_a_file_that_cannot_be_opened_is_told_of(tab, viewer, qtbot, tmp_path, monkeypatch) -> None:
    from napari_adapter.restore import input_form

    path = tmp_path / "empty.tif"
    path.touch()
    monkeypatch.setattr(input_form, "ask_files", lambda _: [str(path)])
    click(qtbot, tab.input.add_button)
    assert told(tab)
    assert not viewer.layers


def test_everything_can_be_reached_and_is_named_for_screen_readers(tab) -> None:
    from qtpy.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QListWidget, QSpinBox

    kinds = (QAbstractButton, QComboBox, QLineEdit, QListWidget, QSpinBox)
    ours = [tab.input, tab.options, tab.reproducing, tab.footer]
    controls = [
        child
        for part in ours
        for kind in kinds
        for child in part.findChildren(kind)
        if not child.objectName().startswith("qt_")
    ]
    unnamed = [child for child in controls if not (child.accessibleName() or child.text())]
    assert controls
    assert not unnamed


def test_the_tab_fits_a_narrow_dock(tab, viewer) -> None:
    viewer.add_image(noisy(20, 20), name="a layer with a very long name " * 5)
    assert tab.minimumSizeHint().width() <= 350
    assert tab.minimumSizeHint().height() <= 600


def test_closing_the_dock_while_restoring_leaves_nothing(tab, viewer, qtbot, dock) -> None:
    viewer.add_image(noisy(6, 300, 300), name="a", axis_labels=("t", "y", "x"))
    begun(tab, qtbot)
    viewer.window.remove_dock_widget(dock)
    qtbot.waitUntil(
        lambda: not [each for each in threading.enumerate() if each.name == "DeBCR"], timeout=2000
    )
    assert len(viewer.layers) == 1


def test_what_cannot_be_stopped_is_left_to_end_unheard(tab, viewer, qtbot, monkeypatch) -> None:
    from napari_adapter.restore import restorer

    entered, release = threading.Event(), threading.Event()

    def stubborn(*_):
        entered.set()
        release.wait(30)

    viewer.add_image(noisy(30, 30), name="a")
    monkeypatch.setattr(restorer, "restored", stubborn)
    click(qtbot, tab.footer.run)
    assert entered.wait(10)
    click(qtbot, tab.footer.cancel)
    wait_until_idle(tab, qtbot)
    assert usable(tab)
    monkeypatch.undo()
    run(tab, qtbot)
    release.set()
    assert [layer.name for layer in viewer.layers] == ["a", "a restored"]


def test_a_dock_that_was_hidden_while_restoring_can_be_used_again(tab, viewer, qtbot, dock) -> None:
    viewer.add_image(noisy(6, 300, 300), name="a", axis_labels=("t", "y", "x"))
    begun(tab, qtbot)
    viewer.window._qt_window.hide()
    assert not tab.restorer.running
    viewer.window._qt_window.show()
    qtbot.waitUntil(lambda: usable(tab), timeout=LONG)
    assert "Stopped" in tab.footer.status.text()
    run(tab, qtbot)
    assert "a restored" in viewer.layers
