"""Ours against others, in one go and alternating: compare.py [FOLDER] [--environments FOLDER] …

FOLDER receives compare.md, compare.json and compare.png; docs/benchmarks by default. The jobs:

m-rbcr   a plane of 1024×1024 from TIFF to TIFF by m-rBCR with the weights that its authors
         released; whole processes, with imports, reading and writing
denoise  the same plane by our denoising model
planes   a further plane of 1024×1024 once all is warm: our denoising model, and the default
         network of CAREamics
nuclei   a large plane from Zarr to Zarr by a model of the zoo, whole processes

The original and CAREamics get environments of their own; these and our bundles are made once and
kept in --environments.
--shared names the folder with the released weights and the model of the zoo. What is missing or
fails is left out, with its reason.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import comparing_results as results
import measuring
from comparing_jobs import Place, backends, differences, jobs_of, make_exports, prepare
from measuring import PROGRAMS, CouldNotRun, alternating, cost_of, progress

ROOT = Path(__file__).parents[2]


def main() -> None:
    """Measure all, and write the page, the figures and the plot."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "docs" / "benchmarks")
    parser.add_argument("--environments", type=Path, help="by default a temporary folder")
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--jobs", default="m-rbcr,denoise,planes,nuclei", help="which, by comma")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--planes", type=int, default=2, help="further planes in each round")
    parser.add_argument("--side", type=int, default=2048, help="of the large plane")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        environments = asked.environments or Path(work) / "environments"
        place = Place(Path(work), asked.shared, environments.resolve(), asked.side)
        facts = compared(place, asked.jobs.split(","), asked.rounds, asked.planes)
        for done in facts:
            keep(asked.folder, done)


def keep(folder: Path, facts: dict[str, Any]) -> None:
    """Write what is known by now."""
    jobs, rows, failed = facts["jobs"], facts["rows"], facts["failed"]
    parts = [results.section(jobs[name], rows[name], failed[name]) for name in jobs]
    measuring.keep(folder, "compare", "\n".join([_heading(facts), *parts]), facts)
    results.draw(folder / "compare.png", jobs, rows)


def compared(place: Place, names: list[str], rounds: int, planes: int) -> Iterator[dict[str, Any]]:
    """Run the jobs, and yield all figures and what these depend on after each."""
    machine = measuring.machine()
    prepare(place)
    best = _best_products()
    operations = _operations(place)
    found: dict[str, Any] = {"machine": machine, "peak": best, "operations": operations}
    found |= {"rounds": rounds, "jobs": {}, "rows": {}, "failed": {}}
    chosen = backends()
    make_exports(place, chosen)
    for name in names:
        job, tasks = jobs_of(name, place, chosen, planes)
        progress(job.title)
        costs, failed = alternating(tasks, rounds)
        apart = differences(place, costs) if name == "m-rbcr" else {}
        rows = results.rows_of(job, costs, operations.get(job.network), max(best.values()), apart)
        found["jobs"][name], found["rows"][name], found["failed"][name] = job, rows, failed
        yield found


def _best_products() -> dict[str, float]:
    """Return GFLOP per CPU second of a large product of matrices, by library."""
    # Set on some machines for old releases of OpenBLAS, and slow.
    plain = {"OPENBLAS_CORETYPE": None, "OPENBLAS_L2_SIZE": None}
    return cost_of(measuring.python(PROGRAMS / "matrix_products.py"), changed=plain).told


def _operations(place: Place) -> dict[str, float]:
    """Return floating-point operations for each pixel, by network."""
    given = [place.nuclei / "weights.onnx"] if place.nuclei.is_dir() else []
    try:
        return cost_of(measuring.python(PROGRAMS / "operations.py", *given)).told
    except CouldNotRun as reason:
        progress(f"operations were not counted: {reason}")
        return {}


def _heading(facts: dict[str, Any]) -> str:
    products = ", ".join(f"{value:.0f} by {name}" for name, value in facts["peak"].items())
    counted = ", ".join(f"{name} {n / 1000:.0f}" for name, n in facts["operations"].items())
    return (
        f"{measuring.in_words(facts['machine'])} Medians of {facts['rounds']} rounds. A large "
        f"product of float32 matrices reaches, in GFLOP per CPU second, {products}; the largest is "
        f"the peak. Thousands of operations for each pixel: {counted}. Shares of the peak count "
        "these alone, whatever a program computes twice. Differences are from the original's "
        "network on the whole image at once, the largest in units of its range: anywhere, and "
        "more than 128 pixels from the edges.\n"
    )


if __name__ == "__main__":
    main()
