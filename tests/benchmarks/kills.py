# ruff: noqa: T201
"""Kill `debcr restore --resume` at random moments, and compare what it ends with.

    python tests/benchmarks/kills.py --kills 20 --output out.ome.zarr

Each output is restored until it is whole, with SIGKILL on the way: half of the kills come at a
random time, half just after a random number of blocks was taken down. The SHA-256 of
the whole output is compared with that of a run which nobody killed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np


def main() -> int:
    """Kill, go on, compare; return 1 where something differs."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=20, help="how often to kill at least")
    parser.add_argument("--output", default="out.ome.zarr", help="name that says the format")
    parser.add_argument("--model", default="denoise")
    parser.add_argument("--shape", default="6,512,512", help="of the image, z, y and x")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, help="where to write the figures")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        killing = Killing(Path(folder), asked.output, asked.model, asked.seed)
        killing.make_image(tuple(map(int, asked.shape.split(","))))
        report = killing.run(asked.kills)
    print(json.dumps({key: report[key] for key in ("kills", "outputs", "alike", "sha256")}))
    if asked.json:
        asked.json.write_text(json.dumps(report, indent=2))
    return 0 if report["alike"] else 1


class Killing:
    """A folder with an image, and runs that restore it."""

    def __init__(self, folder: Path, output: str, model: str, seed: int) -> None:
        self.folder, self.output, self.model = folder, folder / output, model
        self.unfinished = folder / f"{output}.unfinished"
        self.chance = random.Random(seed)

    def make_image(self, shape: tuple[int, ...]) -> None:
        """Write an image of noise."""
        pixels = np.random.default_rng(0).poisson(30, shape).astype(np.uint16)
        np.save(self.folder / "in.npy", pixels)

    def run(self, kills: int) -> dict:
        """Restore, with kills on the way, until there were enough."""
        started = time.monotonic()
        assert self._start().wait() == 0
        seconds, expected = time.monotonic() - started, sha256(self.output)
        moments, sums = [], []
        while len(moments) < kills:
            remove(self.output)
            while not (ended := self._killed_run(seconds, moments)):
                pass
            assert ended == "ended well", ended
            sums.append(sha256(self.output))
            left = sorted(path.name for path in self.folder.iterdir())
            assert left == sorted(["in.npy", self.output.name]), left
        return {
            "kills": len(moments),
            "outputs": len(sums),
            "alike": all(each == expected for each in sums),
            "sha256": expected,
            "seconds": seconds,
            "moments": moments,
        }

    def _start(self) -> subprocess.Popen:
        command = [sys.executable, "-m", "debcr_core", "restore", "in.npy", self.output.name]
        command += [
            "--axes",
            "zyx",
            "--model",
            self.model,
            "--device",
            "cpu",
            "--resume",
            "--quiet",
        ]
        return subprocess.Popen(command, cwd=self.folder, stderr=subprocess.PIPE, text=True)

    def _killed_run(self, seconds: float, moments: list[str]) -> str:
        """Start a run and kill it; return how it ended if it ended by itself."""
        process = self._start()
        if self._all_done() or self.chance.random() < 0.5:
            until = time.monotonic() + self.chance.uniform(0, seconds)
            self._wait(process, lambda: time.monotonic() > until)
        else:
            wanted = min(self._blocks() + self.chance.randint(1, 8), self._total() or 1)
            self._wait(process, lambda: self._blocks() >= wanted)
            time.sleep(self.chance.uniform(0, 0.05))
        if process.poll() is None:
            process.kill()
        _, said = process.communicate()
        if process.returncode == -9:
            moments.append(self._moment())
            print(f"kill {len(moments)}: {moments[-1]}", flush=True)
            return ""
        return "ended well" if process.returncode == 0 else said

    def _wait(self, process: subprocess.Popen, come: Callable[[], bool]) -> None:
        while process.poll() is None and not come():
            time.sleep(0.002)

    def _blocks(self) -> int:
        journal = self.unfinished / "journal-run.jsonl"
        try:
            return journal.read_bytes().count(b"\n")
        except OSError:
            return 0

    def _total(self) -> int | None:
        try:
            return json.loads((self.unfinished / "record.json").read_text())["blocks"]
        except OSError:
            return None

    def _all_done(self) -> bool:
        return self._blocks() > 0 and self._blocks() == self._total()

    def _moment(self) -> str:
        if self.output.exists():
            return "after it got its name"
        if not self.unfinished.exists():
            return "before it was begun"
        if (total := self._total()) is None:
            return "while it was laid out"
        return f"with {self._blocks()} of {total} blocks done"


def sha256(path: Path) -> str:
    """Return the checksum of a file, or of all files in a folder and their names."""
    whole = hashlib.sha256()
    for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
        if file.is_file():
            whole.update(file.relative_to(path).as_posix().encode() + file.read_bytes())
    return whole.hexdigest()


def remove(path: Path) -> None:
    """Remove a file or folder."""
    shutil.rmtree(path) if path.is_dir() else path.unlink()


if __name__ == "__main__":
    sys.exit(main())
