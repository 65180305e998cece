"""What each measure for speed brings, with it and without: levers.py [FOLDER] [--rounds 3].

One tile of 1024×1024 by PyTorch with one thread, each in a process of its own, alternating: CPU
seconds of a tile after the first, the process' peak memory, and the largest difference between the
two results as a share of their range. FOLDER receives levers.md and levers.json, docs/benchmarks by
default.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
from measuring import Cost, alternating, cost_of, in_words, keep, machine, python, table

DOCS = Path(__file__).parents[2] / "docs" / "benchmarks"
TILE = Path(__file__).parent / "programs" / "one_tile.py"
SPINNING = {"OMP_WAIT_POLICY": "ACTIVE"}
SLEEPING = {"OMP_WAIT_POLICY": "PASSIVE"}
ALL = ["memory", "channels-last", "table"]

# The network, what is switched off and on, and what is set in the environment without and with.
LEVERS = {
    "freed memory kept, U-Net": ("unet", "memory", {}, {}),
    "freed memory kept, m-rBCR": ("m-rbcr", "memory", {}, {}),
    "channels last, U-Net": ("unet", "channels-last", {}, {}),
    "pointwise chain as a table, m-rBCR": ("m-rbcr", "table", {}, {}),
    "of two threads the one that waits sleeps, U-Net": ("unet", "", SPINNING, SLEEPING),
}


def main() -> None:
    """Measure all, alternating, and write the page and the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="?", default=DOCS)
    parser.add_argument("--rounds", type=int, default=3)
    told = parser.parse_args()
    facts = machine()
    with tempfile.TemporaryDirectory() as temporary:
        outputs = Path(temporary)
        jobs = {}
        for name, (network, lever, before, after) in LEVERS.items():
            others = [each for each in ALL if each != lever] + ["threads"] * (not lever)
            cases = {"without": (others, before), "with": ([*others, lever], after)}
            for case, (switches, variables) in cases.items():
                command = python(TILE, network, outputs / f"{name} {case}.npy", *switches)
                jobs[f"{name} {case}"] = partial(cost_of, command, changed=variables)
        costs, failed = alternating(jobs, told.rounds)
        rows = [_row(name, costs, outputs) for name in LEVERS if not _failed(name, failed)]
    page = f"# What each measure brings\n\n{in_words(facts)}\n\n" + table(
        ["measure", "CPU-s without", "with", "times", "peak without, MiB", "with", "difference"],
        rows,
    )
    keep(told.folder, "levers", page, {"machine": facts, "costs": costs, "failed": failed})


def _failed(name: str, failed: dict[str, str]) -> bool:
    return any(f"{name} {case}" in failed for case in ("without", "with"))


def _row(name: str, costs: dict[str, Cost], outputs: Path) -> Sequence[str]:
    without, done = costs[f"{name} without"], costs[f"{name} with"]
    before, after = without.told["seconds"], done.told["seconds"]
    first, second = (np.load(outputs / f"{name} {case}.npy") for case in ("without", "with"))
    difference = np.abs(first - second).max() / np.ptp(first)
    return [
        name,
        f"{before:.2f}",
        f"{after:.2f}",
        f"{before / after:.2f}",
        f"{without.peak:.0f}",
        f"{done.peak:.0f}",
        f"{difference:.1e}" if difference else "none",
    ]


if __name__ == "__main__":
    main()
