"""What a terabyte would take, on paper: estimate.py [FOLDER] [--side 4096].

Restores a plane of 4096×4096 by our denoising model from Zarr to Zarr as one share of one
(--part 1/1), and completes it (--finish); takes off what the same costs for a plane of 2048×2048,
the start; and multiplies. Where FOLDER has figures of a GPU (gpu.json), its network's time is
taken, too. FOLDER receives estimate.md and estimate.json, docs/benchmarks by default.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import measuring
from measuring import Cost, alternating, cost_of, python

DOCS = Path(__file__).parents[2] / "docs" / "benchmarks"
MEGAPIXELS = 5e5
"""In 1 TB of uint16."""
SMALL = 2048
"""Side of the plane that tells the start: without coarser levels, and yet read lazily, for which
more is imported than for a smaller one."""
CORES, GPUS, DISK = 64, 8, 1e9
"""What the paper machines have; bytes a second of their shared disk."""
FILES = MEGAPIXELS * 1e6 * (2 + 4 * 4 / 3)
"""Bytes of the input, and of a float32 output with its coarser levels."""


def step(folder: Path, side: int, word: str) -> Cost:
    """Make the only share of a plane, or complete it."""
    source, output = folder / f"{side}.ome.zarr", folder / f"restored-{side}.ome.zarr"
    if not source.exists():
        cost_of(python(Path(__file__).with_name("images.py"), source, side, side))
    if word == "part" and output.exists():
        shutil.rmtree(output)
    asked = ["--part", "1/1"] if word == "part" else ["--finish"]
    # With the threads of one core, as on a machine whose cores all have shares.
    alone = {"OMP_NUM_THREADS": "1"}
    command = python("-m", "debcr_core", "restore", "--quiet", *asked, source, output)
    return cost_of(command, changed=alone)


def main() -> None:
    """Measure, multiply, and write the page and the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, default=DOCS)
    parser.add_argument("--side", type=int, default=4096)
    parser.add_argument("--rounds", type=int, default=2)
    asked = parser.parse_args()
    machine, words = measuring.machine(), ("part", "finish")
    with tempfile.TemporaryDirectory() as folder:
        jobs = {
            f"{word} {side}": partial(step, Path(folder), side, word)
            for side in (SMALL, asked.side)
            for word in words
        }
        costs, failed = alternating(jobs, asked.rounds)
    if failed:
        raise SystemExit(f"Could not be measured: {failed}")
    more = (asked.side**2 - SMALL**2) / 1e6
    each = {
        word: (costs[f"{word} {asked.side}"].cpu - costs[f"{word} {SMALL}"].cpu) / more
        for word in words
    }
    facts = {"machine": machine, "side": asked.side, "costs": costs, "CPU s per Mpx": each}
    graphics = asked.folder / "gpu.json"
    facts["gpu"] = json.loads(graphics.read_text()) if graphics.exists() else None
    measuring.keep(asked.folder, "estimate", page(facts), facts)


def page(facts: Mapping[str, Any]) -> str:
    """Return the estimate in words and as a table."""
    each = facts["CPU s per Mpx"]
    finish, disk = each["finish"] * MEGAPIXELS / 3600, FILES / DISK / 3600
    rows = [
        [
            f"{CORES} cores",
            f"{each['part'] * MEGAPIXELS / CORES / 3600:.1f}",
            f"{disk:.1f}",
            f"{finish:.1f}",
        ]
    ]
    if facts["gpu"]:
        speeds = [row["Mpx/s, tile"] for row in facts["gpu"]["rows"] if row["network"] == "denoise"]
        hours = MEGAPIXELS / max(speeds) / GPUS / 3600
        rows.append([f"{GPUS} GPUs", f"{hours:.2f}", f"{disk:.1f}", f"{finish:.1f}"])
        unknown = (
            "What reading, scaling and writing cost the CPUs beside the GPUs was not measured."
        )
    else:
        unknown = f"{GPUS} GPUs: not estimated, since none was at hand to measure one."
    return (
        f"{measuring.in_words(facts['machine'])} Of a plane of {facts['side']}×{facts['side']}, "
        f"beyond the start, a megapixel costs a share {each['part']:.2f} CPU s with reading, "
        f"computing and writing, and the finish {each['finish']:.3f} CPU s.\n\n"
        "1 TB of uint16 (5·10¹¹ pixels) from OME-Zarr to OME-Zarr, float32 with coarser levels:\n\n"
        + measuring.table(
            ["", "computing, h", f"files at {DISK / 1e9:.0f} GB/s, h", "finish by one process, h"],
            rows,
        )
        + f"\nComputing and files overlap; the finish comes after them. {unknown} Not measured "
        "either: how cores that share memory and caches slow each other down, a shared disk under "
        "load, and more than two processes at once.\n"
    )


if __name__ == "__main__":
    main()
