"""What was set is there in the next session, whichever napari it is."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

pytest.importorskip("napari")

import napari.settings
from npe2 import PluginManager

from napari_adapter.batch.output_form import OutputForm
from napari_adapter.restore.options_form import OptionsForm
from napari_adapter.settings import PLUGIN, Settings

NEW = hasattr(napari.settings, "get_plugin_settings")
PLACES = ["own_page", "own_file"] if NEW else ["own_file"]
VALUES = [True, 3, 0.1, "µ → “quoted”\n", None, [1, [2]], {"model": "denoise", "trust": False}]


@pytest.fixture
def folder(new_session) -> Path:
    """Return the folder in which napari keeps its settings."""
    return new_session()


@pytest.fixture
def own_page(folder: Path) -> Path:
    """Return the file in which napari keeps our settings among its preferences."""
    if not NEW:
        pytest.skip("napari keeps settings of plugins from 0.9 on")
    if PLUGIN not in PluginManager.instance():
        PluginManager.instance().discover()
    return folder / f"{PLUGIN}.yaml"


@pytest.fixture
def own_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the file in which we keep them where napari does not."""
    monkeypatch.delattr(napari.settings, "get_plugin_settings", raising=False)
    return folder / f"{PLUGIN}.json"


@pytest.mark.each_napari
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("value", VALUES, ids=str)
def test_a_value_is_there_in_the_next_session(place, value, request, new_session) -> None:
    file = request.getfixturevalue(place)
    Settings().set("key", value)
    Settings().set("other", 1)
    assert file.exists()
    new_session()
    assert Settings().get("key", "default") == value


@pytest.mark.parametrize("place", PLACES)
def test_what_was_never_set_is_the_default(place, request) -> None:
    request.getfixturevalue(place)
    assert Settings().get("key") is None
    assert Settings().get("key", 7) == 7


@pytest.mark.parametrize("content", [b"{", b"[1]", b"\xff", b"null", b""])
def test_a_damaged_file_begins_afresh(content, own_file, caplog) -> None:
    own_file.write_bytes(content)
    assert Settings().get("key", 7) == 7
    assert bool(content) == any("DeBCR" in line for line in caplog.messages)
    Settings().set("key", 8)
    assert json.loads(own_file.read_text()) == {"key": 8}


@pytest.mark.parametrize("content", ["widget: [", "widget:\n  remembered: '['\n", "widget: 3\n"])
def test_damaged_preferences_begin_afresh(content, own_page) -> None:
    own_page.write_text(content)
    assert Settings().get("key", 7) == 7
    Settings().set("key", 8)
    assert Settings().get("key", 7) == 8


def test_a_foreign_damage_that_napari_does_not_bear_leaves_the_file(
    own_page, monkeypatch, caplog
) -> None:
    def fail(plugin: str) -> None:
        raise AssertionError("a list, not a mapping")

    monkeypatch.setattr(napari.settings, "get_plugin_settings", fail)
    Settings().set("key", 8)
    assert Settings().get("key") == 8
    assert "a list, not a mapping" in caplog.text


def test_a_folder_that_cannot_be_written_is_told_to_the_log_alone(folder, own_file, caplog) -> None:
    own_file.mkdir()
    with caplog.at_level(logging.WARNING):
        Settings().set("key", 8)
    assert "cannot be kept" in caplog.text
    assert [each.name for each in folder.iterdir()] == [own_file.name]


def test_nothing_is_kept_where_napari_keeps_nothing(own_file, monkeypatch) -> None:
    monkeypatch.setattr(napari.settings.get_settings(), "config_path", None)
    Settings().set("key", 8)
    assert Settings().get("key", 7) == 7
    assert not own_file.exists()


@pytest.mark.parametrize("wrong", [None, 3, [1], {"a": 1}, "text", 1e300, 10**30, -(10**30)])
def test_the_widget_opens_whatever_its_settings_were_edited_to(wrong, qtbot) -> None:
    for key in ("contrast_stretch", "pixels", "device", "memory", "folder"):
        Settings().set(f"restore.{key}", wrong)
    for key in ("folder", "format", "dtype"):
        Settings().set(f"batch.{key}", wrong)
    for form in (OptionsForm(), OutputForm()):
        qtbot.addWidget(form)
    assert Settings().get_alike("restore.device", "auto") in ("auto", "text")


def test_the_format_of_the_input_is_chosen_again_in_the_next_session(qtbot) -> None:
    form = OutputForm()
    qtbot.addWidget(form)
    form.format.setCurrentIndex(form.format.findData(None))
    form.format.activated.emit(form.format.currentIndex())
    later = OutputForm()
    qtbot.addWidget(later)
    assert later.format.currentData() is None
