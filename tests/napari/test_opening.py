"""Files become layers, by napari's own doors."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
import zarr

pytest.importorskip("napari")

from napari.layers import Image
from npe2 import PluginManifest
from qtpy.QtCore import Qt

from debcr_core import Part, make_image, read_image, write_image
from debcr_core.files.finding import known_suffixes
from debcr_core.files.guessed_axes import NamelessAxesError
from debcr_core.image import select_channel
from napari_adapter import image_of
from napari_adapter.installed import installed
from napari_adapter.opening import asking
from napari_adapter.opening.axes_dialog import AxesDialog
from napari_adapter.opening.parts_dialog import PartsDialog
from napari_adapter.opening.reader import get_reader

SIZES = {"t": 2.0, "z": 0.5, "y": 0.1, "x": 0.1}
UNITS = {"t": "second", "z": "micrometer", "y": "micrometer", "x": "micrometer"}


def image(dims: str, shape: tuple[int, ...], dtype: str = "uint16") -> xr.DataArray:
    pixels = (np.random.default_rng(0).random(shape) * 200).astype(dtype)
    names = (
        [f"marker {number}" for number in range(shape[dims.index("c")])] if "c" in dims else None
    )
    sizes = {dim: SIZES[dim] for dim in dims if dim != "c"}
    return make_image(pixels, dims, pixel_size=sizes, unit=UNITS, channels=names)


def opened(path: Path) -> list[Image]:
    """Return the layers that napari would make of what the reader returns."""
    read = get_reader(str(path))
    assert read is not None
    return [Image(data, **kwargs) for data, kwargs, _ in read(str(path))]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Return what napari notifies of."""
    from napari.utils import notifications

    sentences: list[str] = []
    for name in ("show_error", "show_warning"):
        monkeypatch.setattr(notifications, name, sentences.append)
    return sentences


@pytest.mark.parametrize("suffix", [".tif", ".ome.tif", ".ome.zarr", ".npz"])
@pytest.mark.parametrize("dims", ["yx", "zyx", "czyx", "tcyx"])
def test_what_a_file_holds_becomes_layers_and_back_as_it_was_read(tmp_path, dims, suffix) -> None:
    path = tmp_path / f"cells{suffix}"
    write_image(image(dims, (2, 3, 8, 9)[-len(dims) :]), path, installed())
    layers = opened(path)
    source = read_image(path, installed())
    names = list(source.c.values) if "c" in dims else [None]
    assert len(layers) == len(names)
    for layer, name in zip(layers, names, strict=True):
        expected = source if name is None else select_channel(source, name)
        xr.testing.assert_identical(image_of(layer), expected)
        assert layer.metadata["debcr"]["source"].path == path
        assert layer.metadata["debcr"]["source"].channel == name


@pytest.mark.each_napari
def test_a_file_opens_in_the_viewer_with_scale_units_labels_names_and_colours(
    viewer, tmp_path
) -> None:
    path = tmp_path / "cells.ome.tif"
    write_image(image("tcyx", (3, 2, 8, 9)), path, installed())
    viewer.open(path, plugin="debcr-zoo")
    assert [layer.name for layer in viewer.layers] == ["cells: marker 0", "cells: marker 1"]
    layer = viewer.layers[1]
    assert layer.scale.tolist() == [2, 0.1, 0.1]
    assert [str(unit) for unit in layer.units] == ["second", "micrometer", "micrometer"]
    assert layer.axis_labels == ("t", "y", "x")
    assert layer.colormap.name == "green"
    assert layer.blending == "additive"


