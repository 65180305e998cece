"""Every result knows how it was made: the text that it gives makes the same bytes again."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

pytest.importorskip("napari")

from restoring import LONG, click, noisy, opened_tab, run, told

from debcr_core import Plugins, make_image, read_image, write_image
from debcr_core.errors import UsageError


@pytest.fixture
def tab(dock, qtbot):
    return opened_tab(dock, qtbot)


@pytest.fixture
def plugins():
    return Plugins.discover()


def from_command_line(text: str, folder) -> np.ndarray:
    """Run a text as a shell would, and return the pixels that it makes."""
    (line,) = [line for line in text.splitlines() if not line.startswith("#")]
    program = f'debcr() {{ "{sys.executable}" -m debcr_core "$@"; }}\n{line}'
    before = set(folder.iterdir())
    done = subprocess.run(
        ["bash", "-c", program], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    (made,) = set(folder.iterdir()) - before
    return np.squeeze(read_image(made, Plugins.discover()).values)


def from_python(text: str, folder, monkeypatch, viewer) -> np.ndarray:
    names = {"viewer": viewer}
    monkeypatch.chdir(folder)
    exec(text, names)
    return np.squeeze(names["restored"].values)


def check_both(layer, plugins, tmp_path, monkeypatch, viewer) -> None:
    from napari_adapter.restore.reproducing import command_line, python_code

    pixels = np.squeeze(np.asarray(layer.data))
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    # It may save the layer, from which the command line goes on.
    made = from_python(python_code(layer, plugins), folder, monkeypatch, viewer)
    assert made.dtype == pixels.dtype
    assert made.tobytes() == np.ascontiguousarray(pixels).tobytes()
    made = from_command_line(command_line(layer, plugins), folder)
    assert made.tobytes() == np.ascontiguousarray(pixels).tobytes()


@pytest.fixture
def two_channels(tmp_path, plugins):
    """Return a file of two channels, in a folder with a space in its name."""
    folder = tmp_path / "my images"
    folder.mkdir()
    path = folder / "two channels.npz"
    pixels = np.stack([noisy(50, 60), 20 * noisy(50, 60, seed=1)])
    image = make_image(pixels, "cyx", channels=["DAPI", "GFP"], pixel_size={"y": 0.1, "x": 0.1})
    write_image(image, path, plugins)
    return path


def test_a_layer_from_a_file_with_every_setting(
    tab, viewer, qtbot, tmp_path, plugins, monkeypatch, two_channels
) -> None:
    from debcr_core.flow.opening import load_model

    weights = tmp_path / "my weights.safetensors"
    weights.write_bytes(load_model("denoise").weights.read_bytes())
    tab.model.choose(str(weights))
    qtbot.waitUntil(lambda: tab.model.trained is not None, timeout=LONG)
    qtbot.waitUntil(lambda: bool(tab.options.choosers), timeout=LONG)
    layers = viewer.open(str(two_channels), plugin="debcr-zoo")
    tab.input.layers.tick_only([layers[1]])
    parts = {
        "normalizer": plugins.create("normalizer", "percentile", low=1.5, high=98.0),
        "tiler": plugins.create("tiler", "halo-grid", tile=[128, 160]),
        "blender": plugins.create("blender", "crop"),
    }
    for kind, part in parts.items():
        tab.options.choosers[kind].set_chosen(part)
    tab.options.stretch.setChecked(True)
    tab.options.pixels.setCurrentIndex(1)
    tab.options.device.setCurrentText("cpu")
    # Its scale takes no part in its pixels.
    layers[1].scale = (3, 3)
    run(tab, qtbot)
    result = viewer.layers[-1]
    assert result.data.dtype == np.uint16
    assert result.metadata["debcr"]["making"].file.channel == "GFP"
    assert str(tmp_path) not in str(result.metadata["debcr"]["record"])
    check_both(result, plugins, tmp_path, monkeypatch, viewer)


def test_a_layer_whose_axes_were_named_by_hand(
    tab, viewer, qtbot, tmp_path, plugins, monkeypatch
) -> None:
    viewer.add_image(noisy(2, 40, 50), name="my cells")
    tab.input.axes.setText("tyx")
    tab.input.axes.editingFinished.emit()
    run(tab, qtbot)
    check_both(viewer.layers["my cells restored"], plugins, tmp_path, monkeypatch, viewer)


def test_one_channel_of_a_photograph_without_a_file(
    tab, viewer, qtbot, tmp_path, plugins, monkeypatch
) -> None:
    colours = np.stack([noisy(40, 50, seed=n) for n in range(3)], -1).astype(np.uint8)
    viewer.add_image(colours, rgb=True, name="it's a photo")
    tab.input.channel.setCurrentIndex(2)
    run(tab, qtbot)
    result = viewer.layers["it's a photo restored"]
    check_both(result, plugins, tmp_path, monkeypatch, viewer)


def test_layers_that_were_renamed_since(tab, viewer, qtbot, tmp_path, plugins, monkeypatch) -> None:
    layer = viewer.add_image(noisy(40, 50), name="a")
    run(tab, qtbot)
    result = viewer.layers["a restored"]
    layer.name, result.name = "what it was", "what came of it"
    check_both(result, plugins, tmp_path, monkeypatch, viewer)


def test_a_file_that_was_named_by_a_relative_path(
    tab, viewer, qtbot, tmp_path, plugins, monkeypatch, two_channels
) -> None:
    from napari_adapter.restore.reproducing import command_line, python_code

    monkeypatch.chdir(two_channels.parent)
    viewer.open(two_channels.name, plugin="debcr-zoo")
    tab.input.layers.tick_only([viewer.layers[1]])
    run(tab, qtbot)
    result = viewer.layers[-1]
    assert str(two_channels) in python_code(result, plugins)
    assert str(two_channels) in command_line(result, plugins)


def test_what_was_edited_is_no_longer_of_its_file(tab, viewer, qtbot, two_channels) -> None:
    layer = viewer.open(str(two_channels), plugin="debcr-zoo")[0]
    tab.input.layers.tick_only([layer])
    run(tab, qtbot)
    assert viewer.layers[-1].metadata["debcr"]["making"].file is not None
    layer.data = np.asarray(layer.data) + np.uint16(1)
    run(tab, qtbot)
    assert viewer.layers[-1].metadata["debcr"]["making"].file is None


def test_pixels_changed_in_place_are_those_that_are_restored(tab, viewer, qtbot) -> None:
    import debcr_core

    layer = viewer.add_image(noisy(40, 50), name="a")
    run(tab, qtbot)
    layer.data[:] = 9 * layer.data
    layer.refresh()
    run(tab, qtbot)
    np.testing.assert_array_equal(viewer.layers[-1].data, debcr_core.restore(layer.data).values)


@pytest.mark.each_napari
def test_buttons_copy_the_text_of_the_selected_result(tab, viewer, qtbot) -> None:
    from qtpy.QtWidgets import QApplication

    layer = viewer.add_image(noisy(40, 50), name="a")
    run(tab, qtbot)
    clipboard = QApplication.clipboard()
    viewer.layers.selection.active = viewer.layers["a restored"]
    for button, begins in (
        (tab.reproducing.command, "# The layer"),
        (tab.reproducing.python, "import debcr_core"),
    ):
        clipboard.setText("before")
        click(qtbot, button)
        qtbot.waitUntil(lambda: clipboard.text() != "before", timeout=LONG)
        assert clipboard.text().startswith(begins)
    viewer.layers.selection.active = layer
    click(qtbot, tab.reproducing.command)
    assert "select one in the layer list" in told(tab)[-1]


VALUES = [1e-07, 12, None, True, "a b", "", 'with "quotes"', [0.1, 99.9], "no", "1e5"]


@pytest.mark.parametrize("value", VALUES)
def test_a_parameter_in_words_is_read_as_it_was(value) -> None:
    from debcr_core.yaml.strict import load_yaml
    from napari_adapter.restore.component_words import _value

    assert " " not in _value(value)
    assert load_yaml(_value(value), "a value") == value


def test_another_layer_is_no_result(viewer) -> None:
    from napari_adapter.restore.reproducing import command_line

    with pytest.raises(UsageError, match="Only of a result"):
        command_line(viewer.add_image(noisy(9, 9)))
