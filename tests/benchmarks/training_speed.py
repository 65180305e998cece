"""A training step: ours against the original's TensorFlow.

    python tests/benchmarks/training_speed.py [FOLDER] [--original PYTHON] [--precision bf16-mixed]

PYTHON is an interpreter with the original installed: debcr 0.1.0, tensorflow-cpu 2.15.1, numpy
below 2; `compare.py` makes such an environment. Without it only ours is measured. Both run
alternately, each in a process of its own, on the paper's batches: 32 patches of 128×128, m-rBCR as
released, Adam. The first step of each process is left out. FOLDER receives training.md and
training.json, docs/benchmarks by default.
"""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from statistics import median

import measuring
from measuring import Cost, alternating, cost_of, python

DOCS = Path(__file__).parents[2] / "docs" / "benchmarks"
BATCH, SIDE = 32, 128

OURS = """
import json, sys, time
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
times, spent = [], []
for _ in range(steps):
    began, used = time.perf_counter(), time.process_time()
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=mixed):
        value = restorer.training_step((low, gt), 0)
    optimizer.zero_grad()
    value.backward()
    optimizer.step()
    times.append(time.perf_counter() - began)
    spent.append(time.process_time() - used)
print("RESULT", json.dumps({"wall": times[1:], "cpu": spent[1:]}))
"""

ORIGINAL = """
import json, sys, time
import numpy as np, tensorflow as tf
import debcr.model
from debcr._core.model.loss import loss_function_mimo
from debcr._core.model.utils import multi_input

batch, side, steps = map(int, sys.argv[1:4])
model = debcr.model.init(input_size=side)
optimizer = tf.keras.optimizers.Adam(learning_rate=1e-3)
rng = np.random.default_rng(0)
low, gt = (rng.random((batch, side, side, 1), np.float32) for _ in range(2))
times, spent = [], []
for _ in range(steps):
    began, used = time.perf_counter(), time.process_time()
    inputs, targets = multi_input(low), multi_input(gt)
    with tf.GradientTape() as tape:
        loss = loss_function_mimo(targets, model(inputs))
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    float(loss)
    times.append(time.perf_counter() - began)
    spent.append(time.process_time() - used)
print("RESULT", json.dumps({"wall": times[1:], "cpu": spent[1:]}))
"""


def main() -> None:
    """Measure, alternately, and write the page and the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, default=DOCS)
    parser.add_argument("--original", help="Interpreter in whose environment the original is.")
    parser.add_argument("--precision", default="32-true")
    parser.add_argument("--steps", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    sizes = [str(BATCH), str(SIDE), str(asked.steps)]
    name = f"DeBCR Zoo, {asked.precision}"
    jobs = {name: partial(cost_of, python("-c", OURS, *sizes, asked.precision))}
    if asked.original:
        jobs["original debcr 0.1.0"] = partial(cost_of, [asked.original, "-c", ORIGINAL, *sizes])
    machine = measuring.machine()
    costs, failed = alternating(jobs, asked.rounds)
    rows = [[name, *_figures(cost)] for name, cost in costs.items()]
    columns = ["m-rBCR, 32 patches of 128×128", "CPU s a step", "wall s", "patches/s", "peak MiB"]
    heading = f"{measuring.in_words(machine)} Medians of {asked.rounds} rounds.\n\n"
    facts = {"machine": machine, "rounds": asked.rounds, "costs": costs, "failed": failed}
    measuring.keep(asked.folder, "training", heading + measuring.table(columns, rows), facts)


def _figures(cost: Cost) -> list[str]:
    cpu, wall = median(cost.told["cpu"]), median(cost.told["wall"])
    return [f"{cpu:.1f}", f"{wall:.1f}", f"{BATCH / wall:.1f}", f"{cost.peak:.0f}"]


if __name__ == "__main__":
    main()
