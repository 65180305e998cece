"""What the command costs before it computes: startup.py [FOLDER] [--rounds 7].

CPU seconds of `debcr --help`, `debcr models` and the restoration of 64×64 pixels by our denoising
model, TIFF to TIFF, whole processes that alternate; and the ten libraries and parts of ours whose
import takes longest in the last of them, each without what it imports itself.
FOLDER receives startup.md and startup.json, docs/benchmarks by default.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import tempfile
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

import measuring
from measuring import alternating, cost_of, python

DOCS = Path(__file__).parents[2] / "docs" / "benchmarks"
SIDE, SHOWN = 64, 10
IMPORTED = re.compile(r"import time: +(\d+) \| +\d+ \| +(\w+)", re.ASCII)


def imports_of(command: list[str]) -> dict[str, float]:
    """Return the milliseconds that the import of each package took, the longest first.

    They are wall time, so that other work on the machine lengthens them: the least of three runs.
    """
    runs = [_imports_once(command) for _ in range(3)]
    least = {name: min(run[name] for run in runs) for name in runs[0]}
    longest = sorted(least.items(), key=lambda each: -each[1])
    return dict(longest[:SHOWN])


def _imports_once(command: list[str]) -> Counter[str]:
    timed = [command[0], "-X", "importtime", *command[1:]]
    done = subprocess.run(timed, capture_output=True, text=True, check=True)
    taken: Counter[str] = Counter()
    for microseconds, name in IMPORTED.findall(done.stderr):
        taken[name] += int(microseconds) / 1000
    return taken


def main() -> None:
    """Measure all three, alternating, and write the page and the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, default=DOCS)
    parser.add_argument("--rounds", type=int, default=7)
    asked = parser.parse_args()
    machine = measuring.machine()
    with tempfile.TemporaryDirectory() as folder:
        source, output = Path(folder, "in.tif"), Path(folder, "out.tif")
        cost_of(python(Path(__file__).with_name("images.py"), source, SIDE, SIDE))
        words = {
            "debcr --help": ["--help"],
            "debcr models": ["models"],
            f"debcr restore, {SIDE}×{SIDE}": ["restore", "--overwrite", source, output],
        }
        commands = {name: python("-m", "debcr_core", *given) for name, given in words.items()}
        jobs = {name: partial(cost_of, command) for name, command in commands.items()}
        costs, failed = alternating(jobs, asked.rounds)
        imports = imports_of(list(commands.values())[-1])
    facts = {"machine": machine, "rounds": asked.rounds, "costs": costs, "failed": failed}
    facts["imports"] = imports
    measuring.keep(asked.folder, "startup", page(facts), facts)


def page(facts: dict[str, Any]) -> str:
    """Return the table of costs, and that of imports."""
    rows = [
        [name, f"{cost.cpu:.2f}", f"{cost.wall:.2f}", f"{cost.peak:.0f}"]
        for name, cost in facts["costs"].items()
    ]
    imports = [[name, f"{taken:.0f}"] for name, taken in facts["imports"].items()]
    return (
        f"{measuring.in_words(facts['machine'])} Medians of {facts['rounds']} rounds.\n\n"
        f"{measuring.table(['', 'CPU s', 'wall s', 'peak MiB'], rows)}\n"
        f"{measuring.table(['imported by debcr restore', 'ms'], imports)}"
    )


if __name__ == "__main__":
    main()
