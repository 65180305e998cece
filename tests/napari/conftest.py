"""A real window, on whatever screen there is; without one these tests skip with a reason.

With ``DEBCR_REQUIRE_GUI=1``, as in ``.ci/run``, what would skip fails. Test modules begin with
``pytest.importorskip("napari")``.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
REQUIRED = os.environ.get("DEBCR_REQUIRE_GUI") == "1"


def _missing() -> str | None:
    """Return why there can be no window here."""
    if find_spec("napari") is None:
        return 'napari is not installed: pip install "debcr-zoo[napari]" and a binding of Qt'
    if find_spec("pytestqt") is None:
        return "pytest-qt is not installed"
    if not any(find_spec(binding) for binding in ("PyQt6", "PySide6")):
        return "no binding of Qt is installed: pip install PyQt6"
    screens = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    if sys.platform == "linux" and not any(map(os.environ.get, screens)):
        return "there is no screen: run the tests by xvfb-run -a"
    return None


MISSING = _missing()

if MISSING and REQUIRED:
    raise RuntimeError(f"DEBCR_REQUIRE_GUI=1, but {MISSING}.")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if MISSING:
        for item in items:
            if HERE in item.path.parents:
                item.add_marker(pytest.mark.skip(reason=MISSING))


@pytest.fixture(autouse=True)
def new_session(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], Path]:
    """Keep the settings of each test to itself.

    Returns
    -------
    callable
        Begins a session with what the last one kept, and returns the folder of settings.
    """
    import napari.settings

    folder = tmp_path_factory.mktemp("settings")
    path = folder / "settings.yaml"

    def begin() -> Path:
        monkeypatch.setattr(napari.settings, "_SETTINGS", None)
        napari.settings.get_settings(path)
        # From napari 0.9 on.
        monkeypatch.setattr(napari.settings, "_PLUGIN_SETTINGS", {}, raising=False)
        monkeypatch.setattr(napari.settings, "_CFG_PATH", str(path))
        return folder

    begin()
    return begin


@pytest.fixture
def viewer(make_napari_viewer: Callable[..., Any], request: pytest.FixtureRequest) -> Iterator[Any]:
    """Return an empty viewer in a window that is shown."""
    yield make_napari_viewer(show=True)
    # What the test was given would keep the window alive, which napari's fixture takes for a leak.
    request.node.funcargs.clear()


@pytest.fixture
def dock(viewer: Any) -> Iterator[Any]:
    """Return our widget, in its dock; afterwards no thread of it is left."""
    from napari_adapter.dock import DebcrDock

    widget = DebcrDock(viewer)
    viewer.window.add_dock_widget(widget, name="DeBCR", area="right")
    yield widget
    widget.context.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "DeBCR"]
