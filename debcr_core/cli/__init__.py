"""The `debcr` command: its own verbs and those that plugins add."""

from __future__ import annotations

import atexit
import gc
import sys

__all__ = ["main"]

SELDOM = 50_000
"""How many objects are made before Python looks for garbage; it would after each 700.

Modules that load make hundreds of thousands, and no garbage: looking for it took 7 % of the time of
a small image.
"""


def main() -> None:
    """Run the `debcr` command; an interrupt while it starts ends quietly, too."""
    try:
        # Before anything starts a thread or loads PyTorch.
        from debcr_core.allocation import keep_memory
        from debcr_core.telemetry import report_nothing
        from debcr_core.waiting_threads import sleep_while_waiting

        gc.set_threshold(SELDOM)
        # The system takes back all memory, garbage or not; to look for it once more took 0.1 s.
        atexit.register(gc.freeze)
        keep_memory()
        report_nothing()
        sleep_while_waiting()

        from debcr_core.cli.app import run

        run()
    except KeyboardInterrupt:
        sys.exit(130)
