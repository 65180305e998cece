"""What is calculated of two layers, in the window."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

pytest.importorskip("napari")

from on_canvas import drag, on_screen
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QApplication

from debcr_core.apart import left_behind

SIZE = 96
PIXEL = 0.1


@pytest.fixture
def tab(dock, qtbot):
    """Return the tab, in front, with its metrics."""
    dock.tabs.setCurrentWidget(dock.compare)
    qtbot.waitUntil(lambda: dock.compare.figures.metrics.count() > 0, timeout=20_000)
    return dock.compare


@pytest.fixture
def layers(viewer):
    """Return counts of photons, a smoother image of them, and their truth."""
    generator = np.random.default_rng(0)
    y, x = np.mgrid[:SIZE, :SIZE]
    truth = 100 + 80 * np.sin(y / 9) * np.sin(x / 7)
    size = {"scale": (PIXEL, PIXEL), "units": ("um", "um")}
    return (
        viewer.add_image(generator.poisson(truth).astype(np.uint16), name="noisy", **size),
        viewer.add_image((truth + 1).astype(np.float32), name="restored", **size),
        viewer.add_image(truth, name="truth", **size),
    )


def choose(tab, layers) -> None:
    tab.chosen.choose(**dict(zip(("before", "after", "truth"), layers, strict=False)))


def table_of(table) -> dict[str, list[str]]:
    rows = [line.split("\t") for line in table.text().splitlines()]
    return {row[0]: row[1:] for row in rows}


def last_told(dock) -> str:
    return dock.context.log.entries[-1].sentence if dock.context.log.entries else ""


def test_the_difference_becomes_a_layer_whose_colours_have_zero_in_the_middle(
    tab, layers, viewer, qtbot
) -> None:
    choose(tab, layers)
    tab.view.buttons["Wipe"].click()
    tab.difference.add.click()
    qtbot.waitUntil(lambda: len(viewer.layers) == 4, timeout=10_000)
    added = viewer.layers[-1]
    np.testing.assert_allclose(added.data, layers[1].data - layers[0].data.astype(float), rtol=1e-6)
    low, high = added.contrast_limits
    assert low == -high
    assert 0 < high < np.abs(added.data).max() * 1.01
    assert tuple(added.scale) == (PIXEL, PIXEL)
    assert added.visible
    assert not tab.view.buttons["Wipe"].isChecked()


def test_the_difference_of_layers_of_other_shapes_is_refused_in_a_sentence(
    tab, layers, viewer, dock, qtbot
) -> None:
    small = viewer.add_image(np.zeros((5, 5)), name="small")
    tab.chosen.choose(before=layers[0], after=small)
    tab.difference.add.click()
    qtbot.waitUntil(lambda: "crop or resample" in last_told(dock), timeout=10_000)


def test_the_usual_figures_are_those_of_the_core(tab, layers, qtbot) -> None:
    from skimage.metrics import peak_signal_noise_ratio

    choose(tab, layers)
    tab.figures.measure.click()
    qtbot.waitUntil(tab.figures.copy.isEnabled, timeout=20_000)
    found = table_of(tab.figures.table)
    assert found[""] == ["Before: noisy", "After: restored"]
    assert set(found) == {"", "PSNR (dB) ↑", "SSIM ↑", "NRMSE ↓", "RMSE ↓"}
    truth = layers[2].data
    for column, layer in enumerate(layers[:2]):
        psnr = peak_signal_noise_ratio(truth, layer.data, data_range=np.ptp(truth))
        assert float(found["PSNR (dB) ↑"][column]) == pytest.approx(psnr, rel=1e-3)
    assert float(found["RMSE ↓"][1]) == pytest.approx(1, rel=1e-3)


def test_scale_and_offset_are_matched_and_told(tab, layers, qtbot) -> None:
    layers[1].data = layers[1].data * 3 + 7
    choose(tab, layers)
    tab.figures.match.setChecked(True)
    tab.figures.measure.click()
    qtbot.waitUntil(tab.figures.copy.isEnabled, timeout=20_000)
    found = table_of(tab.figures.table)
    assert float(found["matched scale"][1]) == pytest.approx(1 / 3, rel=1e-3)
    assert float(found["RMSE ↓"][1]) < 0.01
    tab.figures.copy.click()
    assert QApplication.clipboard().text() == tab.figures.table.text()


@pytest.mark.parametrize(
    ("truth", "told"),
    [
        (np.zeros((5, 5)), "crop or resample"),
        (np.full((SIZE, SIZE), np.nan), "NaN or infinite"),
        (None, "choose another layer as Truth"),
        (np.ones((SIZE, SIZE, 3), np.uint8), "name their axes alike"),
    ],
    ids=["other shape", "NaN", "none", "RGB"],
)
def test_a_truth_that_does_not_fit_is_told_in_a_sentence(
    truth, told, tab, layers, viewer, dock, qtbot
) -> None:
    chosen = None if truth is None else viewer.add_image(truth, name="bad")
    choose(tab, (*layers[:2], chosen))
    tab.figures.measure.click()
    qtbot.waitUntil(lambda: told in last_told(dock), timeout=20_000)
    assert "Traceback" not in dock.context.log.entries[-1].details
    assert not tab.cancel.isEnabled()


def test_without_a_truth_what_needs_none_is_measured(tab, layers, qtbot) -> None:
    choose(tab, (*layers[:2], None))
    for number in range(tab.figures.metrics.count()):
        item = tab.figures.metrics.item(number)
        ticked = item.text() == "entropy"
        item.setCheckState(Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked)
    tab.figures.measure.click()
    qtbot.waitUntil(tab.figures.copy.isEnabled, timeout=20_000)
    assert len(table_of(tab.figures.table)) == 2


def test_the_plot_is_shown_and_saved(tab, layers, dock, qtbot, tmp_path, monkeypatch) -> None:
    from napari_adapter.compare import plot_panel

    tab.plot.plot.click()
    assert "choose a layer as Truth" in last_told(dock)
    choose(tab, layers)
    tab.plot.plot.click()
    qtbot.waitUntil(tab.plot.save.isEnabled, timeout=30_000)
    assert not tab.plot.picture.pixmap().isNull()
    monkeypatch.setattr(plot_panel, "ask_where", lambda _: tmp_path / "frc.png")
    tab.plot.save.click()
    qtbot.waitUntil(lambda: "Saving the plot: done" in tab.status.text(), timeout=10_000)
    assert (tmp_path / "frc.png").read_bytes() == tab.plot.png
    assert tab.plot.png.startswith(b"\x89PNG")


@pytest.mark.each_napari
def test_a_line_that_is_drawn_gives_the_intensities_along_it(tab, layers, viewer, qtbot) -> None:
    choose(tab, layers)
    tab.profile.draw.click()
    drag(qtbot, viewer, (2.0, 1.0), (2.0, 8.0))
    qtbot.waitUntil(lambda: tab.profile.profile is not None, timeout=10_000)
    profile = tab.profile.profile
    assert profile.distance[-1] == pytest.approx(7, abs=0.2)
    assert "micro" in profile.unit
    (start, end), row = tab.profile.drawing.ends, 20
    x = np.linspace(start[1], end[1], len(profile.distance)) / PIXEL
    expected = np.interp(x, np.arange(SIZE), layers[2].data[row])
    found = profile.intensities["truth: truth"]
    assert np.abs(found - expected).max() < 12
    tab.profile.copy.click()
    lines = QApplication.clipboard().text().splitlines()
    assert lines[0] == f"distance ({profile.unit}),before: noisy,after: restored,truth: truth"
    assert len(lines) == 1 + len(profile.distance)
    tab.reset.click()
    assert tab.profile.profile is None
    assert not tab.profile.draw.isChecked()


def test_the_profile_follows_the_slider(tab, viewer, qtbot) -> None:
    stack = np.stack([np.full((32, 32), value, np.float32) for value in (5, 50)])
    for _ in range(2):
        viewer.add_image(stack)
    tab.profile.draw.click()
    viewer.dims.set_current_step(0, 0)
    drag(qtbot, viewer, (4, 4), (20, 25))
    for plane, value in ((0, 5), (1, 50)):
        viewer.dims.set_current_step(0, plane)
        qtbot.waitUntil(
            lambda value=value: (
                tab.profile.profile is not None
                and all(np.allclose(v, value) for v in tab.profile.profile.intensities.values())
            ),
            timeout=10_000,
        )


@pytest.mark.each_napari
def test_a_click_tells_mean_variance_and_photons_around_it(tab, layers, viewer, qtbot) -> None:
    choose(tab, layers)
    tab.noise.measure.click()
    canvas = viewer.window._qt_viewer.canvas.native
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=on_screen(viewer, 5, 5))
    qtbot.waitUntil(lambda: tab.noise.table.rowCount() == 4, timeout=10_000)
    found = table_of(tab.noise.table)
    pixels = layers[0].data[34:66, 34:66]
    assert float(found["mean"][0]) == pytest.approx(pixels.mean(), rel=0.03)
    assert float(found["variance"][0]) == pytest.approx(pixels.var(), rel=0.1)
    assert float(found["photons"][0]) == pytest.approx(pixels.mean(), rel=0.35)
    assert not tab.noise.note.isHidden()


def test_dragging_while_clicks_measure_still_pans(tab, layers, viewer, qtbot) -> None:
    choose(tab, layers)
    camera = viewer.scene.camera if hasattr(viewer, "scene") else viewer.camera
    tab.noise.measure.click()
    center = camera.center
    drag(qtbot, viewer, (2.0, 1.0), (2.0, 4.0), (2.0, 8.0))
    qtbot.waitUntil(lambda: camera.center != center, timeout=5000)
    assert tab.noise.table.rowCount() == 0


def test_a_click_beyond_the_image_is_told(tab, layers, viewer, dock, qtbot) -> None:
    choose(tab, layers)
    tab.noise.clicks._clicked((500.0, 500.0))
    qtbot.waitUntil(lambda: "click farther from the border" in last_told(dock), timeout=10_000)


def test_figures_and_plots_of_other_layers_than_those_chosen_are_not_shown(
    tab, layers, qtbot
) -> None:
    choose(tab, layers)
    for button in (tab.figures.measure, tab.plot.plot):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: not tab.cancel.isEnabled(), timeout=60_000)
    assert tab.figures.table.isVisibleTo(tab.figures)
    tab.chosen.choose(before=layers[1], after=layers[0])
    assert not tab.figures.table.isVisibleTo(tab.figures)
    assert not tab.figures.copy.isEnabled()
    assert not tab.plot.picture.isVisibleTo(tab.plot)
    assert not tab.plot.save.isEnabled()


def test_what_was_measured_of_former_layers_comes_too_late_to_be_shown(tab, layers, qtbot) -> None:
    choose(tab, layers)
    qtbot.mouseClick(tab.figures.measure, Qt.MouseButton.LeftButton)
    tab.chosen.choose(after=layers[2])
    qtbot.waitUntil(lambda: not tab.cancel.isEnabled(), timeout=60_000)
    assert not tab.figures.table.isVisibleTo(tab.figures)


def test_after_a_measurement_that_failed_no_former_figures_are_left(
    tab, layers, viewer, qtbot
) -> None:
    choose(tab, layers)
    measure(tab, qtbot)
    layers[1].data = np.full((SIZE, SIZE), np.nan, np.float32)
    measure(tab, qtbot)
    assert not tab.figures.table.isVisibleTo(tab.figures)


def measure(tab, qtbot) -> None:
    qtbot.mouseClick(tab.figures.measure, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not tab.cancel.isEnabled(), timeout=60_000)


def test_cancel_answers_within_a_second(tab, layers, qtbot, monkeypatch) -> None:
    from napari_adapter.compare import figures_panel

    end = threading.Event()
    monkeypatch.setattr(figures_panel, "measured", lambda *_: end.wait(10))
    choose(tab, layers)
    tab.figures.measure.click()
    qtbot.wait(100)
    begun = time.perf_counter()
    tab.cancel.click()
    qtbot.waitUntil(lambda: tab.status.text() == "Cancelled.", timeout=1000)
    assert time.perf_counter() - begun < 1
    assert not tab.cancel.isEnabled()
    end.set()
    qtbot.waitUntil(lambda: not left_behind(), timeout=5000)


def test_the_tab_fits_into_350_by_600_pixels_and_names_its_editors(tab, layers) -> None:
    from qtpy.QtWidgets import QAbstractButton, QComboBox, QScrollArea, QSlider, QSpinBox

    from napari_adapter.fold import Fold

    for fold in tab.findChildren(Fold):
        fold.button.click()
    area = tab.findChild(QScrollArea)
    assert area.widget().minimumSizeHint().width() <= 330
    for kind in (QAbstractButton, QComboBox, QSlider, QSpinBox):
        for editor in tab.findChildren(kind):
            if editor.objectName().startswith("qt_") or not editor.isEnabled():
                continue
            assert editor.accessibleName(), editor
            assert editor.toolTip(), editor
