"""Learning curves: what networks restore after trainings of several lengths, of equal data.

    python tests/benchmarks/curves.py RIVALS… [--networks m-rbcr-haar unet] [--pages PAGES]

RIVALS are files rivals.json that `rivals.py` wrote, with different --seconds: each point is a
training of its own, whose learning rate fell to zero. Writes curves.md, curves.json and curves.png
to PAGES, docs/benchmarks by default.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import measuring

ROOT = Path(__file__).parents[2]
NETWORKS = ("m-rbcr-released", "m-rbcr-haar", "unet")
FIGURE = "PSNR (dB)"

Curves = dict[str, list[float | None]]


def main() -> None:
    """Read what was measured, and write the page and the plot."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("rivals", nargs="+", type=Path)
    parser.add_argument("--networks", nargs="+", default=NETWORKS)
    parser.add_argument("--pages", type=Path, default=ROOT / "docs" / "benchmarks")
    asked = parser.parse_args()
    measured = [json.loads(path.read_text("utf-8")) for path in asked.rivals]
    measured.sort(key=lambda one: float(one["seconds"]))
    lengths = [one["seconds"] for one in measured]
    curves = curves_of(measured, asked.networks)
    page = measuring.table(
        [FIGURE, *(f"{length:g} CPU-s" for length in lengths)],
        [[name, *map(_shown, curve)] for name, curve in curves.items()],
    )
    measuring.keep(asked.pages, "curves", page, {"seconds": lengths, FIGURE: curves})
    draw(asked.pages / "curves.png", lengths, curves)


def curves_of(measured: Sequence[Mapping[str, Any]], names: Iterable[str]) -> Curves:
    """Return each network's figure after each length of training; None where it has none."""
    place = measured[0]["columns"].index(FIGURE)
    found = [{row[0]: row[place] for row in one["rows"]} for one in measured]
    return {name: [figures.get(name) for figures in found] for name in names}


def _shown(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def draw(path: Path, lengths: Sequence[float], curves: Curves) -> None:
    """Draw the curves over the logarithm of the CPU seconds."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(6, 3.5))
    for name, curve in curves.items():
        measured = [value if value is not None else float("nan") for value in curve]
        axes.plot(lengths, measured, "o-", label=name)
    axes.set_xscale("log")
    axes.set_xticks(lengths, [f"{length:g}" for length in lengths])
    axes.minorticks_off()
    axes.set_xlabel("CPU seconds of training, one thread")
    axes.set_ylabel(f"simulated test images, {FIGURE}")
    axes.legend(frameon=False)
    figure.tight_layout()
    figure.savefig(path, dpi=120)
    plt.close(figure)


if __name__ == "__main__":
    main()
