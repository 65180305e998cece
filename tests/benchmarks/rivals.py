"""Networks compared after equally long training: parameters, FLOPs a pixel, restored images.

    OMP_NUM_THREADS=1 python tests/benchmarks/rivals.py FOLDER [--seconds 480] [--pages PAGES]

--networks takes a few of them alone; their page is written to FOLDER, unless PAGES is given.

Needs ``debcr-zoo[train,rivals]``. FOLDER receives simulated images, a configuration and a run of
each network, and the report; what is there is kept, so that an interrupted comparison goes on. Each
network trains for as many steps as take so many CPU seconds, patches included, on one thread; a
step is measured first. Start, validation and the ending come on top: the whole training's CPU
seconds are in the table. PAGES receives rivals.md and rivals.json, docs/benchmarks by default.
"""

from __future__ import annotations

import argparse
import csv
import json
import time
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from statistics import mean, median
from typing import Any

import measuring
import torch
import yaml
from measuring import cost_of, python
from torch.utils.flop_counter import FlopCounterMode

from debcr_core.plugins import Plugins
from debcr_core.torch_model import TorchModel
from debcr_plugins.pairs.held_out import opened
from debcr_plugins.training.config import TrainingConfig
from debcr_plugins.training.config_file import checked
from debcr_plugins.training.module import Restorer
from debcr_plugins.training.parts import loss_of, network_of, recipe_of
from debcr_plugins.training.patches_of_run import patches_of
from debcr_plugins.training.validation import Validation

ROOT = Path(__file__).parents[2]
RECIPES = ROOT / "zoo_packages" / "denoise"
NETWORKS: dict[str, dict[str, Any]] = {
    "m-rbcr-haar": {"name": "m-rbcr", "haar": True, "residual": True, "residual_chains": True},
    "m-rbcr-released": {"name": "m-rbcr"},
    "unet": {"name": "unet"},
    "monai-unet": {"name": "monai-unet"},
    "care-unet": {"name": "care-unet"},
    "dncnn": {"name": "dncnn"},
    "rcan": {"name": "rcan"},
}
TRUTHS, TESTS, SIDE, EPOCHS, BATCH = 300, 16, 256, 3, 8
FIGURES = ("PSNR", "SSIM", "NRMSE")


