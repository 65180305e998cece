"""A model is chosen, its card read, its code trusted; nothing of it happens where it would stop."""

from __future__ import annotations

import hashlib
import json
import socket
import threading
import time

import pytest

pytest.importorskip("napari")

from napari.components import ViewerModel
from napari.utils.notifications import notification_manager
from qtpy.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from qtpy.QtGui import QDragEnterEvent, QDropEvent
from qtpy.QtWidgets import QApplication, QScrollArea

from napari_adapter.context import Context
from napari_adapter.engine import Choice, Engine
from napari_adapter.models import asking
from napari_adapter.models.chosen import tidy
from napari_adapter.models.model_chooser import ModelChooser
from napari_adapter.models.recent import MANY, Recent
from napari_adapter.settings import Settings

NETWORK = """
from pathlib import Path
Path({marker!r}).touch()
"""


@pytest.fixture
def context(qtbot):
    """Return what tabs share, without a window: most of this needs none."""
    made = Context(ViewerModel())
    yield made
    made.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "DeBCR"]


@pytest.fixture
def chooser(context, qtbot):
    """Return a chooser that is shown, 350 pixels wide, whose default model is open."""
    made = ModelChooser(context)
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setWidget(made)
    area.setFixedSize(350, 600)
    qtbot.addWidget(area)
    with qtbot.waitExposed(area):
        area.show()
    settled(made, qtbot)
    yield made
    area.close()


def settled(chooser, qtbot) -> None:
    qtbot.waitUntil(lambda: chooser._chosen.state != "opening", timeout=20_000)


def type_in(chooser, qtbot, text: str) -> None:
    editor = chooser.names.lineEdit()
    editor.selectAll()
    qtbot.keyClicks(editor, text)
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    settled(chooser, qtbot)


def click(qtbot, widget) -> None:
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)


def tick(qtbot, box) -> None:
    """Click the box itself: what is right of its words does nothing."""
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, box.height() // 2))


@pytest.fixture
def marker(tmp_path):
    return tmp_path / "touched"


@pytest.fixture
def code_bundle(tmp_path, marker):
    """Return a bundle that only Python code in it can run; that would touch the marker."""
    folder = tmp_path / "code & <b>bold"
    folder.mkdir()
    (folder / "README.md").write_text("# Validation\nNone.\n")
    (folder / "network.py").write_text(NETWORK.format(marker=str(marker)))
    (folder / "weights.pt").write_bytes(b"no weights")

    def named(name: str) -> dict[str, str]:
        return {
            "source": name,
            "sha256": hashlib.sha256((folder / name).read_bytes()).hexdigest(),
        }

    axes = [{"type": "batch"}, {"type": "channel", "channel_names": ["grey"]}]
    sizes = {"min": 4, "step": 1}
    rdf = {
        "type": "model",
        "format_version": "0.5.4",
        "name": "Some code",
        "description": "<img src='file:///x.png'> Runs <b>code</b>.",
        "license": "MIT",
        "authors": [{"name": "Nobody"}],
        "cite": [{"text": "None", "doi": "10.1007/978-3-031-73226-3_22"}],
        "documentation": "README.md",
        "timestamp": "2024-01-01T00:00:00",
        "inputs": [
            {
                "id": "raw",
                "axes": axes + [{"type": "space", "id": axis, "size": sizes} for axis in "yx"],
            }
        ],
        "outputs": [
            {
                "id": "restored",
                "axes": axes
                + [
                    {
                        "type": "space",
                        "id": axis,
                        "size": {"tensor_id": "raw", "axis_id": axis},
                    }
                    for axis in "yx"
                ],
            }
        ],
        "weights": {
            "pytorch_state_dict": {
                **named("weights.pt"),
                "pytorch_version": "2.13.0",
                "architecture": {**named("network.py"), "callable": "Network"},
            }
        },
    }
    (folder / "rdf.yaml").write_text(json.dumps(rdf))
    return folder


def test_the_default_model_is_open_and_first_in_the_list(chooser) -> None:
    assert chooser.choice() == Choice("denoise")
    assert chooser.trained.name == "denoise"
    names = [chooser.names.itemText(number) for number in range(chooser.names.count())]
    assert names[0] == "denoise"
    assert "deblur" in names
    assert "planes (2-D), one channel at a time" in chooser.card.text.text()
    assert not chooser.state.isVisible()


@pytest.mark.each_napari
def test_another_model_is_chosen_by_the_keyboard_and_told_of(chooser, qtbot) -> None:
    told = []

    @chooser.changed.connect
    def tell() -> None:
        told.append((chooser.choice().model, chooser.trained is not None))

    qtbot.keyClick(chooser.names, Qt.Key.Key_Down)
    settled(chooser, qtbot)
    assert told == [("deblur", False), ("deblur", True)]


def test_it_stands_in_a_window_of_napari(dock, viewer, qtbot) -> None:
    made = ModelChooser(dock.context)
    viewer.window.add_dock_widget(made, name="Models", area="left")
    settled(made, qtbot)
    assert made.trained.name == "denoise"
    chosen = made.choice()
    viewer.window.remove_dock_widget(made)
    assert made.choice() == chosen


