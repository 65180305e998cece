"""Results that are too large for memory go to an OME-Zarr, and are shown from there."""

from __future__ import annotations

import errno
import os

import numpy as np
import pytest

pytest.importorskip("napari")

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

from debcr_core import restore


@pytest.fixture
def tab(dock, qtbot, tmp_path):
    """Return the tab, for which any result is large."""
    tab = opened_tab(dock, qtbot)
    tab.options.threshold.setValue(0)
    tab.options.folder.setText(str(tmp_path / "large"))
    (tmp_path / "large").mkdir()
    return tab


@pytest.mark.each_napari
def test_a_large_result_opens_as_a_lazy_layer_of_several_levels(
    tab, viewer, qtbot, tmp_path
) -> None:
    pixels = noisy(2, 100, 1100)
    viewer.add_image(pixels, name="a/b", scale=(1, 0.5, 0.5), axis_labels=("t", "y", "x"))
    run(tab, qtbot)
    assert [path.name for path in (tmp_path / "large").iterdir()] == ["a_b restored.ome.zarr"]
    result = viewer.layers["a/b restored"]
    assert result.multiscale
    assert [level.shape for level in result.data] == [(2, 100, 1100), (2, 50, 550), (2, 25, 275)]
    assert not isinstance(result.data[0], np.ndarray)
    np.testing.assert_array_equal(result.data[0], restore(pixels, axes="tyx").values)
    np.testing.assert_array_equal(result.scale, viewer.layers["a/b"].scale)
    low, high = result.contrast_limits
    assert low < np.mean(result.data[0]) < high
    assert result.metadata["debcr"]["making"].on_disk
    assert usable(tab)


def test_a_result_is_never_written_over_another(tab, viewer, qtbot, tmp_path) -> None:
    viewer.add_image(noisy(30, 40), name="a")
    run(tab, qtbot)
    run(tab, qtbot)
    names = sorted(path.name for path in (tmp_path / "large").iterdir())
    assert names == ["a restored 2.ome.zarr", "a restored.ome.zarr"]


def failed(tab, viewer, qtbot, folder) -> str:
    """Run what cannot be written, and return what was said of it."""
    viewer.add_image(noisy(30, 40), name="a")
    run(tab, qtbot)
    assert len(viewer.layers) == 1
    assert usable(tab)
    assert not folder.is_dir() or not list(folder.iterdir())
    return told(tab)[-1]


def test_without_a_folder_it_says_where_to_choose_one(tab, viewer, qtbot, tmp_path) -> None:
    tab.options.folder.setText("")
    said = failed(tab, viewer, qtbot, tmp_path / "large")
    assert "The result has 4.8 kB, more than is to be kept in memory: choose a folder" in said


def test_a_folder_that_is_not_there_is_told_of(tab, viewer, qtbot, tmp_path) -> None:
    tab.options.folder.setText(str(tmp_path / "gone"))
    assert "does not exist" in failed(tab, viewer, qtbot, tmp_path / "gone")


def test_a_folder_that_may_not_be_written_is_told_of(
    tab, viewer, qtbot, tmp_path, monkeypatch
) -> None:
    may = os.access
    # Nothing is forbidden to root, as whom these tests may run.
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK and may(path, mode))
    assert "cannot be written to" in failed(tab, viewer, qtbot, tmp_path / "large")


def test_a_disk_that_is_full_leaves_nothing_behind(
    tab, viewer, qtbot, tmp_path, monkeypatch
) -> None:
    from debcr_core.flow import plan_writing

    def full(block, dtype):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(plan_writing, "convert_block", full)
    assert "No space left for" in failed(tab, viewer, qtbot, tmp_path / "large")


def test_cancel_while_streaming_answers_soon_and_leaves_nothing(
    tab, viewer, qtbot, tmp_path
) -> None:
    viewer.add_image(noisy(9, 300, 300), name="a", axis_labels=("t", "y", "x"))
    click(qtbot, tab.footer.run)
    folder = tmp_path / "large"
    qtbot.waitUntil(lambda: any(folder.iterdir()), timeout=LONG)
    click(qtbot, tab.footer.cancel)
    wait_until_idle(tab, qtbot)
    assert "nothing is kept" in tab.footer.status.text()
    assert not list(folder.iterdir())
    assert len(viewer.layers) == 1
    assert usable(tab)


def test_the_folder_is_chosen_in_a_dialog(tab, qtbot, tmp_path, monkeypatch) -> None:
    from napari_adapter.restore import options_form

    monkeypatch.setattr(options_form, "ask_folder", lambda *_: str(tmp_path))
    click(qtbot, tab.options.folder_button)
    assert tab.options.place().folder == tmp_path
