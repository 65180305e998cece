"""What the benchmarks share: the cost of a process, rounds that alternate, medians.

Each thing that is measured runs in a process of its own. CPU seconds are those of the process and
its children; they count on a busy machine, too, where wall time says little. A program that has
more to tell prints it as a last line: RESULT and JSON.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

PROGRAMS = Path(__file__).parent / "programs"
INSTRUCTIONS = ("avx2", "avx512f", "avx512_bf16", "amx_bf16", "asimd")


class CouldNotRun(Exception):  # noqa: N818
    """Why something could not be measured, in a sentence."""


@dataclass(frozen=True)
class Cost:
    """What a process took.

    Attributes
    ----------
    cpu, wall : float
        Seconds.
    peak : float
        Most memory that it, or one of its children, held at once, in MiB.
    told : dict
        What it said itself.
    """

    cpu: float
    wall: float
    peak: float
    told: dict[str, Any] = field(default_factory=dict)


def cost_of(
    command: Sequence[str | Path],
    *,
    changed: Mapping[str, str | None] | None = None,
    patience: float = 600,
) -> Cost:
    """Run a command and return what it took (Linux and macOS).

    Parameters
    ----------
    command : sequence of str or Path
        Program and arguments.
    changed : mapping, optional
        Variables of the environment to set; None removes one.
    patience : float
        Seconds after which it is ended.

    Raises
    ------
    CouldNotRun
        If it fails, with the last line that it said.
    """
    # As installed programs do, ours keeps its bytecode after the first run.
    variables = {**os.environ, "PYTHONDONTWRITEBYTECODE": None, **(changed or {})}
    kept = {name: value for name, value in variables.items() if value is not None}
    with tempfile.TemporaryFile("w+") as out:
        began = time.perf_counter()
        process = subprocess.Popen(
            list(map(str, command)), stdout=out, stderr=subprocess.STDOUT, env=kept
        )
        ending = threading.Timer(patience, process.kill)
        ending.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        ending.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        said = out.read().strip().splitlines() or ["nothing was said"]
    if process.returncode:
        raise CouldNotRun(f"ended with {process.returncode} after {wall:.0f} s: {said[-1][:300]}")
    unit = 2**20 if sys.platform == "darwin" else 2**10
    told = [line.removeprefix("RESULT") for line in said if line.startswith("RESULT")]
    return Cost(
        usage.ru_utime + usage.ru_stime,
        wall,
        usage.ru_maxrss / unit,
        json.loads(told[-1]) if told else {},
    )


def python(*words: str | int | Path) -> list[str]:
    """Return the command that runs this interpreter."""
    return [sys.executable, *map(str, words)]


def medians(costs: Sequence[Cost]) -> Cost:
    """Return the median of each figure; lists that programs told are put together."""
    told: dict[str, Any] = {}
    for name, first in costs[0].told.items():
        values = [cost.told[name] for cost in costs]
        told[name] = [*chain(*values)] if isinstance(first, list) else statistics.median(values)
    cpu, wall, peak = (
        statistics.median(getattr(cost, name) for cost in costs) for name in ("cpu", "wall", "peak")
    )
    return Cost(cpu, wall, peak, told)


def alternating(
    jobs: Mapping[str, Callable[[], Cost]], rounds: int
) -> tuple[dict[str, Cost], dict[str, str]]:
    """Run all jobs, one after the other, round after round.

    What fails once is not tried again.

    Returns
    -------
    dict of str to Cost
        The medians of each job that ran.
    dict of str to str
        Why the others did not.
    """
    costs: dict[str, list[Cost]] = {name: [] for name in jobs}
    failed: dict[str, str] = {}
    for number in range(rounds):
        for name, job in jobs.items():
            if name in failed:
                continue
            try:
                costs[name].append(job())
            except CouldNotRun as reason:
                failed[name] = str(reason)
            progress(f"round {number + 1} of {rounds}: {name} {failed.get(name, '')}")
    return {name: medians(costs[name]) for name in jobs if name not in failed}, failed


def progress(line: str) -> None:
    """Say how far it is, beside what is measured."""
    print(f"{time.strftime('%H:%M:%S')} {line}", file=sys.stderr, flush=True)  # noqa: T201


def machine() -> dict[str, Any]:
    """Return what figures depend on, and nothing that tells whose machine it is."""
    flags = set()
    if (info := Path("/proc/cpuinfo")).exists():
        line = next((row for row in info.read_text().splitlines() if row.startswith("flags")), "")
        flags = set(line.split())
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
        "instructions": [name for name in INSTRUCTIONS if name in flags],
        "python": platform.python_version(),
        "others at work": round(os.getloadavg()[0], 1),
    }


def in_words(facts: Mapping[str, Any]) -> str:
    """Return what `machine` found as a sentence for a page."""
    instructions = ", ".join(facts["instructions"]) or "instructions unknown"
    return (
        f"Measured on {facts['system']}, {facts['cores']} cores ({instructions}), Python "
        f"{facts['python']}; load average {facts['others at work']} when it began."
    )


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a markdown table, its first column words and the others figures."""
    lines = [columns, ["---", *["---:"] * (len(columns) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def keep(folder: Path, name: str, page: str, facts: Mapping[str, Any]) -> None:
    """Write a benchmark's page and figures, NAME.md and NAME.json, and print the page."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.md").write_text(page, encoding="utf-8")
    text = json.dumps(facts, indent=2, ensure_ascii=False, default=asdict)
    (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    print(page)  # noqa: T201