def main() -> None:
    """Simulate, train each network, judge all, and write the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seconds", type=float, default=480)
    parser.add_argument("--networks", nargs="+", choices=NETWORKS, default=list(NETWORKS))
    parser.add_argument("--pages", type=Path)
    asked = parser.parse_args()
    folder: Path = asked.folder.resolve()
    whole = asked.networks == list(NETWORKS)
    asked.pages = asked.pages or (ROOT / "docs" / "benchmarks" if whole else folder)
    folder.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    machine = machine_of(folder)
    simulate(folder)
    trained = {name: training_of(name, folder, asked.seconds) for name in asked.networks}
    judge(folder, trained)
    nothing = (None,) * 4
    rows = [
        [name, *((*facts_of(name), *trained[name]) if name in trained else nothing), *judged]
        for name, judged in figures(folder, trained)
    ]
    keep(asked, machine, rows)


def keep(asked: argparse.Namespace, machine: dict[str, Any], rows: list[list[Any]]) -> None:
    """Write the page."""
    columns = ["network", "parameters", "kFLOPs a pixel", "steps", "CPU s in all", "PSNR (dB)"]
    columns += FIGURES[1:]
    shown = [[row[0], *(_shown(value) for value in row[1:])] for row in rows]
    page = (
        f"{measuring.in_words(machine)} Torch {torch.__version__}, one thread, {asked.seconds:g} "
        f"CPU seconds of training steps each; {TESTS} test images.\n\n"
    )
    facts = {"machine": machine, "seconds": asked.seconds, "columns": columns, "rows": rows}
    measuring.keep(asked.pages, "rivals", page + measuring.table(columns, shown), facts)


def _shown(value: float | None) -> str:
    """Return a figure for the table: large ones whole."""
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 100 else f"{value:.4g}"


def machine_of(folder: Path) -> dict[str, Any]:
    """Return the machine as it was when the comparison began, not when it went on."""
    kept = folder / "machine.json"
    if not kept.exists():
        kept.write_text(json.dumps(measuring.machine()), "utf-8")
    found: dict[str, Any] = json.loads(kept.read_text("utf-8"))
    return found


def simulate(folder: Path) -> None:
    """Make truth to train on, as for the shipped network, and degraded pairs to judge on."""
    document = yaml.safe_load((RECIPES / "first_simulate.yaml").read_text("utf-8"))
    test = {**document, "count": TESTS, "seed": 1021}
    test["micrograph"] = {**document["micrograph"], "peak_photons": [5, 100]}
    for name, described in (("truth", {**document, "count": TRUTHS}), ("test", test)):
        if not (folder / name).exists():
            described_in = folder / f"{name}.yaml"
            described_in.write_text(yaml.safe_dump(described), "utf-8")
            debcr("simulate", described_in, folder / name)


def debcr(*words: str | Path) -> measuring.Cost:
    """Run our command, and return what it took."""
    return cost_of(python("-m", "debcr_core", *words), patience=1e5)


def config_of(name: str, folder: Path, steps: int) -> dict[str, Any]:
    """Return a training's configuration: that of the shipped network, for so many steps."""
    document: dict[str, Any] = yaml.safe_load((RECIPES / "first_train.yaml").read_text("utf-8"))
    document["data"] = {"truth": str(folder / "truth" / "target"), "split": [0.98, 0.02, 0.0]}
    document["patches"]["per_epoch"] = max(steps // EPOCHS, 1) * BATCH
    document["batch_size"] = BATCH
    document["model"] = NETWORKS[name]
    document["stopping"]["epochs"] = EPOCHS
    # A mean over 2000 steps is of no use where there are hardly as many.
    document["optimizer"]["average"] = None
    document["pictures"] = 0
    del document["card"]
    return document


def training_of(name: str, folder: Path, seconds: float) -> tuple[int, float]:
    """Train a network, unless it is done; return its steps and CPU seconds."""
    done = folder / f"{name}.json"
    if not done.exists():
        step = seconds_a_step(checked(config_of(name, folder, 100), name))
        config = folder / f"{name}.yaml"
        document = config_of(name, folder, int(seconds / step))
        config.write_text(yaml.safe_dump(document), "utf-8")
        measuring.progress(f"{name}: {step:.3f} CPU s a step, {int(seconds / step)} steps")
        cost = debcr("train", config, "--run", folder / f"{name}-run")
        steps = document["patches"]["per_epoch"] // BATCH * EPOCHS
        done.write_text(json.dumps([steps, cost.cpu]), "utf-8")
    steps, cpu = json.loads(done.read_text("utf-8"))
    return steps, cpu


def seconds_a_step(config: TrainingConfig, steps: int = 8) -> float:
    """Return the median CPU seconds of a step, its patches included."""
    plugins = Plugins.discover()
    recipe, loss = recipe_of(config, plugins), loss_of(config, plugins)
    data = opened(config.data, config.degrade, recipe, plugins)
    patches, keys = patches_of(config, data, recipe), [(0, i) for i in range(steps * BATCH)]
    loader: Any = torch.utils.data.DataLoader(patches, batch_size=BATCH, sampler=keys)  # type: ignore[arg-type]
    nothing = Validation([], recipe)
    restorer = Restorer(network_of(recipe), loss, config.optimizer, 0, nothing, steps, True)
    restorer.log = lambda *_, **__: None  # type: ignore[method-assign]
    optimizer = torch.optim.AdamW(restorer.network.parameters(), lr=1e-3)
    spent, began = [], time.process_time()
    for batch in loader:
        optimizer.zero_grad()
        restorer.training_step(tuple(batch), 0).backward()
        optimizer.step()
        began, spent = time.process_time(), [*spent, time.process_time() - began]
    return median(spent[1:])


def judged_in(folder: Path, names: Iterable[str]) -> Path:
    """Return where the judgement of these networks lies: others are judged anew."""
    return folder / "-".join(["judged", *names])


def judge(folder: Path, names: Iterable[str]) -> None:
    """Have `debcr judge` restore and measure the test images with these networks."""
    out = judged_in(folder, names)
    if not out.exists():
        runs = [folder / f"{name}-run" for name in names]
        images = ("--input", folder / "test" / "input", "--target", folder / "test" / "target")
        debcr("judge", *runs, *images, "--out", out, "--no-baselines")


def figures(folder: Path, names: Iterable[str]) -> list[tuple[str, list[float]]]:
    """Return the mean of each figure, of the input and of these networks."""
    found: dict[tuple[str, str], list[float]] = defaultdict(list)
    with (judged_in(folder, names) / "figures.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found[row["method"].removesuffix("-run"), row["figure"]].append(float(row["value"]))
    return [(name, [mean(found[name, figure]) for figure in FIGURES]) for name in ("input", *names)]


def facts_of(name: str) -> tuple[int, float]:
    """Return a network's parameters, and thousands of floating-point operations a pixel."""
    described = dict(NETWORKS[name])
    model = Plugins.discover().create("model", described.pop("name"), **described)
    assert isinstance(model, TorchModel)
    network = model.network().eval()
    with torch.inference_mode(), FlopCounterMode(display=False) as counted:
        network(torch.zeros(1, 1, SIDE, SIDE))
    parameters = sum(values.numel() for values in network.parameters())
    return parameters, counted.get_total_flops() / SIDE**2 / 1000


if __name__ == "__main__":
    main()
