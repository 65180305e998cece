# ruff: noqa: T201
"""Patches per second and peak memory of a training step: ours against the original's TensorFlow.

    python tests/benchmarks/training_speed.py [--original PYTHON] [--precision bf16-mixed]

PYTHON is an interpreter with the original installed: debcr 0.1.0, tensorflow-cpu 2.15.1, numpy
below 2. Without it only ours is measured. Both run alternately, each in a process of its own, on
the paper's batches: 32 patches of 128×128, m-rBCR as released, Adam. Compare within one call only.
"""

import argparse
import json
import statistics
import subprocess
import sys

BATCH, SIDE = 32, 128

OURS = """
import json, resource, sys, time
import numpy as np, torch
from debcr_core.plugins import Plugins
from debcr_core.recipe import Recipe
from debcr_plugins.mrbcr import MRBCR
from debcr_plugins.training.config import OptimizerConfig
from debcr_plugins.training.module import Restorer
from debcr_plugins.training.validation import Validation

batch, side, steps, precision = *map(int, sys.argv[1:4]), sys.argv[4]
loss = Plugins.discover().create("loss", "spectral")
nothing = Validation([], Recipe.model_construct())
mixed = precision != "32-true"
restorer = Restorer(MRBCR(), loss, OptimizerConfig(), 0, nothing, steps, mixed)
restorer.log = lambda *_, **__: None
optimizer = torch.optim.AdamW(restorer.network.parameters(), lr=1e-3, weight_decay=0)
rng = np.random.default_rng(0)
low, gt = (torch.from_numpy(rng.random((batch, 1, side, side), np.float32)) for _ in range(2))
times = []
for _ in range(steps):
    began = time.perf_counter()
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=mixed):
        value = restorer.training_step((low, gt), 0)
    optimizer.zero_grad()
    value.backward()
    optimizer.step()
    times.append(time.perf_counter() - began)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print("RESULT", json.dumps({"times": times, "peak": peak}))
"""

ORIGINAL = """
import json, resource, sys, time
import numpy as np, tensorflow as tf
import debcr.model
from debcr._core.model.loss import loss_function_mimo
from debcr._core.model.utils import multi_input

batch, side, steps = map(int, sys.argv[1:4])
model = debcr.model.init(input_size=side)
optimizer = tf.keras.optimizers.Adam(learning_rate=1e-3)
rng = np.random.default_rng(0)
low, gt = (rng.random((batch, side, side, 1), np.float32) for _ in range(2))
times = []
for _ in range(steps):
    began = time.perf_counter()
    inputs, targets = multi_input(low), multi_input(gt)
    with tf.GradientTape() as tape:
        loss = loss_function_mimo(targets, model(inputs))
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    float(loss)
    times.append(time.perf_counter() - began)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print("RESULT", json.dumps({"times": times, "peak": peak}))
"""


def measure(python: str, script: str, steps: int, *more: str) -> tuple[float, float]:
    """Return the median patches per second, without the first step, and the peak in GiB."""
    command = [python, "-c", script, str(BATCH), str(SIDE), str(steps), *more]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    line = next(row for row in done.stdout.splitlines() if row.startswith("RESULT"))
    found = json.loads(line.removeprefix("RESULT"))
    return BATCH / statistics.median(found["times"][1:]), found["peak"] / 2**20


def main() -> None:
    """Measure, alternately, and print medians and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--original", help="Interpreter in whose environment the original is.")
    parser.add_argument("--precision", default="32-true")
    parser.add_argument("--steps", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    told = parser.parse_args()
    found: dict[str, list[tuple[float, float]]] = {"ours": [], "original": []}
    for _ in range(told.rounds):
        found["ours"].append(measure(sys.executable, OURS, told.steps, told.precision))
        if told.original:
            found["original"].append(measure(told.original, ORIGINAL, told.steps))
    speeds = {name: statistics.median(s for s, _ in rows) for name, rows in found.items() if rows}
    for name, speed in speeds.items():
        peak = max(memory for _, memory in found[name])
        print(f"{name}: {speed:.1f} patches a second, peak {peak:.1f} GiB")
    if len(speeds) == 2:
        print(f"ratio: {speeds['ours'] / speeds['original']:.2f}")


if __name__ == "__main__":
    main()
