"""Blocks made by workers of Dask: the bytes of one machine, whoever dies, fails or stops."""

from __future__ import annotations

import os
import signal

import pytest

from debcr_core import Stop, restore_file
from debcr_core.errors import Cancelled, DebcrError, UsageError
from debcr_core.flow.sharing import Share, Sharing

RESUME = Sharing(resume=True)


class At:
    """Does something when so many steps are done, once."""

    def __init__(self, steps, act):
        self.steps, self.act = steps, act

    def __call__(self, progress):
        if progress.stage == "tiles" and progress.done >= self.steps and self.act:
            act, self.act = self.act, None
            act()


def test_arrays_of_this_process_are_computed_by_it_all_the_same(client):
    delayed = pytest.importorskip("dask").delayed
    assert len(client.nthreads()) == 2
    assert delayed(os.getpid)().compute() == os.getpid()


def test_the_bytes_are_those_of_one_machine(client, restored, content):
    alone = restored("alone.raw")
    shared = restored("shared.raw", client=client)
    assert content(alone) == content(shared)
    assert not shared.with_name("shared.raw.unfinished").exists()


def test_the_bytes_of_an_ome_zarr_are_too(client, restored, content):
    shared = restored("shared.ome.zarr", client=client, dtype="input")
    assert content(restored("alone.ome.zarr", dtype="input")) == content(shared)


def test_no_tile_is_computed_by_who_calls_the_workers(client, restored, monkeypatch):
    computed = []
    for user in ("blocks", "first_tile"):
        monkeypatch.setattr(f"debcr_core.flow.{user}.tile_output", lambda *_: computed.append(1))
    restored("shared.raw", client=client)
    assert not computed


def test_workers_do_not_spend_their_time_on_watching_themselves(client):
    asked = "distributed.worker.profile.enabled"
    told = client.run(lambda: __import__("dask").config.get(asked))
    assert list(told.values()) == [False, False]


def test_nobody_else_can_reach_the_workers(client):
    psutil = pytest.importorskip("psutil")
    own = psutil.Process()
    listening = [
        connection.laddr.ip
        for process in (own, *own.children(recursive=True))
        for connection in process.net_connections()
        if connection.status == psutil.CONN_LISTEN
    ]
    assert set(listening) == {"127.0.0.1"}


def test_progress_is_that_of_the_whole(client, restored):
    told = []
    restored("out.raw", client=client, progress=told.append)
    steps = [each for each in told if each.stage == "tiles"]
    assert [each.done for each in steps] == sorted(each.done for each in steps)
    assert steps[-1].done == steps[-1].total


def test_a_worker_that_is_killed_costs_nothing_but_time(client, restored, content):
    pids = client.run(os.getpid)
    kill = At(3, lambda: os.kill(next(iter(pids.values())), signal.SIGKILL))
    shared = restored("shared.raw", model="slowbox", client=client, progress=kill)
    assert kill.act is None
    alone = restored("alone.raw", model="slowbox")
    assert content(shared) == content(alone)


def test_a_stop_ends_the_work_and_leaves_nothing(client, restored):
    stop = Stop()
    with pytest.raises(Cancelled):
        restored("out.raw", model="slowbox", client=client, stop=stop, progress=At(3, stop.request))
    assert client.run(at_work) == dict.fromkeys(client.nthreads(), 0)


def at_work():
    """Return how many blocks a worker is making."""
    from debcr_core.flow import dask_blocks

    return sum(call.blocks for call in dask_blocks._calls.values())


def test_what_was_done_is_not_submitted_again(client, restored, content, noisy, found):
    stop = Stop()
    given = {"model": "slowbox", "client": client, "sharing": RESUME}
    with pytest.raises(Cancelled, match=r"--resume goes on"):
        restored("out.raw", stop=stop, progress=At(20, stop.request), **given)
    made = restore_file(noisy, noisy.with_name("out.raw"), plugins=found, **given)
    assert made.before
    assert made.blocks + made.before == 30
    alone = restored("alone.raw", model="slowbox")
    assert content(alone) == content(noisy.with_name("out.raw"))


def test_a_part_is_made_by_workers_and_finished_without(client, restored, content):
    for number in (1, 2):
        restored("out.raw", client=client, sharing=Sharing(part=Share(number, 2)))
    out = restored("out.raw", sharing=Sharing(finish=True))
    assert content(out) == content(restored("alone.raw"))


def test_a_block_that_fails_fails_with_its_sentence(client, restored):
    sentence = r"failed on a tile of 24×24 pixels: ZeroDivisionError: the box is empty"
    with pytest.raises(DebcrError, match=sentence):
        restored("out.raw", model="brokenbox", client=client)


@pytest.mark.parametrize("name", ["out.lonely", "out.npz"])
def test_an_output_that_one_machine_writes_is_refused(client, restored, name):
    with pytest.raises(UsageError, match=r"choose \.ome\.zarr for it"):
        restored(name, client=client)
