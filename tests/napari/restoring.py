"""What tests of the Restore tab do in common."""

from __future__ import annotations

import numpy as np
from qtpy.QtCore import Qt

LONG = 60_000
"""Milliseconds; a busy computer is slow."""


def click(qtbot, button) -> None:
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def opened_tab(dock, qtbot):
    """Return the tab, in front, with its model open."""
    dock.tabs.setCurrentWidget(dock.restore)
    qtbot.waitUntil(lambda: dock.restore.model.trained is not None, timeout=LONG)
    return dock.restore


def run(tab, qtbot) -> None:
    click(qtbot, tab.footer.run)
    wait_until_idle(tab, qtbot)


def wait_until_idle(tab, qtbot) -> None:
    qtbot.waitUntil(lambda: not tab.restorer.running, timeout=LONG)


def told(tab) -> list[str]:
    """Return the warnings and errors that the user saw."""
    entries = tab._context.log.entries
    return [entry.sentence for entry in entries if entry.level in ("error", "warning")]


def usable(tab) -> bool:
    return tab.footer.run.isEnabled() and not tab.footer.bar.isVisible()


def noisy(*shape: int, seed: int = 0) -> np.ndarray:
    """Return blobs with the noise of a camera."""
    rng = np.random.default_rng(seed)
    down, right = np.mgrid[: shape[-2], : shape[-1]]
    clean = 60 + 50 * np.sin(down / 9) * np.cos(right / 7)
    return rng.poisson(np.broadcast_to(clean, shape)).astype(np.uint16)
