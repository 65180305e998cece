"""Images that are restored into outputs that grow."""

from __future__ import annotations

import numpy as np
import pytest
import raw_format

from debcr_core import restore_file
from debcr_core.plugins import Plugins
from debcr_core.stopping import Stop


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


@pytest.fixture
def ended_after(restored):
    """Return a function that begins to restore the plane, and is ended after some blocks."""

    def begin(name, blocks, error=KeyboardInterrupt, **options):
        stop = Stop()

        def progress(step):
            if step.stage == "tiles" and step.done >= blocks:
                raise error

        with pytest.raises((error, Exception)):
            restored(name, progress=progress, stop=stop, **options)

    return begin


def content(path):
    """Return the bytes of a file, or of all files in a folder, by name."""
    files = sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
    return {file.relative_to(path).as_posix(): file.read_bytes() for file in files}
