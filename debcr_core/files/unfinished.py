"""Outputs that grow over several runs: beside the final name, in a folder that is no image.

While ``cells.ome.zarr`` is made, ``cells.ome.zarr.unfinished`` holds what has been done of it:
``record.json`` says how it is made, ``journal-*.jsonl`` which blocks are there, ``data`` is what
will get the final name, and locks say who is at work.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from debcr_core.errors import ReadError, UsageError, WrongFileError
from debcr_core.files.whole import put_in_place, remove
from debcr_core.stopping import Stop

if TYPE_CHECKING:
    from filelock import FileLock

SUFFIX = ".unfinished"
OURS = ("data", "record.json", "record.draft", "journal-*.jsonl", "*.lock", "replaced")
"""What is removed with a folder; a person may have given another one such a name."""
LOOK = 0.5
"""Seconds after which a run that waits for another one looks again."""


class Unfinished:
    """The folder of an output that is being made.

    Parameters
    ----------
    output : Path
        The output's final name.

    Attributes
    ----------
    output, folder : Path
        As given, and the folder beside it.
    data : Path
        What will get the final name.
    """

    def __init__(self, output: Path) -> None:
        self.output = output
        self.folder = output.with_name(output.name + SUFFIX)
        self.data = self.folder / "data"
        self._record = self.folder / "record.json"
        # Held by whoever makes all parts, as long as that takes; and by whoever begins.
        self._lock, self._gate = self.folder / "run.lock", self.folder / "begin.lock"

    @property
    def begun(self) -> bool:
        """Whether the output is laid out: until then there is nothing to go on with."""
        return self._record.is_file() and os.path.lexists(self.data)

    @property
    def renamed(self) -> bool:
        """Whether the output has got its name, and the folder is only what a kill left of it."""
        return self._record.is_file() and not os.path.lexists(self.data)

    @property
    def anew(self) -> str:
        """How to begin anew, in words: parts never do so by themselves, beside each other."""
        return (
            f"begin anew (--overwrite, without --resume), for parts by removing {self.folder} first"
        )

    def size(self) -> int:
        """Return how many bytes the data have, if they are one file; else 0."""
        return self.data.stat().st_size if self.data.is_file() else 0

    def record(self) -> dict[str, Any]:
        """Return how it is made, as `publish` was given it.

        Raises
        ------
        ReadError
            If it is damaged.
        """
        try:
            found = json.loads(self._record.read_text(encoding="utf-8"))
            if isinstance(found, dict):
                return found
        except (OSError, ValueError):
            pass
        raise ReadError(f"{self._record} is damaged: {self.anew}.")

    def publish(self, record: dict[str, Any]) -> None:
        """Say how the output is made, once it is laid out: whole or not at all."""
        draft = self._record.with_suffix(".draft")
        draft.write_text(json.dumps(record, indent=2), encoding="utf-8")
        draft.replace(self._record)

    def clear(self) -> None:
        """Remove what is there of the output, but not the locks."""
        for path in self._ours():
            if path.suffix != ".lock":
                remove(path)

    def finish(self) -> None:
        """Give the output its final name; what stood there goes."""
        put_in_place(self.data, self.output, aside=self.folder / "replaced")

    def remove(self) -> None:
        """Remove the folder; the record last, which says that an output of that name is whole.

        What others have put there stays.
        """
        if not self.folder.is_dir():
            return
        for path in sorted(self._ours(), key=lambda path: path == self._record):
            remove(path)
        with suppress(OSError):
            self.folder.rmdir()

    def _ours(self) -> list[Path]:
        return [path for pattern in OURS for path in self.folder.glob(pattern)]

    def sweep(self, stop: Stop) -> None:
        """Remove the folder where it is only what a kill left, and no run is at work."""
        if self.folder.is_dir() and not self.begun:
            with suppress(UsageError), self.alone(stop):
                self.remove()

    @contextmanager
    def alone(self, stop: Stop) -> Iterator[None]:
        """Be the only one at work for the block.

        Raises
        ------
        UsageError
            If another run is.
        """
        with ExitStack() as held:
            with self._locked(self._gate, stop):
                held.enter_context(self._left_empty_or_begun(self._lock, stop))
                for path in self.folder.glob("part-*.lock"):
                    with self._locked(path, stop):
                        pass
            yield

    @contextmanager
    def beginning(self, stop: Stop) -> Iterator[None]:
        """Be the only part that begins: who comes while another lays the output out waits.

        Raises
        ------
        UsageError
            If a run that makes all parts is at work.
        """
        with self._left_empty_or_begun(self._gate, stop, patient=True):
            with self._locked(self._lock, stop):
                pass
            yield

    @contextmanager
    def as_part(self, name: str, stop: Stop) -> Iterator[None]:
        """Be the only one at work on a part for the block: entered while `beginning`.

        Raises
        ------
        UsageError
            If another run is.
        """
        with self._locked(self.folder / f"part-{name}.lock", stop):
            yield

    @contextmanager
    def _left_empty_or_begun(
        self, path: Path, stop: Stop, *, patient: bool = False
    ) -> Iterator[None]:
        """Hold a lock; where nothing was begun, or all is done at the end, the folder goes."""
        with self._locked(path, stop, patient=patient):
            try:
                yield
            finally:
                if not self._record.exists():
                    self.remove()
        if os.name == "nt" and not self._record.exists():
            # There, no file is removed while it is open.
            self.remove()

    @contextmanager
    def _locked(self, path: Path, stop: Stop, *, patient: bool = False) -> Iterator[None]:
        # Gone with the process that holds it, however that ends.
        lock = self._acquired(path, stop, patient)
        try:
            yield
        finally:
            lock.release()

    def _acquired(self, path: Path, stop: Stop, patient: bool) -> FileLock:
        from filelock import FileLock, Timeout

        while True:
            stop.check()
            self.folder.mkdir(exist_ok=True)
            lock = FileLock(path, timeout=LOOK if patient else 0)
            try:
                lock.acquire()
            except Timeout:
                if patient:
                    continue
                raise UsageError(self._busy(path), kind="busy") from None
            if path.exists():
                return lock
            # Whoever held it has removed the folder meanwhile: this is a lock on nothing.
            lock.release()

    def _busy(self, lock: Path) -> str:
        who = "Another run"
        if lock not in (self._lock, self._gate):
            who = f"Part {lock.stem.removeprefix('part-').replace('-of-', '/')}"
        return (
            f"{who} is at work on {self.output}: wait until it has ended, or choose another name."
        )


def entries(folder: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield what the journals in a folder say, line by line; a line that was cut off is no line."""
    for journal in sorted(folder.glob("journal-*.jsonl")):
        for line in journal.read_bytes().split(b"\n"):
            with suppress(ValueError):
                found = json.loads(line)
                if isinstance(found, dict):
                    yield journal, found


def refuse_unfinished(path: Path) -> None:
    """Refuse an input that is, or lies in, an output that is not finished.

    Raises
    ------
    WrongFileError
        Saying how much of it is done, and how to go on.
    """
    # The working folder may lie in it.
    for folder in (path, *path.parents, *path.absolute().parents):
        if folder.name.endswith(SUFFIX) and folder.is_dir():
            raise WrongFileError(
                f"{folder} is an output that is not finished ({done_of(folder)}): go on with it by "
                f"the same `debcr restore … {folder.with_suffix('')} --resume`."
            )


def done_of(folder: Path) -> str:
    """Return how much of an unfinished output is done, in words."""
    done = len({entry.get("block") for _, entry in entries(folder)})
    try:
        total = json.loads((folder / "record.json").read_text(encoding="utf-8"))["blocks"]
    except (OSError, ValueError, KeyError, TypeError):
        return "it was not even begun"
    return f"{done} of {total} blocks are done"
