"""Images that are restored into outputs that grow."""

from __future__ import annotations

import pytest
import raw_format
from small_plane import restorer, saved_plane

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
    return saved_plane(tmp_path)


@pytest.fixture
def restored(noisy, growing_plugins):
    """Return a function that restores the plane into ``NAME``, beside it."""
    return restorer(noisy, growing_plugins)
