"""Many layers and files are restored into a folder."""

from __future__ import annotations

import csv
import threading
import time
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("napari")

from qtpy.QtCore import QMimeData, QPointF, Qt, QUrl
from qtpy.QtGui import QDropEvent
from qtpy.QtWidgets import QPushButton

from debcr_core import restore
from debcr_core.files.reading import read_image
from napari_adapter.batch import asking
from napari_adapter.batch.existing_panel import sentence_of
from napari_adapter.batch.file_names import file_name_of
from napari_adapter.batch.formats import formats_of
from napari_adapter.batch.output_form import OutputForm


@pytest.fixture
def tab(dock):
    dock.tabs.setCurrentWidget(dock.batch)
    return dock.batch


@pytest.fixture
def noisy():
    """Return a function that makes a noisy image of some size."""

    def make(*shape: int) -> np.ndarray:
        truth = np.hypot(*np.meshgrid(*map(np.arange, shape[-2:]), indexing="ij")) + 5
        return np.random.default_rng(0).poisson(np.broadcast_to(truth, shape)).astype(np.uint16)

    return make


@pytest.fixture
def folder(tmp_path: Path, noisy) -> Path:
    """Return a folder with two images and a damaged one."""
    made = tmp_path / "in"
    made.mkdir()
    np.save(made / "a.npy", noisy(40, 48))
    (made / "b.npy").write_bytes((made / "a.npy").read_bytes()[:1000])
    np.save(made / "c.npy", noisy(32, 32))
    return made


