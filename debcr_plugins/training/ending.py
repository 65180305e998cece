"""Processes that cut patches end with the training, however that ends."""

from __future__ import annotations

import os
import threading
from multiprocessing import parent_process


def end_with_parent(_worker: int) -> None:
    """Have this process end at once when the training does, killed or not.

    Torch's own check looks at the process that this one was forked from, which with a fork server
    is not the training, and only where nothing is waited for.
    """
    threading.Thread(target=_wait_and_end, daemon=True).start()


def _wait_and_end() -> None:
    training = parent_process()
    if training is not None:
        training.join()
        os._exit(1)
