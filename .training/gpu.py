"""Train m-rBCR on one GPU within a time: simulate, measure the speed, train for what is left.

Run it from the repository's root, where `debcr` is installed for this Python:

    python .training/gpu.py OUT [--seconds 560] [--tiny]

OUT then holds the weights (model.safetensors), what going on needs (last.ckpt), the learning curve
(metrics.csv, loss.png), the first patches (patches.png), the configuration, and timing.json.
--tiny runs all of it on a CPU in a minute or two, to see that it works.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from debcr_core.yaml.strict import dump_yaml, load_yaml

HERE = Path(__file__).parent
SIMULATION = HERE.parent / "zoo_packages" / "denoise" / "simulate.yaml"
KEPT = ("model.safetensors", "metrics.csv", "loss.png", "patches.png", "checkpoints/last.ckpt")
IMAGES = 2000
MARGIN = 0.9
"""Share of the time that training may plan with: epochs differ in length."""
TINY: dict[str, Any] = {
    "data": {"truth": "images/target", "split": [0.7, 0.3, 0]},
    "patches": {"size": 32, "per_epoch": 32},
    "batch_size": 8,
    "machine": {"accelerator": "cpu", "workers": 1},
}


def main() -> None:
    """Read what is asked, and do it in a folder that is removed."""
    parser = argparse.ArgumentParser(description="Train m-rBCR on one GPU within a time.")
    parser.add_argument("out", type=Path)
    parser.add_argument("--seconds", type=float, default=560.0)
    parser.add_argument("--tiny", action="store_true")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        deadline = time.monotonic() + given.seconds
        timing = run(Path(work), deadline, tiny=given.tiny, out=given.out)
    (given.out / "timing.json").write_text(json.dumps(timing, indent=2) + "\n")


def run(work: Path, deadline: float, *, tiny: bool, out: Path) -> dict[str, float]:
    """Simulate, measure, train, keep; return how long each took, in seconds."""
    started = time.monotonic()
    count, workers = (12, 1) if tiny else (IMAGES, os.cpu_count() or 1)
    debcr("simulate", SIMULATION, work / "images", "--count", count, "--workers", workers)
    config = load_yaml((HERE / "gpu.yaml").read_text(encoding="utf-8"), "gpu.yaml")
    config |= TINY if tiny else {}
    simulated = time.monotonic()
    train(config, work, "probe", epochs=2, seconds=deadline - simulated)
    epoch = seconds_of_an_epoch(work / "probe")
    opening = time.monotonic() - simulated - 2 * epoch
    left = deadline - time.monotonic() - opening
    epochs = 3 if tiny else max(1, math.floor(MARGIN * left / epoch))
    begun = time.monotonic()
    train(config, work, "run", epochs=epochs, seconds=deadline - begun)
    for name in (*KEPT, "config.yaml"):
        if (work / "run" / name).exists():
            shutil.copy(work / "run" / name, out)
    return {
        "simulating": simulated - started,
        "measuring": begun - simulated,
        "training": time.monotonic() - begun,
        "epoch": epoch,
        "epochs": epochs,
    }


def train(config: dict[str, Any], work: Path, name: str, *, epochs: int, seconds: float) -> None:
    """Train; where time runs out, what was best so far is there."""
    stopping = {**config["stopping"], "epochs": epochs}
    path = work / f"{name}.yaml"
    path.write_text(dump_yaml({**config, "stopping": stopping}), encoding="utf-8")
    try:
        debcr("train", path, "--run", work / name, seconds=seconds)
    except subprocess.TimeoutExpired:
        print(f"Time ran out: {name} ends before its last epoch.", file=sys.stderr)  # noqa: T201


def seconds_of_an_epoch(run: Path) -> float:
    """Return how long the second epoch took: the first one warms up."""
    rows = list(csv.DictReader((run / "metrics.csv").read_text().splitlines()))
    return float(rows[1]["seconds"]) - float(rows[0]["seconds"])


def debcr(*arguments: object, seconds: float | None = None) -> None:
    """Run the command line, and stop where it fails."""
    command = [sys.executable, "-m", "debcr_core", *map(str, arguments)]
    subprocess.run(command, check=True, timeout=seconds)


if __name__ == "__main__":
    main()
