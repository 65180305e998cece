"""Workers of Dask on this machine, which know the plugin of `raw_format` as an installed one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from small_plane import restorer, saved_plane

from debcr_core.flow.cluster import Cluster
from debcr_core.plugins import Plugins
from debcr_core.stopping import Stop

ROOT = Path(__file__).parents[2]
GROWING = ROOT / "tests" / "growing"
METADATA = "Metadata-Version: 2.1\nName: raw-format\nVersion: 1\n"
ENTRY = "[debcr]\nraw-format = raw_format\n"


def until(condition):
    """Wait until something is so, for a while at most."""
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture(scope="session")
def paths(tmp_path_factory):
    """Return the folders of modules that workers are to find, an installed plugin among them."""
    site = tmp_path_factory.mktemp("site")
    installed = site / "raw_format-1.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text(METADATA)
    (installed / "entry_points.txt").write_text(ENTRY)
    return [str(site), str(GROWING), str(ROOT)]


@pytest.fixture(scope="session")
def environment(paths, tmp_path_factory):
    """Return the environment of a program that finds it."""
    # Dask's settings of who runs the tests are not looked at.
    config = tmp_path_factory.mktemp("config")
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "DASK_CONFIG": str(config)}


# No longer than a module: tests of outputs that grow register the plugin themselves.
@pytest.fixture(scope="module")
def found(paths, environment):
    """Return the plugins that are found, here and by programs that this one starts."""
    pytest.importorskip("distributed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", environment["PYTHONPATH"])
        for path in paths:
            patch.syspath_prepend(path)
        yield Plugins.discover()


@pytest.fixture(scope="module")
def client(found):
    """Return a client of two workers, processes on this machine."""
    with Cluster(workers=2).opened(Stop()) as opened:
        yield opened


@pytest.fixture
def noisy(tmp_path):
    """Return the path of a plane of 70 × 90 pixels: 30 blocks."""
    return saved_plane(tmp_path)


@pytest.fixture
def restored(noisy, found):
    """Return a function that restores the plane into ``NAME``, beside it, and returns its path."""
    made = restorer(noisy, found)

    def restore(name, **options):
        made(name, **options)
        return noisy.with_name(name)

    return restore


@pytest.fixture
def content(noisy):
    """Return a function that gives what is in an output."""
    return lambda output: {
        str(path.relative_to(output)): path.read_bytes()
        for path in sorted(output.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="session")
def dask(environment):
    """Return a function that runs a command of Dask, such as ``scheduler``, for a block."""

    @contextmanager
    def run(*words, **variables):
        running = subprocess.Popen(
            [sys.executable, "-m", "dask", *words],
            env={**environment, **variables},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield running
        finally:
            running.terminate()
            running.wait(20)

    return run


@pytest.fixture
def scheduler(dask, tmp_path):
    """Return the address of a scheduler on this machine that was started by command."""
    told = tmp_path / "scheduler.json"
    with dask(
        *("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"),
        *("--scheduler-file", str(told)),
    ):
        until(lambda: told.exists() and told.read_text().endswith("}"))
        yield json.loads(told.read_text())["address"]


@pytest.fixture
def worker(dask, scheduler):
    """Return a function that starts a worker of that scheduler for a block."""
    return lambda *words, **variables: dask(
        *("worker", scheduler, "--host", "127.0.0.1", "--nthreads", "1", "--no-dashboard"),
        *words,
        **variables,
    )
