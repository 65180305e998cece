"""Cost against the size of the image: linear.py [FOLDER] [--largest 64].

Restores planes of 1, 4, 16 and, where asked for, 64 megapixels by our denoising model, from Zarr to
Zarr and from TIFF to TIFF, whole processes. What a megapixel costs beyond the start must not grow.
FOLDER receives linear.md and linear.json, docs/benchmarks by default.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import measuring
from measuring import Cost, alternating, cost_of, python

DOCS = Path(__file__).parents[2] / "docs" / "benchmarks"
SIDES = (1024, 2048, 4096, 8192)
SUFFIXES = {"Zarr to Zarr": ".ome.zarr", "TIFF to TIFF": ".tif"}


def restore(folder: Path, suffix: str, side: int, model: str) -> Cost:
    """Restore a plane, and remove the result."""
    source, output = folder / f"{side}{suffix}", folder / f"restored{suffix}"
    if not source.exists():
        cost_of(python(Path(__file__).with_name("images.py"), source, side, side))
    command = ["restore", "--quiet", "--model", model, source, output]
    cost = cost_of(python("-m", "debcr_core", *command), patience=3600)
    shutil.rmtree(output) if output.is_dir() else output.unlink()
    return cost


def main() -> None:
    """Measure all sizes, alternating, and write the page and the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, default=DOCS)
    parser.add_argument("--largest", type=int, default=16, help="megapixels")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--model", default="denoise")
    asked = parser.parse_args()
    sides = [side for side in SIDES if side**2 <= asked.largest * 2**20]
    machine, costs = measuring.machine(), {}
    with tempfile.TemporaryDirectory() as folder:
        for way, suffix in SUFFIXES.items():
            tasks = {
                str(side): partial(restore, Path(folder), suffix, side, asked.model)
                for side in sides
            }
            costs[way], failed = alternating(tasks, asked.rounds)
            measuring.progress(f"{way}: {failed or 'all ran'}")
    facts = {"machine": machine, "model": asked.model, "rounds": asked.rounds, "costs": costs}
    measuring.keep(asked.folder, "linear", page(facts), facts)


def page(facts: dict[str, Any]) -> str:
    """Return the table; the cost of a further megapixel is that beyond the smallest image's."""
    rows = []
    for way, costs in facts["costs"].items():
        sizes = {int(side) ** 2 / 1e6: cost for side, cost in costs.items()}
        smallest = min(sizes)
        for size, cost in sizes.items():
            more = cost.cpu - sizes[smallest].cpu
            further = f"{more / (size - smallest):.2f}" if size > smallest else "–"
            figures = [f"{cost.cpu:.1f}", f"{cost.wall:.1f}", f"{cost.cpu / size:.2f}", further]
            rows.append([f"{way}, {size:.0f} Mpx", *figures, f"{cost.peak:.0f}"])
    columns = ["", "CPU s", "wall s", "CPU s per Mpx", "each further Mpx", "peak MiB"]
    return (
        f"{measuring.in_words(facts['machine'])} Model {facts['model']}; medians of "
        f"{facts['rounds']} rounds.\n\n{measuring.table(columns, rows)}"
    )


if __name__ == "__main__":
    main()
