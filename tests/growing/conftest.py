"""Images that are restored into outputs that grow."""

from __future__ import annotations

import numpy as np
import pytest
import raw_format

from debcr_core import restore_file
from debcr_core.plugins import Plugins


@pytest.fixture(scope="session")
def growing_plugins():
    """Return the installed plugins and those of `raw_format`."""
    plugins = Plugins.discover()
    plugins.register(raw_format, name="raw-format")
    return plugins


@pytest.fixture
def noisy(tmp_path):
    """Return the path of a plane of 70 × 90 pixels."""
    path = tmp_path / "noisy.npy"
    np.save(path, np.random.default_rng(0).integers(90, 1200, (70, 90), np.uint16))
    return path


@pytest.fixture
def restored(noisy, growing_plugins):
    """Return a function that restores the plane into ``NAME``, beside it."""

    def restore(name, **options):
        given = {"model": "box", "plugins": growing_plugins, **options}
        return restore_file(given.pop("source", noisy), noisy.with_name(name), **given)

    return restore
