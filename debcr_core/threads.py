"""How many threads may compute: as many as this process has processors to itself."""

from __future__ import annotations

import math
import os
from pathlib import Path

QUOTA = Path("/sys/fs/cgroup/cpu.max")
"""Where Linux says how much of its processors a container may use."""


def threads_at_hand() -> int:
    """Return how many threads a network may compute with.

    ``OMP_NUM_THREADS`` says it; else it is the number of processors that the system, the batch
    system or the container leaves to this process.
    """
    asked = os.environ.get("OMP_NUM_THREADS", "").partition(",")[0].strip()
    if asked.isdecimal() and int(asked):
        return int(asked)
    if hasattr(os, "sched_getaffinity"):
        count = len(os.sched_getaffinity(0))
    else:
        count = os.cpu_count() or 1
    return max(1, min(count, _quota()))


def _quota() -> int:
    """Return how many processors the container may use at a time; all where there is none."""
    try:
        allowed, period = QUOTA.read_text(encoding="ascii").split()
        return math.ceil(int(allowed) / int(period))
    except (OSError, ValueError):
        return os.cpu_count() or 1