def test_channels_have_the_colours_of_the_file(tmp_path) -> None:
    import tifffile
    from matplotlib.colors import to_hex

    pixels = np.zeros((2, 8, 9), "uint16")
    metadata = {"axes": "CYX", "Channel": {"Color": [-16776961, 0x00FFFFFF]}}
    tifffile.imwrite(tmp_path / "ome.ome.tif", pixels, metadata=metadata)
    tables = [np.outer([0, 1, 0], np.arange(256)), np.outer([1, 0, 1], np.arange(256))]
    facts = {"axes": "CYX", "mode": "composite", "LUTs": [t.astype("u1") for t in tables]}
    tifffile.imwrite(tmp_path / "fiji.tif", pixels, imagej=True, metadata=facts)
    write_image(image("cyx", (2, 8, 9)), tmp_path / "ours.ome.zarr", installed())
    shown = {
        name: [to_hex(layer.colormap.colors[-1]) for layer in opened(tmp_path / name)]
        for name in ("ome.ome.tif", "fiji.tif", "ours.ome.zarr")
    }
    assert shown == {
        "ome.ome.tif": ["#ff0000", "#00ffff"],
        "fiji.tif": ["#00ff00", "#ff00ff"],
        "ours.ome.zarr": ["#ffffff", "#00ff00"],
    }


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_a_picture_opens_as_it_is_in_colour(tmp_path, suffix) -> None:
    photo = make_image(
        np.random.default_rng(0).integers(0, 256, (16, 18, 3), dtype="uint8"), "yxc", rgb=True
    )
    write_image(photo, tmp_path / f"photo{suffix}", installed())
    (layer,) = opened(tmp_path / f"photo{suffix}")
    assert layer.rgb
    assert layer.data.shape == (16, 18, 3)


def test_every_array_of_an_archive_is_a_layer(tmp_path) -> None:
    path = tmp_path / "pair.npz"
    np.savez(path, low=np.zeros((8, 9), "f4"), gt=np.ones((8, 9), "f4"))
    layers = opened(path)
    assert [layer.name for layer in layers] == ["pair low", "pair gt"]
    assert [layer.data.max() for layer in layers] == [0, 1]
    assert [layer.metadata["debcr"]["source"].reader.array for layer in layers] == ["low", "gt"]


def test_resolution_levels_of_a_file_are_those_of_the_layer(tmp_path) -> None:
    path = tmp_path / "slide.ome.zarr"
    whole = image("cyx", (2, 64, 64)).assign_attrs(levels=({"y": 2, "x": 2}, {"y": 4, "x": 4}))
    write_image(whole, path, installed())
    layers = opened(path)
    assert [level.shape for level in layers[0].data] == [(64, 64), (32, 32), (16, 16)]
    assert image_of(layers[0]).attrs["levels"] == whole.attrs["levels"]


def many(path: Path, count: int) -> Path:
    """Write an OME-TIFF of several series."""
    import tifffile

    with tifffile.TiffWriter(path, ome=True) as writer:
        for number in range(count):
            writer.write(np.full((8, 9 + number), number, "uint16"), metadata={"axes": "YX"})
    return path


def test_of_several_series_those_that_are_chosen_are_opened(tmp_path, monkeypatch) -> None:
    path = many(tmp_path / "many.ome.tif", 4)
    monkeypatch.setattr(asking, "which_parts", lambda path, parts: parts[1:3])
    layers = opened(path)
    assert [layer.name for layer in layers] == ["many 1", "many 2"]
    assert [int(layer.data.max()) for layer in layers] == [1, 2]
    assert layers[0].metadata["debcr"]["source"].reader.series == 1


def test_images_of_a_group_are_asked_for_and_each_can_be_opened_by_its_own_path(
    tmp_path, monkeypatch
) -> None:
    zarr.open_group(tmp_path / "plate.zarr", mode="w")
    writer = installed().create("writer", "ome-zarr")
    for name in ("A1", "A2"):
        field = tmp_path / "plate.zarr" / name
        write_image(image("yx", (8, 9)), field, installed(), writer=writer)
    asked = []
    monkeypatch.setattr(asking, "which_parts", lambda path, parts: asked.append(parts) or parts)
    assert [layer.name for layer in opened(tmp_path / "plate.zarr")] == ["plate A1", "plate A2"]
    assert len(asked) == 1
    (layer,) = opened(tmp_path / "plate.zarr" / "A2")
    assert layer.name == "plate A2"


def test_nothing_is_opened_where_the_user_cancels(viewer, tmp_path, monkeypatch, told) -> None:
    path = many(tmp_path / "many.ome.tif", 4)
    monkeypatch.setattr(asking, "which_parts", lambda path, parts: ())
    assert viewer.open(path, plugin="debcr-zoo") == []
    assert told == []


