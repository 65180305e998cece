"""Processes that cut patches end with the training, however that ends."""

from __future__ import annotations

import ctypes
import signal

PR_SET_PDEATHSIG = 1
"""Number in Linux' <sys/prctl.h>: the signal that a process gets when its parent has ended."""


def end_with_parent(_worker: int) -> None:
    """Have this process end at once when its parent does, killed or not.

    Elsewhere than on Linux torch's own check remains, which finds out within five seconds, if the
    process is not waiting for something else by then.
    """
    try:
        prctl = ctypes.CDLL(None).prctl
    except (TypeError, AttributeError):
        return
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