def test_models_are_found_and_opened_beside_the_main_thread(context, qtbot, monkeypatch) -> None:
    threads = []
    for name in ("trained", "plugins"):
        original = getattr(Engine, name)
        call = original.fget if isinstance(original, property) else original

        def noted(*arguments, call=call):
            threads.append(threading.current_thread())
            return call(*arguments)

        monkeypatch.setattr(Engine, name, property(noted) if name == "plugins" else noted)
    made = ModelChooser(context)
    qtbot.addWidget(made)
    settled(made, qtbot)
    assert made.trained is not None
    assert len(threads) >= 2
    assert threading.main_thread() not in threads


def test_what_is_no_model_is_told_and_the_former_one_is_a_click_away(chooser, qtbot) -> None:
    type_in(chooser, qtbot, "deblurr")
    assert chooser.trained is None
    assert 'Did you mean "deblur"?' in chooser.state.text.text()
    assert 'Did you mean "deblur"?' in chooser._context.log.entries[-1].sentence
    click(qtbot, chooser.state.back)
    settled(chooser, qtbot)
    assert chooser.trained.name == "denoise"
    assert chooser.names.currentText() == "denoise"


def test_the_same_can_be_tried_again(chooser, qtbot, tmp_path) -> None:
    bundle = tmp_path / "later.safetensors"
    type_in(chooser, qtbot, str(bundle))
    assert "There is no weights file" in chooser.state.text.text()
    bundle.write_bytes(b"damaged")
    click(qtbot, chooser.state.again)
    settled(chooser, qtbot)
    assert "is not a whole safetensors file" in chooser.state.text.text()


@pytest.mark.parametrize("text", ["x" * 5000, "", "   ", "/", "<b>x</b>.zip", "a\tb"])
def test_whatever_is_typed_the_default_can_be_chosen_afterwards(chooser, qtbot, text) -> None:
    chooser.choose(text)
    settled(chooser, qtbot)
    assert all("DeBCR failed" not in entry.sentence for entry in chooser._context.log.entries)
    chooser.choose("denoise")
    settled(chooser, qtbot)
    assert chooser.trained.name == "denoise"


@pytest.mark.each_napari
def test_code_of_a_bundle_waits_for_the_box_that_explains_it(
    chooser, qtbot, code_bundle, marker
) -> None:
    assert not chooser.trust.isVisible()
    type_in(chooser, qtbot, str(code_bundle))
    assert chooser.trained is None
    assert chooser.trust.isVisible()
    assert not chooser.trust.box.isChecked()
    said = chooser.trust.warning.text().replace("\u200b", "")
    assert "Network of network.py" in said
    assert "could do anything on this computer" in said
    assert "--trust-code" not in said
    tick(qtbot, chooser.trust.box)
    settled(chooser, qtbot)
    assert chooser.choice() == Choice(str(code_bundle), trust_code=True)
    assert chooser.trained is not None
    assert chooser.trust.isVisible()
    assert chooser.trust.box.isChecked()
    assert not marker.exists(), "to choose a model is not to run it"


def test_trust_is_taken_back_by_the_box(chooser, qtbot, code_bundle) -> None:
    type_in(chooser, qtbot, str(code_bundle))
    for expected in (True, False):
        tick(qtbot, chooser.trust.box)
        settled(chooser, qtbot)
        assert (chooser.trained is not None) == expected
    assert not chooser.choice().trust_code


def test_trust_ends_when_another_model_is_chosen_and_is_not_remembered(
    chooser, qtbot, code_bundle
) -> None:
    type_in(chooser, qtbot, str(code_bundle))
    tick(qtbot, chooser.trust.box)
    settled(chooser, qtbot)
    type_in(chooser, qtbot, "denoise")
    assert not chooser.trust.isVisible()
    chooser.choose(str(code_bundle))
    settled(chooser, qtbot)
    assert not chooser.choice().trust_code
    assert not chooser.trust.box.isChecked()


def test_another_session_begins_with_the_same_model_but_without_its_trust(
    chooser, context, qtbot, code_bundle, new_session
) -> None:
    type_in(chooser, qtbot, str(code_bundle))
    tick(qtbot, chooser.trust.box)
    settled(chooser, qtbot)
    assert chooser.trained is not None
    new_session()
    later = ModelChooser(context)
    qtbot.addWidget(later)
    settled(later, qtbot)
    assert later.choice() == Choice(str(code_bundle))
    assert later.trained is None
    assert not later.trust.box.isChecked()


def test_another_session_fetches_nothing_before_it_is_asked_to(
    chooser, context, qtbot, new_session
) -> None:
    chooser.choose("https://nowhere.invalid/model.zip")
    new_session()
    later = ModelChooser(context)
    qtbot.addWidget(later)
    settled(later, qtbot)
    assert later.trained.name == "denoise"
    assert later.names.findText("https://nowhere.invalid/model.zip") > 0


