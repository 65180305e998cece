"""End a connection on which too little arrives in time."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from typing import Any, Self


class Deadline:
    """Ends a connection once some time has passed, unless it is put off.

    A socket's own timeout begins anew with each byte: it never passes where a server sends them one
    by one.

    Parameters
    ----------
    seconds : float
        How much time there is, from the beginning of the block and each `put_off` on.

    Attributes
    ----------
    missed : bool
        Whether the connection was ended.
    """

    def __init__(self, seconds: float) -> None:
        self.missed = False
        self._seconds = seconds
        self._connection: socket.socket | None = None
        self._done = threading.Event()

    def __enter__(self) -> Self:
        self.put_off()
        threading.Thread(target=self._wait, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()

    def put_off(self) -> None:
        """Let the time begin anew."""
        self._end = time.monotonic() + self._seconds

    def end(self) -> None:
        """End the connection now, or as soon as there is one."""
        self.missed = True
        self._cut()

    def trace(self, event: str, info: dict[str, Any]) -> None:
        """Take note of the connection, as httpcore tells of it (its extension ``trace``)."""
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            self._connection = info["return_value"].get_extra_info("socket")
            if self.missed:
                self._cut()

    def _wait(self) -> None:
        while not self._done.wait(max(self._end - time.monotonic(), 0)):
            if time.monotonic() >= self._end:
                self.end()
                return

    def _cut(self) -> None:
        if self._connection is not None:
            with suppress(OSError):
                # That of the socket itself: encryption would take part in its own.
                socket.socket.shutdown(self._connection, socket.SHUT_RDWR)
