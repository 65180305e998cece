"""What `compare` makes of the costs: figures, a page, a plot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from measuring import Cost, table

if TYPE_CHECKING:
    import numpy as np

COLUMNS = ("CPU s", "wall s", "Mpx/s", "Mpx per CPU-s", "of the peak", "peak MiB")


@dataclass(frozen=True)
class Job:
    """One thing that several programs did.

    Attributes
    ----------
    title : str
        What it was.
    pixels : int
        How many were restored.
    network : str
        What computed, where its operations were counted.
    first : str
        The program that the others are compared with.
    """

    title: str
    pixels: int
    network: str
    first: str


@dataclass(frozen=True)
class Row:
    """What one program took for a job."""

    name: str
    cpu: float
    wall: float
    megapixels: float
    share: float | None
    peak: float
    times_cpu: float | None
    times_wall: float | None
    difference: tuple[float, float] | None = None


def rows_of(
    job: Job,
    costs: Mapping[str, Cost],
    operations: float | None,
    best: float,
    differences: Mapping[str, tuple[float, float]],
) -> list[Row]:
    """Return the figures of a job.

    Parameters
    ----------
    job : Job
        What was done.
    costs : mapping of str to Cost
        What each program took. One that restored further planes told the seconds of each.
    operations : float or None
        Floating-point operations for each pixel, where a program did not count its own.
    best : float
        GFLOP per CPU second of a large product of matrices.
    differences : mapping of str to (float, float)
        From the result of the whole image at once, in units of its range: anywhere, and inside.
    """
    spent = {name: (_each(cost, "cpu"), _each(cost, "wall")) for name, cost in costs.items()}
    first = spent.get(job.first)
    rows = []
    for name, (cpu, wall) in spent.items():
        counted = costs[name].told.get("operations", operations)
        rows.append(
            Row(
                name=name,
                cpu=cpu,
                wall=wall,
                megapixels=job.pixels / 1e6,
                share=counted and counted * job.pixels / cpu / (1e9 * best),
                peak=costs[name].peak,
                times_cpu=first and first[0] / cpu,
                times_wall=first and first[1] / wall,
                difference=differences.get(name),
            )
        )
    return rows


def _each(cost: Cost, name: str) -> float:
    return median(cost.told[name]) if name in cost.told else float(getattr(cost, name))


def section(job: Job, rows: list[Row], failed: Mapping[str, str]) -> str:
    """Return a job's part of the page."""
    differences = any(row.difference is not None for row in rows)
    columns = [job.title, *COLUMNS]
    columns += ["difference", "inside"] if differences else []
    columns += [f"CPU, times {job.first}", "wall, times"]
    lines = []
    for row in rows:
        line = [row.name, f"{row.cpu:.1f}", f"{row.wall:.1f}"]
        line += [f"{row.megapixels / row.wall:.3f}", f"{row.megapixels / row.cpu:.3f}"]
        line += [_written(row.share, ".0%"), f"{row.peak:.0f}"]
        if differences:
            line += [_written(value, ".1e") for value in row.difference or (None, None)]
        line += [_written(row.times_cpu, ".1f"), _written(row.times_wall, ".1f")]
        lines.append(line)
    left_out = "".join(f"\nLeft out: {name}, {reason}.\n" for name, reason in failed.items())
    return table(columns, lines) + left_out


def _written(value: float | None, form: str) -> str:
    return "–" if value is None else format(value, form)


def difference(restored: np.ndarray, whole: np.ndarray) -> float:
    """Return the largest difference, in units of the range of the whole image's result."""
    return float(abs(restored - whole).max() / (whole.max() - whole.min()))


def draw(path: Path, jobs: Mapping[str, Job], rows: Mapping[str, list[Row]]) -> None:
    """Draw the megapixels that each program restores in a CPU second."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(len(jobs), 1, figsize=(8, 1 + 1.5 * len(jobs)), squeeze=False)
    for axis, (name, job) in zip(axes[:, 0], jobs.items(), strict=True):
        names = [row.name for row in rows[name]]
        speeds = [row.megapixels / row.cpu for row in rows[name]]
        colours = ["tab:blue" if each.startswith("DeBCR Zoo") else "0.6" for each in names]
        bars = axis.barh(names, speeds, color=colours)
        axis.bar_label(bars, fmt="%.2f", padding=3, fontsize=8)
        axis.set_title(job.title, fontsize=9, loc="left")
        axis.invert_yaxis()
        axis.margins(x=0.15)
        axis.tick_params(labelsize=8)
    axes[-1, 0].set_xlabel("megapixels per CPU second", fontsize=9)
    figure.tight_layout()
    figure.savefig(path, dpi=120)
    plt.close(figure)