@pytest.fixture
def add(tab, qtbot):
    """Return a function that adds files and folders as if they were dropped onto the list."""

    def drop(*paths: Path) -> None:
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        event = QDropEvent(
            QPointF(5, 5),
            Qt.DropAction.CopyAction,
            data,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
        tab.panel.view.dropEvent(event)
        qtbot.waitUntil(lambda: not tab.panel.searching, timeout=10_000)
        qtbot.wait(50)

    return drop


@pytest.fixture
def run(tab, qtbot, tmp_path: Path):
    """Return a function that clicks on Run and waits until all is done."""
    tab.form.folder.setText(str(tmp_path / "out"))

    def click(answer: str = "") -> None:
        click_on(qtbot, tab.controls.run)
        if answer:
            qtbot.waitUntil(tab.controls.existing.isVisible, timeout=10_000)
            click_on(qtbot, getattr(tab.controls.existing, answer))
        qtbot.waitUntil(lambda: not tab.running, timeout=60_000)

    return click


def click_on(qtbot, button) -> None:
    assert button.isEnabled(), f"{button.text()} cannot be clicked"
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def states(tab) -> dict[str, str]:
    return {item.name: item.standing.state for item in tab.queue.items}


def outputs(tmp_path: Path) -> list[str]:
    return sorted(path.name for path in (tmp_path / "out").iterdir())


def sentences(tab) -> dict[str, str]:
    return {item.name: item.standing.sentence for item in tab.queue.items}


def logged(dock) -> str:
    return "\n".join(entry.sentence for entry in dock.context.log.entries)


def shown(tab, row: int, column: int) -> str:
    return tab.panel.view.rows.data(tab.panel.view.rows.index(row, column))


@pytest.mark.each_napari
def test_one_damaged_file_does_not_stop_the_others(
    tab, dock, add, run, folder, tmp_path, plugins
) -> None:
    add(folder)
    run()
    assert states(tab) == {"a.npy": "done", "b.npy": "failed", "c.npy": "done"}
    assert outputs(tmp_path) == ["a.ome.tif", "c.ome.tif"]
    np.testing.assert_array_equal(
        read_image(tmp_path / "out/a.ome.tif", plugins), restore(folder / "a.npy", "denoise")
    )
    assert str(folder / "b.npy") in sentences(tab)["b.npy"]
    assert shown(tab, 1, 1).startswith("failed: promises 3.8 kB of pixels")
    assert tab.controls.status.text().startswith("2 done, 1 failed in ")
    assert "Batch: 2 done, 1 failed in " in logged(dock)
    assert f"1 of 3 images could not be restored. {sentences(tab)['b.npy']}" in logged(dock)


def test_layers_are_written_under_their_names(
    tab, viewer, qtbot, run, noisy, tmp_path, plugins
) -> None:
    for name in ("cells: 1/2", "nuclei.tif"):
        viewer.add_image(noisy(32, 40), name=name)
    viewer.layers.select_all()
    click_on(qtbot, tab.panel.layers_button)
    run()
    assert outputs(tmp_path) == ["cells_ 1_2.ome.tif", "nuclei.ome.tif"]
    written = read_image(tmp_path / "out/nuclei.ome.tif", plugins)
    np.testing.assert_array_equal(written.squeeze(), restore(noisy(32, 40), "denoise"))


def test_outputs_of_one_name_never_overwrite_each_other(
    tab, viewer, qtbot, add, run, folder, noisy, tmp_path
) -> None:
    for name in ("a", "x/y", "x:y"):
        viewer.add_image(noisy(32, 40), name=name)
    viewer.layers.select_all()
    click_on(qtbot, tab.panel.layers_button)
    add(folder / "a.npy", folder / "c.npy")
    tab.form.overwrite.setChecked(True)
    run()
    assert states(tab).pop("c.npy") == "done"
    assert set(states(tab).values()) == {"done", "failed"}
    assert outputs(tmp_path) == ["c.ome.tif"]
    assert "would be written to" in sentences(tab)["a.npy"]
    assert "under names of their own" in sentences(tab)["x/y"]


def test_what_is_done_is_not_overwritten_by_what_is_added_later(
    tab, add, run, folder, tmp_path, noisy
) -> None:
    add(folder / "a.npy")
    tab.form.overwrite.setChecked(True)
    run()
    before = (tmp_path / "out/a.ome.tif").read_bytes()
    (folder / "other").mkdir()
    np.save(folder / "other/a.npy", noisy(16, 16))
    add(folder / "other")
    run()
    assert [item.standing.state for item in tab.queue.items] == ["done", "failed"]
    assert (tmp_path / "out/a.ome.tif").read_bytes() == before


def test_outputs_that_exist_are_named_before_anything_begins(
    tab, qtbot, add, run, folder, tmp_path
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/a.ome.tif").write_text("precious")
    add(folder / "a.npy", folder / "c.npy")
    click_on(qtbot, tab.controls.run)
    panel = tab.controls.existing
    qtbot.waitUntil(panel.isVisible, timeout=10_000)
    assert panel.label.text() == f"1 output exists already in {tmp_path / 'out'}: a.ome.tif."
    assert not tab.running
    click_on(qtbot, panel.back)
    assert outputs(tmp_path) == ["a.ome.tif"]
    run("skip")
    assert states(tab) == {"a.npy": "skipped", "c.npy": "done"}
    assert (tmp_path / "out/a.ome.tif").read_text() == "precious"
    run("replace")
    assert set(states(tab).values()) == {"done"}
    assert (tmp_path / "out/a.ome.tif").read_bytes() != b"precious"


def begin_long_run(tab, qtbot, add, folder: Path, noisy) -> None:
    """Begin with an image that is done at once, and another that takes long."""
    np.save(folder / "long.npy", noisy(20, 256, 256))
    add(folder / "c.npy", folder / "long.npy", folder / "a.npy")
    click_on(qtbot, tab.controls.run)
    qtbot.waitUntil(lambda: tab.queue.items[1].standing.share > 0.1, timeout=60_000)


def test_cancel_is_answered_within_a_second_and_keeps_what_is_finished(
    tab, qtbot, add, run, folder, noisy, tmp_path
) -> None:
    begin_long_run(tab, qtbot, add, folder, noisy)
    assert shown(tab, 1, 1).startswith("working, ")
    asked = time.monotonic()
    click_on(qtbot, tab.controls.cancel)
    qtbot.waitUntil(lambda: not tab.running, timeout=5000)
    assert time.monotonic() - asked < 1
    assert states(tab) == {"c.npy": "done", "long.npy": "cancelled", "a.npy": "cancelled"}
    assert outputs(tmp_path) == ["c.ome.tif"]
    tab.panel.view.selectRow(1)
    qtbot.keyClick(tab.panel.view, Qt.Key.Key_Delete)
    run()
    assert states(tab) == {"c.npy": "done", "a.npy": "done"}


def test_the_queue_grows_while_it_is_worked_on(tab, qtbot, add, folder, noisy, tmp_path) -> None:
    tab.form.folder.setText(str(tmp_path / "out"))
    np.save(folder / "long.npy", noisy(8, 100, 100))
    add(folder / "long.npy")
    click_on(qtbot, tab.controls.run)
    qtbot.waitUntil(lambda: tab.queue.items[0].standing.share > 0.1, timeout=60_000)
    add(folder / "a.npy")
    qtbot.waitUntil(lambda: not tab.running, timeout=60_000)
    assert states(tab) == {"long.npy": "done", "a.npy": "done"}


def test_closing_the_dock_ends_it_and_leaves_no_half_written_output(
    tab, dock, viewer, qtbot, add, folder, noisy, tmp_path
) -> None:
    tab.form.folder.setText(str(tmp_path / "out"))
    begin_long_run(tab, qtbot, add, folder, noisy)
    begun = time.monotonic()
    viewer.window.remove_dock_widget(dock)
    assert time.monotonic() - begun < 2
    ours = [thread for thread in threading.enumerate() if thread.name == "DeBCR"]
    assert not ours
    assert outputs(tmp_path) == ["c.ome.tif"]


def test_a_plate_stays_one_plate(tab, add, run, zarr_groups, tmp_path) -> None:
    zarr_groups().plate(tmp_path / "plate.ome.zarr", {"A/1": ("0", "1")})
    add(tmp_path / "plate.ome.zarr")
    run()
    assert states(tab) == {"plate.ome.zarr": "done"}
    assert outputs(tmp_path) == ["plate.ome.zarr"]
    assert (tmp_path / "out/plate.ome.zarr/A/1/1").is_dir()


def test_a_folder_without_images_is_said_to_be_one(tab, dock, add, tmp_path) -> None:
    (tmp_path / "empty").mkdir()
    add(tmp_path / "empty", tmp_path / "absent.tif")
    assert not tab.queue.items
    assert "empty holds no image that can be read" in logged(dock)
    assert "absent.tif" in logged(dock)


def test_what_is_in_the_list_already_is_not_added_again(tab, add, folder) -> None:
    add(folder)
    add(folder / "a.npy", folder)
    assert list(states(tab)) == ["a.npy", "b.npy", "c.npy"]


def test_a_folder_that_cannot_be_written_to_is_said_before_any_work(
    tab, dock, add, run, folder, tmp_path
) -> None:
    (tmp_path / "out").write_text("a file")
    add(folder / "a.npy")
    run()
    assert f"{tmp_path / 'out'} is a file, but 1 images need a folder" in logged(dock)
    assert states(tab) == {"a.npy": "cancelled"}


def test_without_a_folder_or_images_it_says_what_is_missing(tab, dock, qtbot, tmp_path) -> None:
    tab.form.folder.setText("")
    click_on(qtbot, tab.controls.run)
    tab.form.folder.setText(str(tmp_path))
    click_on(qtbot, tab.controls.run)
    click_on(qtbot, tab.panel.layers_button)
    sentences = [entry.sentence for entry in dock.context.log.entries]
    assert sentences == [
        "There is no output folder: choose one.",
        "There is nothing to restore: add layers, files or a folder.",
        "No layer is selected: select some first.",
    ]


def test_layers_without_intensities_are_left_out(tab, dock, viewer, qtbot) -> None:
    viewer.add_labels(np.zeros((8, 8), int), name="cells")
    click_on(qtbot, tab.panel.layers_button)
    assert not tab.queue.items
    assert '"cells" is no image layer' in logged(dock)


def test_the_report_tells_what_became_of_each_image(
    tab, qtbot, add, run, folder, tmp_path, monkeypatch
) -> None:
    add(folder)
    run()
    for path in (tmp_path / "report.csv", tmp_path / "report.txt"):
        monkeypatch.setattr(asking, "ask_report", lambda *_, path=path: str(path))
        click_on(qtbot, tab.controls.report)
        qtbot.waitUntil(path.exists, timeout=5000)
    assert "b.npy: failed" in (tmp_path / "report.txt").read_text()
    with (tmp_path / "report.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["name"] for row in rows] == ["a.npy", "b.npy", "c.npy"]
    assert [row["status"] for row in rows] == ["done", "failed", "done"]
    assert rows[0]["output"] == str(tmp_path / "out/a.ome.tif")
    assert rows[1]["sentence"] == sentences(tab)["b.npy"]
    assert float(rows[0]["seconds"]) > 0


def test_a_full_disk_is_said_of_each_image(
    tab, dock, add, run, folder, tmp_path, monkeypatch
) -> None:
    import shutil

    full = type(shutil.disk_usage(tmp_path))(100, 100, 0)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: full)
    add(folder / "a.npy", folder / "c.npy")
    run()
    assert set(states(tab).values()) == {"failed"}
    assert "but only 0 B are free there: make room" in sentences(tab)["a.npy"]
    assert not outputs(tmp_path)


def test_an_output_inside_the_input_is_refused(tab, add, run, zarr_groups, tmp_path) -> None:
    zarr_groups().plate(tmp_path / "plate.ome.zarr", {"A/1": ("0", "1")})
    add(tmp_path / "plate.ome.zarr")
    tab.form.folder.setText(str(tmp_path / "plate.ome.zarr/out"))
    run()
    assert "lies in the input" in sentences(tab)["plate.ome.zarr"]


def test_a_model_that_cannot_be_opened_is_said_once(tab, dock, add, run, folder, tmp_path) -> None:
    (tmp_path / "weights.pt").write_bytes(b"no weights")
    tab.models.choose(str(tmp_path / "weights.pt"))
    add(folder)
    run()
    assert set(states(tab).values()) == {"cancelled"}
    assert "weights.pt" in logged(dock)
    assert tab.controls.run.isEnabled()


def test_every_control_is_named_explained_and_reached_by_keys(tab) -> None:
    buttons = tab.findChildren(QPushButton)
    ours = [tab.panel.view, tab.form.folder, tab.form.format, tab.form.pixels, tab.form.overwrite]
    for control in [*buttons, *ours]:
        assert control.accessibleName()
        assert control.toolTip() or control is tab.panel.view
        assert control.focusPolicy() & Qt.FocusPolicy.TabFocus


@pytest.mark.each_napari
def test_results_are_opened_by_our_reader(tab, viewer, qtbot, add, run, folder) -> None:
    add(folder / "a.npy")
    run()
    click_on(qtbot, tab.controls.open)
    qtbot.waitUntil(lambda: len(viewer.layers) == 1, timeout=10_000)
    assert viewer.layers[0].source.reader_plugin == "debcr-zoo"
    assert viewer.layers[0].data.shape[-2:] == (40, 48)


def test_folder_and_format_are_kept_between_sessions(tab, qtbot, plugins) -> None:
    qtbot.waitUntil(lambda: tab.form.format.count() > 2, timeout=10_000)
    tab.form.folder.setFocus()
    tab.form.folder.clear()
    qtbot.keyClicks(tab.form.folder, "/results")
    qtbot.keyClick(tab.form.folder, Qt.Key.Key_Return)
    tab.form.format.setFocus()
    qtbot.keyClicks(tab.form.format, "ome-zarr")
    assert tab.form.goal().suffix == ".ome.zarr"
    again = OutputForm()
    qtbot.addWidget(again)
    again.show_formats(formats_of(plugins))
    assert again.goal() == tab.form.goal()
    assert again.goal().folder == Path("/results")


def test_the_formats_offered_hold_float32(tab, qtbot) -> None:
    box = tab.form.format
    qtbot.waitUntil(lambda: box.count() > 2, timeout=10_000)
    offered = [box.itemData(number) for number in range(box.count())]
    assert offered[:2] == [".ome.tif", None]
    assert {".ome.zarr", ".tif", ".npy"} < set(offered)
    assert ".jpg" not in offered


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("cells: 1/2", "cells_ 1_2"),
        ("a\\b\n", "a_b_"),
        ("..", "_."),
        (" ", "layer"),
        ("µm 3.5", "µm 3.5"),
    ],
)
def test_a_layer_s_name_becomes_one_that_any_system_takes(name: str, file: str) -> None:
    assert file_name_of(name) == file


