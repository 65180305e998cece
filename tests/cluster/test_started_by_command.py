"""Schedulers and workers that were started by `dask`, and `debcr restore --dask`."""

from __future__ import annotations

import re
import subprocess
import sys
from contextlib import ExitStack

import pytest

from debcr_core import Stop
from debcr_core.errors import DebcrError, UsageError
from debcr_core.flow import cluster
from debcr_core.flow.cluster import Cluster

OLDER = "import debcr_core.flow.record as r; r.version = lambda name: '0.0.1'"
ELSEWHERE = (
    "import pathlib, debcr_core.flow.blockwise as b; b.open_source = (lambda before: "
    "lambda path, *a, **k: before(pathlib.Path('/elsewhere') / path.name, *a, **k))(b.open_source)"
)
NO_FOLDER = (
    "import pathlib, debcr_core.flow.dask_blocks as b; b.Unfinished = (lambda before: "
    "lambda output: before(pathlib.Path('/elsewhere') / output.name))(b.Unfinished)"
)
WITHOUT = "import sys; sys.modules['debcr_core'] = None"


def distributed():
    """Return the library, if it is installed."""
    return pytest.importorskip("distributed")


@pytest.fixture
def debcr(environment, noisy):
    """Return a function that restores the plane by the command."""

    def run(output, *options):
        words = ["restore", str(noisy), str(noisy.with_name(output)), "--model", "box", *options]
        return subprocess.run(
            [sys.executable, "-m", "debcr_core", *words],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    return run


def test_the_command_has_blocks_made_by_workers_of_a_scheduler(
    debcr, worker, scheduler, restored, content, noisy
):
    with worker(), worker():
        done = debcr("out.ome.zarr", "--dask", scheduler)
    assert done.returncode == 0, done.stderr
    assert content(noisy.with_name("out.ome.zarr")) == content(restored("alone.ome.zarr"))


def test_workers_that_cannot_take_part_are_named_before_the_first_block(
    debcr, worker, scheduler, noisy
):
    preloads = (OLDER, ELSEWHERE, NO_FOLDER, WITHOUT)
    with ExitStack() as running:
        for preload in preloads:
            running.enter_context(worker("--preload", preload))
        with distributed().Client(scheduler) as client:
            client.wait_for_workers(len(preloads), timeout=120)
        done = debcr("out.raw", "--dask", scheduler)
    assert done.returncode == 1
    assert "4 of 4 workers cannot take part:" in done.stderr
    named = [line for line in done.stderr.splitlines() if line.startswith("  tcp://127.0.0.1:")]
    for why in (
        r"debcr-zoo: [^;]* then, 0\.0\.1 now",
        r"/elsewhere/noisy\.npy",
        r"it does not see /elsewhere/out\.raw\.unfinished",
        r"does not understand what is asked of it \(.*No module named .debcr_core",
    ):
        assert sum(bool(re.search(why, line)) for line in named) == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert not list(noisy.parent.glob("out*"))


def test_workers_of_this_machine_end_with_the_command(debcr, restored, content, noisy):
    done = debcr("out.raw", "--dask", "local:2")
    assert (done.returncode, done.stderr) == (0, f"Wrote {noisy.with_name('out.raw')}\n")
    assert content(noisy.with_name("out.raw")) == content(restored("alone.raw"))


def test_an_address_that_does_not_answer_is_said(monkeypatch):
    distributed()
    monkeypatch.setattr(cluster, "PATIENCE", 1)
    sentence = r"No scheduler of Dask answers at tcp://127\.0\.0\.1:9 \(within 1 s\)"
    with pytest.raises(DebcrError, match=sentence), Cluster("tcp://127.0.0.1:9").opened(Stop()):
        pass


def test_what_is_not_installed_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    sentence = r'distributed, which is not installed: pip install "debcr-zoo\[cluster\]"'
    with pytest.raises(UsageError, match=sentence), Cluster().opened(Stop()):
        pass


@pytest.mark.parametrize(
    "text", ["x", "", "local:0", "local:", "local:x", "tcp://", "tcp://host", "http://host:1"]
)
def test_what_names_no_workers_is_refused(text):
    with pytest.raises(UsageError, match=r"names no workers of Dask: give local, local:4"):
        Cluster.parsed(text)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("local", Cluster()),
        ("local:12", Cluster(workers=12)),
        ("tcp://10.0.0.7:8786", Cluster("tcp://10.0.0.7:8786")),
        ("tls://node.cluster:1", Cluster("tls://node.cluster:1")),
        ("tcp://[::1]:8786", Cluster("tcp://[::1]:8786")),
    ],
)
def test_workers_are_named_by_a_number_or_an_address(text, named):
    assert Cluster.parsed(text) == named
