"""Threads of a network sleep while they wait for each other; by default they turn in circles.

See https://www.openmp.org/spec-html/5.0/openmpse55.html. Turning in circles answers some
microseconds sooner on a machine that does nothing else. Where something else wants the processor,
such as another program or the viewer, it takes it from whoever is waited for.
"""

from __future__ import annotations

import os

SLEEP = {"OMP_WAIT_POLICY": "PASSIVE", "KMP_BLOCKTIME": "0"}
"""What the OpenMP of GCC reads when PyTorch is loaded, and what those of Intel and LLVM read."""
SOON = {"OPENBLAS_THREAD_TIMEOUT": "4"}
"""How long numpy's threads turn in circles before they sleep: 2⁴ cycles, and not 2²⁶.

They do when numpy is loaded, on each processor, and nothing is theirs to do in a restoration.
"""


def sleep_while_waiting() -> None:
    """Have threads that wait sleep, where the user has not said how they should wait.

    Only before numpy and PyTorch are loaded. How many threads there are is not changed: as many as
    processors that this process may use, or ``OMP_NUM_THREADS``.
    """
    if not os.environ.keys() & {*SLEEP, "GOMP_SPINCOUNT"}:
        os.environ.update(SLEEP)
    for name, value in SOON.items():
        os.environ.setdefault(name, value)
