"""A real window, on whatever screen there is; without one these tests skip with a reason.

With ``DEBCR_REQUIRE_GUI=1``, as in ``.ci/viewer``, what would skip fails. Test modules begin with
``pytest.importorskip("napari")``.
"""

from __future__ import annotations

import gc
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
REQUIRED = os.environ.get("DEBCR_REQUIRE_GUI") == "1"
PATIENCE_S = 5.0
KEPT = ("DeBCR's end", "ThreadPoolExecutor", "zarr", "asyncio", "Dummy", "IOLoop")
"""How threads are named that we, dask and the like keep for the next time."""

# Settings of napari are kept in memory: those of whoever runs the tests stay as they are.
os.environ.setdefault("NAPARI_CONFIG", "")


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
        monkeypatch.setattr(napari.settings, "_CFG_PATH", str(path), raising=False)
        return folder

    begin()
    return begin


def _required(report: Any) -> Any:
    """Have what was skipped fail where there must be a window."""
    if REQUIRED and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"DEBCR_REQUIRE_GUI=1, but this was skipped: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Iterator[None]:
    return _required((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Iterator[None]:
    report = yield
    if MISSING and report.failed:
        # A module that imports Qt fails where there is none.
        report.outcome = "skipped"
        report.longrepr = (str(collector.path), 0, f"Skipped: {MISSING}")
    return _required(report)


@pytest.fixture(scope="session", autouse=True)
def _plugins_found_once() -> Iterator[None]:
    """Read the manifests of installed plugins once: napari does so for each of its windows."""
    from npe2 import PluginManifest

    found = list(PluginManifest.discover())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PluginManifest, "discover", lambda paths=(): iter(found))
        yield


@pytest.fixture(scope="module", autouse=True)
def _what_is_there_stays() -> Iterator[None]:
    """Have searches for garbage, of which each window makes several, leave out what stays."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture
def viewer(make_napari_viewer: Callable[..., Any], request: pytest.FixtureRequest) -> Iterator[Any]:
    """Return an empty viewer in a window that is shown."""
    yield make_napari_viewer(show=True)
    # What the test was given would keep the window alive, which napari's fixture takes for a leak.
    request.node.funcargs.clear()


@pytest.fixture
def nothing_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail the test if a thread or a temporary file is left when it has ended."""
    folder = tmp_path / "temporary files"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    before = set(threading.enumerate())
    yield
    until = time.monotonic() + PATIENCE_S
    while threads := _threads_since(before):
        assert time.monotonic() < until, f"threads are left: {threads}"
        time.sleep(0.02)
    assert not list(folder.iterdir())


def _threads_since(before: set[threading.Thread]) -> list[threading.Thread]:
    new = set(threading.enumerate()) - before
    return [thread for thread in new if not thread.name.startswith(KEPT)]


@pytest.fixture
def dock(nothing_left: None, viewer: Any) -> Iterator[Any]:
    """Return our widget, opened as by the menu; afterwards no thread and no file of it is left."""
    _, widget = viewer.window.add_plugin_dock_widget("debcr-zoo", "DeBCR")
    yield widget
    widget.context.close()
