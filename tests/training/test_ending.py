"""Processes that cut patches end when the training does, though it was killed."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

PROGRAM = """
import sys, time
from torch.utils.data import DataLoader
from debcr_plugins.training.ending import end_with_parent

class Slow:
    def __len__(self):
        return 100

    def __getitem__(self, index):
        if index == 1:
            print("busy", flush=True)
        time.sleep(60 * (index > 0))
        return index

for _ in DataLoader(Slow(), num_workers=1, worker_init_fn=end_with_parent):
    pass
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells processes that fast")
def test_a_worker_that_is_busy_ends_at_once_when_the_training_is_killed():
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, text=True
    ) as training:
        assert training.stdout is not None
        training.stdout.readline()
        training.kill()
        # Read to its end: the worker holds the other side as long as it lives.
        began = time.monotonic()
        training.stdout.read()
    assert time.monotonic() - began < 10
