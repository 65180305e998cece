"""Processes that cut patches end when the training does, though it was killed."""

from __future__ import annotations

import subprocess
import sys
import time
from multiprocessing import get_all_start_methods

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

if __name__ == "__main__":
    one = {"num_workers": 1, "multiprocessing_context": sys.argv[1]}
    for _ in DataLoader(Slow(), worker_init_fn=end_with_parent, **one):
        pass
"""


@pytest.mark.parametrize("start", get_all_start_methods())
def test_a_worker_that_is_busy_ends_at_once_when_the_training_is_killed(start, tmp_path):
    program = tmp_path / "training.py"
    program.write_text(PROGRAM)
    with subprocess.Popen(
        [sys.executable, program, start], stdout=subprocess.PIPE, text=True
    ) as training:
        assert training.stdout is not None
        training.stdout.readline()
        training.kill()
        # Read to its end: the worker holds the other side as long as it lives.
        began = time.monotonic()
        training.stdout.read()
    assert time.monotonic() - began < 10