@pytest.mark.each_napari
def test_the_dialog_of_a_plate_filters_selects_and_limits(qtbot, tmp_path) -> None:
    parts = [Part(tmp_path, None, tmp_path, f"{row}/{well}/0") for row in "AB" for well in range(6)]
    dialog = PartsDialog(tmp_path, parts, 8)
    qtbot.addWidget(dialog)
    dialog.show()
    assert [part.name for part in dialog.chosen()] == ["A/0/0"]
    assert not dialog.open_all.isEnabled()
    qtbot.keyClicks(dialog.filter, "b/")
    assert dialog.chosen() == []
    assert not dialog.open_selected.isEnabled()
    assert dialog.open_all.text() == "Open all 6"
    with qtbot.waitSignal(dialog.accepted):
        qtbot.mouseClick(dialog.open_all, Qt.MouseButton.LeftButton)
    assert [part.name for part in dialog.chosen()] == [f"B/{well}/0" for well in range(6)]


def test_axes_that_a_file_does_not_name_are_asked_for(tmp_path, monkeypatch) -> None:
    np.save(tmp_path / "channels.npy", np.zeros((64, 65, 3), "uint16"))
    monkeypatch.setattr(asking, "which_axes", lambda error: error.axes)
    layers = opened(tmp_path / "channels.npy")
    assert [layer.data.shape for layer in layers] == [(64, 65)] * 3
    assert layers[0].metadata["debcr"]["source"].axes == "yxc"


def test_the_dialog_of_axes_proposes_explains_and_refuses(qtbot) -> None:
    dialog = AxesDialog(NamelessAxesError("Which?", "yxc"))
    qtbot.addWidget(dialog)
    opens = dialog.buttons.button(dialog.buttons.StandardButton.Open)
    assert dialog.chosen() == "yxc"
    assert opens.isEnabled()
    dialog.axes.setEditText("yyc")
    assert not opens.isEnabled()
    dialog.axes.setEditText("TYX")
    assert dialog.chosen() == "tyx"
    assert opens.isEnabled()


def test_a_damaged_file_is_told_of_in_the_core_s_sentence(viewer, tmp_path, told) -> None:
    path = tmp_path / "cut.npy"
    np.save(path, np.zeros((64, 64)))
    path.write_bytes(path.read_bytes()[:999])
    assert viewer.open(path, plugin="debcr-zoo") == []
    assert "cut short" in told[0]


def test_what_a_reader_says_is_notified(tmp_path, told) -> None:
    np.save(tmp_path / "planes.npy", np.zeros((5, 64, 65)))
    assert len(opened(tmp_path / "planes.npy")) == 1
    assert "does not name its axes" in told[0]


@pytest.mark.parametrize("name", ["notes.tif", "empty.tif", "absent.tif", "folder"])
def test_what_no_reader_recognises_is_left_to_others(tmp_path, name) -> None:
    (tmp_path / "notes.tif").write_text("not an image")
    (tmp_path / "empty.tif").touch()
    (tmp_path / "folder").mkdir()
    assert get_reader(str(tmp_path / name)) is None


def test_a_stack_of_several_files_is_left_to_others(tmp_path) -> None:
    write_image(image("yx", (8, 9)), tmp_path / "a.tif", installed())
    assert get_reader([str(tmp_path / "a.tif")] * 2) is None


def manifest() -> PluginManifest:
    return PluginManifest.from_distribution("debcr-zoo")


def test_the_manifest_names_every_suffix_of_the_built_in_readers() -> None:
    patterns = {p.strip("*") for r in manifest().contributions.readers for p in r.filename_patterns}
    suffixes = known_suffixes(installed())
    # npe2 matches the end of a name: .ome.zarr is a .zarr.
    assert patterns == {s for s in suffixes if not any(s != t and s.endswith(t) for t in suffixes)}


def test_the_manifest_is_valid_and_all_that_it_names_can_be_imported() -> None:
    manifest().validate_imports()


def test_whether_a_file_is_ours_is_said_without_torch(tmp_path) -> None:
    write_image(image("yx", (8, 9)), tmp_path / "a.tif", installed())
    script = (
        "import sys; from napari_adapter.opening.reader import get_reader; "
        f"assert get_reader({str(tmp_path / 'a.tif')!r}); "
        "print({'torch', 'skimage', 'matplotlib', 'tifffile'} & {*sys.modules})"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"
