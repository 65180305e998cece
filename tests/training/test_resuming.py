"""A run that was killed and goes on ends with the very weights of one that was not."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import shutil
import signal
import time

import numpy as np
import pytest
import torch

from debcr_core.plugins import Plugins
from debcr_plugins.training.checkpoints import load
from debcr_plugins.training.run_folder import RunFolder

SETTINGS = {
    "optimizer": {"schedule": "cosine", "warm_up": 2, "average": 0.9, "clip_gradient": 1.0},
    "stopping": {"epochs": 6, "patience": 4},
}
KILLED_AT = (0.15, 0.4, 0.65, 0.9)
"""Shares of the time that an uninterrupted run takes."""


def work(config, folder, resume):
    """Train; in a process of its own, to be killed."""
    from debcr_plugins.training.training import train

    torch.set_num_threads(1)
    train(config, folder, Plugins.discover(), resume=resume)


@pytest.fixture(scope="module")
def processes():
    """Processes that start with everything imported."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["debcr_plugins.training.training", "matplotlib.figure"])
    # The first one waits for the imports, and would take far longer than those that are killed.
    first = context.Process(target=int)
    first.start()
    first.join()
    return context


def digest(folder):
    """Return a hash of all that a run's end holds: weights, averages, optimizer, history."""
    found = hashlib.sha256()
    checkpoint = load(RunFolder(folder).last)

    def take(value):
        if torch.is_tensor(value):
            found.update(value.numpy().tobytes())
        elif isinstance(value, dict):
            for key in sorted(value, key=str):
                if key != "seconds":
                    found.update(str(key).encode())
                    take(value[key])
        elif isinstance(value, list | tuple):
            for inner in value:
                take(inner)
        else:
            found.update(repr(value).encode())

    for part in ("state_dict", "current_model_state", "optimizer_states", "lr_schedulers"):
        take(checkpoint[part])
    take(checkpoint["callbacks"]["History"]["rows"])
    take(load(RunFolder(folder).best)["state_dict"])
    return found.hexdigest()


def finish(processes, config, folder, *, resume):
    process = processes.Process(target=work, args=(config, folder, resume))
    process.start()
    process.join(120)
    assert process.exitcode == 0


def kill(processes, config, folder, seconds):
    """Begin a run and kill it after some time; sooner, if it was done by then."""
    while True:
        process = processes.Process(target=work, args=(config, folder, False))
        process.start()
        process.join(seconds)
        if process.exitcode is None:
            os.kill(process.pid, signal.SIGKILL)
            process.join()
            return
        # How long a run takes says more of the machine's load than of the run.
        shutil.rmtree(folder)
        seconds /= 2


@pytest.mark.parametrize("workers", [0, 1])
@pytest.mark.parametrize("fresh", [False, True], ids=["pairs", "fresh noise"])
def test_killed_anywhere_it_ends_with_the_same_weights(
    tiny, degrading, tmp_path, processes, workers, fresh
):
    config = (degrading if fresh else tiny)(**SETTINGS, machine={"workers": workers})
    started = time.monotonic()
    finish(processes, config, tmp_path / "whole", resume=False)
    duration = time.monotonic() - started
    expected = digest(tmp_path / "whole")
    rng = np.random.default_rng(workers)
    for share in KILLED_AT:
        folder = tmp_path / f"killed at {share}"
        kill(processes, config, folder, duration * (share + rng.uniform(-0.05, 0.05)))
        finish(processes, config, folder, resume=RunFolder(folder).config.is_file())
        assert digest(folder) == expected


def test_fresh_noise_is_the_same_with_any_number_of_workers(degrading, tmp_path, processes):
    digests = set()
    for workers in (0, 2):
        folder = tmp_path / f"{workers} workers"
        config = degrading(**SETTINGS, machine={"workers": workers})
        finish(processes, config, folder, resume=False)
        digests.add(digest(folder))
    assert len(digests) == 1


def test_killed_again_and_again_it_still_gets_there(tiny, tmp_path, processes):
    config = tiny(**SETTINGS)
    finish(processes, config, tmp_path / "whole", resume=False)
    folder = tmp_path / "unlucky"
    for patience in (1.0, 1.3, 1.6, 2.0):
        process = processes.Process(
            target=work, args=(config, folder, RunFolder(folder).config.is_file())
        )
        process.start()
        process.join(patience)
        if process.exitcode is None:
            process.kill()
        process.join()
    finish(processes, config, folder, resume=RunFolder(folder).config.is_file())
    assert digest(folder) == digest(tmp_path / "whole")
