"""The file that an image is read from: which it is, and whether it stayed the same meanwhile."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from debcr_core.components import Reader
from debcr_core.errors import ReadError
from debcr_core.files.sha256 import sha256_of
from debcr_core.stopping import Stop

HOW = ("reader", "axes", "channel")
"""What is said in a record of how an image was read."""
State = tuple[int, int, int, int]


@dataclass(frozen=True)
class Source:
    """A file or folder that an image is read from, and how.

    Attributes
    ----------
    path : Path
        The file or folder.
    reader : Reader
        Reads it.
    axes : str or None
        Names that were given to its axes.
    channel : str or None
        The one channel that is taken.
    states : mapping of Path to tuple of int
        Of each file when it was opened: number, size, and when its content and its entry were last
        changed, in nanoseconds.
    """

    path: Path
    reader: Reader
    axes: str | None = None
    channel: str | None = None
    states: dict[Path, State] = field(default_factory=dict)
    # Read once: it is asked for before the work, and again for the record.
    _sum: list[str] = field(default_factory=list, compare=False, repr=False)

    @classmethod
    def opened(cls, path: Path, reader: Reader, axes: str | None, channel: str | None) -> Source:
        """Return the source, with the state that its files have now."""
        return cls(path, reader, axes, channel, _states(reader.files(path)))

    def check_unchanged(self) -> None:
        """Refuse what was read if a file has changed since it was opened.

        Raises
        ------
        ReadError
            Naming the file.
        """
        now = _states(self.reader.files(self.path) if self.path.exists() else ())
        for path in sorted({*self.states, *now}):
            if now.get(path) != self.states.get(path):
                raise ReadError(
                    f"{path} changed while it was read, so the result would mix old and new "
                    "pixels: wait until it is written, and restore it again."
                )

    def state(self) -> str:
        """Return a checksum of the files' names, sizes and times: where it is the same, they are.

        It is the same on all machines that see the files.
        """
        whole = hashlib.sha256()
        for path, (_, size, modified, _) in sorted(self.states.items()):
            whole.update(f"{self._within(path)} {size} {modified}\n".encode())
        return whole.hexdigest()

    def sha256(self, stop: Stop) -> str:
        """Return a checksum: of a file its own, of several that of their names and sums."""
        if not self._sum:
            self._sum.append(self._sha256(stop))
        return self._sum[0]

    def _sha256(self, stop: Stop) -> str:
        if self.path.is_file() and set(self.states) <= {self.path}:
            return sha256_of(self.path, stop)
        whole = hashlib.sha256()
        for path in sorted(self.states):
            line = f"{sha256_of(path, stop)}  {self._within(path)}\n"
            whole.update(line.encode())
        return whole.hexdigest()

    def _within(self, file: Path) -> str:
        """Return how a file is called within the source's folder, on all systems."""
        folder = self.path if self.path.is_dir() else self.path.parent
        return file.relative_to(folder).as_posix()

    def record(self, stop: Stop) -> dict[str, Any]:
        """Return which file it is, without its folder, and how it was read."""
        return {
            "name": self.path.name,
            "sha256": self.sha256(stop),
            **self.how(),
        }

    def how(self) -> dict[str, Any]:
        """Return how it was read."""
        reader = {"name": self.reader.name, **self.reader.model_dump(mode="json")}
        return dict(zip(HOW, (reader, self.axes, self.channel), strict=True))


def _states(paths: Iterable[Path]) -> dict[Path, State]:
    """Return the state of each file that is there."""
    found = {}
    for path in paths:
        try:
            status = path.stat()
        except OSError:
            continue
        found[path] = (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
    return found
