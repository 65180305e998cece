"""Where blocks are made by others: workers of Dask on this machine, or of a scheduler elsewhere."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from debcr_core.allocation import SETTINGS
from debcr_core.apart import call_apart
from debcr_core.errors import DebcrError, UsageError
from debcr_core.missing_extras import needs_extra
from debcr_core.stopping import Stop

if TYPE_CHECKING:
    from distributed import Client

PATIENCE = 10
"""Seconds in which a scheduler must answer."""
ENVIRONMENT = {
    # A network's threads would get into each other's way: there are as many workers as cores.
    "OMP_NUM_THREADS": 1,
    # What a network's layers free they need again at once. Dask asks for the opposite.
    **SETTINGS,
}
"""Of each worker on this machine."""
UNWATCHED = {
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "500ms",
}
"""Dask looks at each worker's stack 100 times a second, and times its loops 50 times: 3 % of two
cores, for a dashboard whose address nobody is told."""
PRELOADED = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)"
"""Run by each: Ctrl-C reaches all programs of a terminal, and who started them ends them."""


@dataclass(frozen=True)
class Cluster:
    """Workers that can be asked for.

    Attributes
    ----------
    address : str or None
        Of a scheduler that runs already; None for workers on this machine.
    workers : int or None
        How many on this machine; by default as many as it has cores.

    Examples
    --------
    >>> Cluster.parsed("local:4")
    Cluster(address=None, workers=4)
    """

    address: str | None = None
    workers: int | None = None

    @classmethod
    def parsed(cls, text: str) -> Self:
        """Return what a text names: ``local``, ``local:4`` or ``tcp://host:port``.

        Raises
        ------
        UsageError
            If it names none.
        """
        if local := re.fullmatch(r"local(?::([1-9]\d{0,3}))?", text):
            return cls(workers=int(local[1]) if local[1] else None)
        if re.fullmatch(r"(tcp|tls)://(\[[0-9a-fA-F:.]+\]|[^\s:/\[\]]+):\d{1,5}", text):
            return cls(address=text)
        raise UsageError(
            f'"{text}" names no workers of Dask: give local, local:4 (four on this machine), or '
            "the address of a scheduler, such as tcp://node17:8786."
        )

    @contextmanager
    def opened(self, stop: Stop) -> Iterator[Client]:
        """Connect to the workers; those of this machine are started, and ended with the block.

        Parameters
        ----------
        stop : Stop
            Ends the waiting.

        Raises
        ------
        UsageError
            If Dask's scheduler is not installed.
        DebcrError
            If it does not answer.
        """
        with needs_extra("cluster", "Workers of Dask need"):
            import distributed
        with ExitStack() as held:
            held.enter_context(_quiet())
            if self.address is None:
                scheduler = held.enter_context(_local(self.workers))
            else:
                scheduler = self.address
            try:
                # Not for arrays of the host's: they are computed where they were before.
                client = call_apart(
                    lambda: distributed.Client(scheduler, timeout=PATIENCE, set_as_default=False),
                    stop,
                )
            except (OSError, ValueError, TypeError) as error:
                raise DebcrError(
                    f"No scheduler of Dask answers at {self.address} (within {PATIENCE} s): start "
                    "it (dask scheduler), or mend the address; the machines must have versions of "
                    "Dask that know each other."
                ) from error
            yield held.enter_context(client)


@contextmanager
def _local(workers: int | None) -> Iterator[object]:
    """Start workers on this machine, which nobody else can reach: processes with one thread."""
    import dask
    from distributed import LocalCluster

    environment = {f"distributed.nanny.pre-spawn-environ.{k}": v for k, v in ENVIRONMENT.items()}
    with (
        dask.config.set({**environment, **UNWATCHED}),
        LocalCluster(
            n_workers=workers or dask.system.CPU_COUNT,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            # With None, Dask would still listen, and on all of the machine's addresses.
            dashboard_address="127.0.0.1:0",
            worker_dashboard_address="127.0.0.1:0",
            silence_logs=logging.CRITICAL,
            # A tile is bounded already, and Dask would end a worker in the middle of one.
            memory_limit=0,
            preload=[PRELOADED],
        ) as cluster,
    ):
        yield cluster


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep from the terminal what Dask logs: what the user should know is raised or said."""
    logger = logging.getLogger("distributed")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(before)
