"""Two workers of Dask against one: scaling.py [FOLDER] [--side 8192] [--rounds 3].

Restores a plane from Zarr to Zarr by our denoising model, its blocks made by one and by two workers
of one thread each, alternating. A corner is restored before, so that the start of the workers and
what they import are not counted; statistics, opening the network in each worker and the coarser
levels are. On a busy machine wall time says little: the estimate is of CPU seconds, as if each
worker had a core to itself.
FOLDER receives scaling.md and scaling.json, docs/benchmarks by default.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

import measuring
from measuring import Cost, alternating, cost_of, python

DOCS = Path(__file__).parents[2] / "docs" / "benchmarks"
WORKERS = (1, 2)


def restore(workers: int, source: Path, output: Path, model: str) -> dict[str, float]:
    """Restore by some workers; return wall time, and CPU seconds of this process and of theirs."""
    from debcr_core import Stop, restore_file
    from debcr_core.flow.cluster import Cluster

    with Cluster(workers=workers).opened(Stop()) as client:
        corner = {"y": slice(0, 64), "x": slice(0, 64)}
        given = {"client": client, "overwrite": True}
        restore_file(source, output, model, region=corner, **given)
        before = sum(client.run(time.process_time).values())
        wall, own = time.perf_counter(), time.process_time()
        restore_file(source, output, model, **given)
        return {
            "wall": time.perf_counter() - wall,
            "own": time.process_time() - own,
            "theirs": sum(client.run(time.process_time).values()) - before,
        }


def estimate(told: dict[str, float], workers: int) -> float:
    """Return the seconds it would take if each worker had a core to itself."""
    return told["own"] + told["theirs"] / workers


def page(facts: dict[str, Any]) -> str:
    """Return the page."""
    told = {int(workers): cost.told for workers, cost in facts["costs"].items()}
    rows = [
        [
            f"{workers}",
            f"{each['wall']:.1f}",
            f"{each['own']:.1f}",
            f"{each['theirs']:.1f}",
            f"{estimate(each, workers):.1f}",
        ]
        for workers, each in told.items()
    ]
    walls = told[1]["wall"] / told[2]["wall"]
    estimated = estimate(told[1], 1) / estimate(told[2], 2)
    columns = ["workers", "wall, s", "caller's CPU-s", "workers' CPU-s", "estimate, s"]
    return (
        "# Scaling over workers of Dask\n\n"
        f"{measuring.in_words(facts['machine'])}\n\n"
        f"`tests/benchmarks/scaling.py`: a plane of {facts['side']}², Zarr to Zarr, `denoise`; "
        f"medians of {facts['rounds']} rounds. Two workers are {walls:.2f} times as fast as one, "
        f"by the estimate {estimated:.2f} times.\n\n{measuring.table(columns, rows)}"
    )


def main() -> None:
    """Measure one and two workers, alternating, and write the page and the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, default=DOCS)
    parser.add_argument("--side", type=int, default=8192)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--model", default="denoise")
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        workers, source, output = asked.one
        found = restore(int(workers), Path(source), Path(output), asked.model)
        print(f"RESULT{json.dumps(found)}")  # noqa: T201
        return
    machine = measuring.machine()
    with tempfile.TemporaryDirectory() as folder:
        source, output = Path(folder, "in.ome.zarr"), Path(folder, "out.ome.zarr")
        images = Path(__file__).with_name("images.py")
        cost_of(python(images, source, asked.side, asked.side))
        jobs = {str(each): partial(job, each, source, output, asked.model) for each in WORKERS}
        costs, failed = alternating(jobs, asked.rounds)
    measuring.progress(f"{failed or 'all ran'}")
    facts = {"machine": machine, "side": asked.side, "rounds": asked.rounds, "costs": costs}
    measuring.keep(asked.folder, "scaling", page(facts), facts)


def job(workers: int, source: Path, output: Path, model: str) -> Cost:
    """Restore by some workers in a process of its own."""
    words = ("--model", model, "--one", workers, source, output)
    return cost_of(python(__file__, *words), patience=7200)


if __name__ == "__main__":
    main()
