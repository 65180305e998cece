"""A small plane, and what restores it into outputs beside it: in one process or by workers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from debcr_core import restore_file
from debcr_core.flow.growing import Made
from debcr_core.plugins import Plugins


def saved_plane(folder: Path) -> Path:
    """Save a plane of 70 × 90 pixels, 30 blocks, and return its path."""
    path = folder / "noisy.npy"
    np.save(path, np.random.default_rng(0).integers(90, 1200, (70, 90), np.uint16))
    return path


def restorer(noisy: Path, plugins: Plugins) -> Callable[..., Made]:
    """Return a function that restores an image into ``NAME``, beside it."""

    def restore(name: str, **options: object) -> Made:
        given = {"model": "box", "plugins": plugins, **options}
        return restore_file(given.pop("source", noisy), noisy.with_name(name), **given)

    return restore