def test_of_many_outputs_that_exist_some_are_named() -> None:
    said = sentence_of([Path(f"out/{number}.tif") for number in range(7)])
    assert said == ("7 outputs exist already in out: 0.tif, 1.tif, 2.tif, 3.tif, 4.tif and 2 more.")
    assert sentence_of([Path("out/a.tif")]) == "1 output exists already in out: a.tif."


def test_when_a_search_has_ended_the_status_says_how_many_images_there_are(
    tab, add, folder: Path
) -> None:
    add(folder)
    assert tab.controls.status.text() == "3 images in the list."
    assert not tab.controls.cancel.isEnabled()


def test_a_report_can_be_saved_after_the_output_folder_could_not_be_made(
    tab, add, folder: Path, tmp_path: Path, qtbot, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(folder)
    (tmp_path / "taken").write_text("a file")
    tab.form.folder.setText(str(tmp_path / "taken"))
    qtbot.mouseClick(tab.controls.run, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not tab.running, timeout=10_000)
    report = tmp_path / "report.csv"
    monkeypatch.setattr(asking, "ask_report", lambda *_: str(report))
    qtbot.mouseClick(tab.controls.report, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(report.exists)
    assert "Not begun." in report.read_text()


def test_of_a_single_image_it_is_not_counted(tab, add, run, folder: Path, dock) -> None:
    add(folder / "b.npy")
    run()
    assert "The image could not be restored. " in logged(dock)


def test_who_goes_back_keeps_what_became_of_the_images(tab, add, run, folder: Path) -> None:
    add(folder / "c.npy")
    run()
    run("back")
    assert states(tab) == {"c.npy": "done"}
    assert tab.controls.open.isEnabled()
    assert tab.controls.report.isEnabled()