def test_a_server_that_does_not_answer_is_cancelled_within_a_second(chooser, qtbot) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        chooser.choose(f"http://127.0.0.1:{server.getsockname()[1]}/model.zip")
        assert chooser.state.text.text().replace("\u200b", "").startswith("Opening http://127")
        connection, _ = server.accept()
        began = time.monotonic()
        click(qtbot, chooser.state.cancel)
        settled(chooser, qtbot)
        assert time.monotonic() - began < 1
        connection.close()
    assert "was cancelled" in chooser.state.text.text()
    assert chooser.state.back.text() == "Back to denoise"


def test_what_is_chosen_meanwhile_takes_the_place_of_what_is_being_opened(chooser, qtbot) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        chooser.choose(f"http://127.0.0.1:{server.getsockname()[1]}/model.zip")
        chooser.choose("deblur")
        settled(chooser, qtbot)
        assert chooser.trained.name == "deblur"
        qtbot.wait(300)
        assert chooser.trained.name == "deblur"


def test_opening_goes_on_when_the_widget_is_shown_again(chooser, qtbot) -> None:
    chooser.choose("deblur")
    chooser._context.close()
    assert chooser.trained is None
    chooser.hide()
    chooser.show()
    settled(chooser, qtbot)
    assert chooser.trained.name == "deblur"


def mime(*addresses: str) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl(address) for address in addresses])
    return data


def entered(chooser, data) -> bool:
    event = QDragEnterEvent(
        QPoint(5, 5),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    event.ignore()
    QApplication.sendEvent(chooser, event)
    return event.isAccepted()


@pytest.mark.each_napari
def test_a_bundle_is_dropped_onto_it(chooser, qtbot, code_bundle) -> None:
    data = mime(QUrl.fromLocalFile(str(code_bundle)).toString())
    assert entered(chooser, data)
    event = QDropEvent(
        QPointF(5, 5),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(chooser, event)
    settled(chooser, qtbot)
    assert chooser.choice().model == str(code_bundle)
    assert chooser.trust.isVisible()


def test_two_files_are_not_dropped_onto_it(chooser) -> None:
    assert not entered(chooser, mime("file:///a.zip", "file:///b.zip"))


def test_a_folder_is_opened_by_the_menu(chooser, qtbot, code_bundle, monkeypatch) -> None:
    monkeypatch.setattr(asking, "ask_folder", lambda parent: str(code_bundle))
    chooser.open_button.menu().actions()[1].trigger()
    settled(chooser, qtbot)
    assert chooser.choice().model == str(code_bundle)


def test_a_dialog_that_is_left_changes_nothing(chooser, monkeypatch) -> None:
    monkeypatch.setattr(asking, "ask_file", lambda parent: "")
    chooser.open_button.menu().actions()[0].trigger()
    assert chooser.trained.name == "denoise"


def test_what_was_chosen_is_listed_after_the_installed_ones(chooser, qtbot, code_bundle) -> None:
    type_in(chooser, qtbot, str(code_bundle))
    type_in(chooser, qtbot, "denoise")
    names = [chooser.names.itemText(number) for number in range(chooser.names.count())]
    assert names[-1] == str(code_bundle)
    assert names[0] == "denoise"


def test_what_is_typed_is_not_made_longer(chooser, qtbot) -> None:
    type_in(chooser, qtbot, "denois")
    assert chooser.choice().model == "denois"


def test_every_control_has_a_name_and_a_tip(chooser) -> None:
    controls = [chooser.names, chooser.open_button, chooser.trust.box, chooser.card.more]
    controls += [chooser.state.cancel, chooser.state.again, chooser.state.back]
    for control in controls:
        assert control.accessibleName()
        assert control.toolTip()


def test_the_newest_models_are_remembered_each_once() -> None:
    recent = Recent(Settings())
    for number in [*range(2 * MANY), 3]:
        recent.add(f"model {number}.zip", ["denoise"])
    recent.add("denoise", ["denoise"])
    again = Recent(Settings())
    assert again.chosen == "denoise"
    assert again.others[:2] == ["model 3.zip", f"model {2 * MANY - 1}.zip"]
    assert len(again.others) == len(set(again.others)) == MANY


def test_what_was_remembered_may_be_damaged() -> None:
    Settings().set("models.others", 3)
    Settings().set("models.chosen", ["x"])
    recent = Recent(Settings())
    assert (recent.chosen, recent.others) == ("", [])


def test_a_name_in_a_notification_is_not_taken_for_html(chooser, qtbot) -> None:
    chooser.choose("<img src='file:///etc/passwd'>.zip")
    settled(chooser, qtbot)
    message = str(notification_manager.records[-1].message)
    assert "There is no bundle" in message
    assert not Qt.mightBeRichText(message)
    assert Qt.mightBeRichText(chooser._context.log.entries[-1].sentence)


def test_what_comes_with_a_pasted_path_is_taken_off() -> None:
    assert tidy('"/a b/c.zip"\n') == "/a b/c.zip"
    assert tidy("file:///a%20b/c.zip") == "/a b/c.zip"
    assert tidy("https://a.org/c.zip") == "https://a.org/c.zip"
