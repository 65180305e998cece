# ruff: noqa: T201
"""Our networks on a GPU: gpu.py [FOLDER] [--tiny].

Megapixels a second of a plane of 1024×1024 (batch 1) in float32 and bfloat16, of the network alone
and with what restoring a tile adds (copies to the GPU and back, checks); the ratio to the roofline,
which is the bandwidth of memory over the bytes that a pixel moves where no two operations are
fused; training steps a second (32 patches of 128×128). FOLDER receives gpu.md and gpu.json,
docs/benchmarks by default. Without a GPU it says so and ends well; --tiny runs all of it on the
CPU, with small planes, and writes nothing.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import measuring
import numpy as np
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from debcr_core import Recipe, Runner, TorchModel, TrainedModel, load_model
from debcr_core.plugins import Plugins
from debcr_plugins.mrbcr import MRBCR

DOCS = Path(__file__).parents[2] / "docs" / "benchmarks"
PRECISIONS = {"float32": torch.float32, "bfloat16": torch.bfloat16}


@dataclass(frozen=True)
class Sizes:
    """How much is computed.

    Attributes
    ----------
    device : str
        Where.
    side : int
        Pixels along a plane.
    batch, patch : int
        Patches of a training step, and pixels along one.
    copied : int
        Bytes that are copied to measure the bandwidth.
    times : int
        How often each is repeated.
    """

    device: str
    side: int
    batch: int
    patch: int
    copied: int
    times: int


FULL = Sizes("cuda", 1024, 32, 128, 2**30, 20)
TINY = Sizes("cpu", 64, 2, 32, 2**20, 2)


class Traffic(TorchDispatchMode):
    """Counts the bytes that operations read and write, each by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.bytes = 0

    def __torch_dispatch__(
        self, operation: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        made = operation(*args, **(kwargs or {}))
        if not operation.is_view:
            touched = tree_leaves((args, kwargs, made))
            self.bytes += sum(each.nbytes for each in touched if isinstance(each, torch.Tensor))
        return made


def seconds_of(work: Callable[[], Any], sizes: Sizes) -> float:
    """Return the median seconds of some work, once it is warm."""
    taken = []
    for _ in range(sizes.times + 3):
        began = time.perf_counter()
        work()
        if sizes.device == "cuda":
            torch.cuda.synchronize()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken[3:])


def bandwidth_of(sizes: Sizes) -> float:
    """Return bytes a second that a copy reads and writes."""
    source = torch.zeros(sizes.copied, dtype=torch.uint8, device=sizes.device)
    target = torch.empty_like(source)
    return 2 * sizes.copied / seconds_of(lambda: target.copy_(source), sizes)


def traffic_of(model: TorchModel) -> float:
    """Return the bytes that a pixel moves in float32 where nothing is fused."""
    network, side = model.network().eval(), 256
    with torch.inference_mode(), Traffic() as counted:
        network(torch.zeros(1, 1, side, side))
    return counted.bytes / side**2


def plane_of(model: TorchModel, precision: str, sizes: Sizes) -> float:
    """Return megapixels a second of the network alone."""
    network = model.network().to(sizes.device).eval()
    plane = torch.rand(1, 1, sizes.side, sizes.side, device=sizes.device)
    mixed = torch.autocast(sizes.device, PRECISIONS[precision], enabled=precision != "float32")
    with torch.inference_mode(), mixed:
        return sizes.side**2 / 1e6 / seconds_of(lambda: network(plane), sizes)


def tile_of(trained: TrainedModel, precision: str, sizes: Sizes) -> float:
    """Return megapixels a second of a tile as restoring an image computes it."""
    tile = np.random.default_rng(0).random((1, 1, sizes.side, sizes.side), np.float32)
    with Runner(trained, sizes.device, backend="torch", precision=precision) as runner:
        return sizes.side**2 / 1e6 / seconds_of(lambda: runner.predict(tile), sizes)


def steps_of(model: TorchModel, precision: str, sizes: Sizes) -> float:
    """Return training steps a second."""
    network = model.network().to(sizes.device).train()
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-3)
    shape = (sizes.batch, 1, sizes.patch, sizes.patch)
    degraded, truth = (torch.rand(shape, device=sizes.device) for _ in range(2))
    loss = Plugins.discover().create("loss", "spectral")

    def step() -> None:
        mixed = precision != "float32"
        with torch.autocast(sizes.device, PRECISIONS[precision], enabled=mixed):
            restored = model.outputs(network, degraded)[0]
        optimizer.zero_grad()
        loss.measure(restored.float(), truth, degraded).backward()
        optimizer.step()

    return 1 / seconds_of(step, sizes)


def figures(folder: Path, sizes: Sizes) -> dict[str, Any]:
    """Measure both networks in both precisions."""
    bandwidth = bandwidth_of(sizes)
    rows = []
    for name, trained in {"m-rBCR": _untrained(folder), "denoise": load_model("denoise")}.items():
        model = trained.recipe.model
        assert isinstance(model, TorchModel)
        traffic = traffic_of(model)
        for precision, dtype in PRECISIONS.items():
            moved = traffic * dtype.itemsize / 4
            roof = bandwidth / moved / 1e6
            rows.append(
                {
                    "network": name,
                    "precision": precision,
                    "Mpx/s, network": (alone := plane_of(model, precision, sizes)),
                    "Mpx/s, tile": tile_of(trained, precision, sizes),
                    "bytes for a pixel": moved,
                    "roofline Mpx/s": roof,
                    "of the roofline": alone / roof,
                    "training steps/s": steps_of(model, precision, sizes),
                }
            )
    return {"machine": measuring.machine(), "bandwidth": bandwidth, "rows": rows}


def _untrained(folder: Path) -> TrainedModel:
    """Return m-rBCR with random weights, which cost the same."""
    model, weights = MRBCR(), folder / "weights.pt"
    torch.save(model.network().state_dict(), weights)
    recipe: Recipe = load_model("denoise").recipe.model_copy(update={"model": model})
    return TrainedModel("m-rBCR", recipe, weights)


def page(found: dict[str, Any], device: str) -> str:
    """Return the figures as a page."""
    columns = list(found["rows"][0])
    rows = [
        [f"{row['network']}, {row['precision']}", *(f"{row[name]:.3g}" for name in columns[2:])]
        for row in found["rows"]
    ]
    return (
        f"Measured on {device}, whose memory moves {found['bandwidth'] / 1e9:.0f} GB/s in a copy."
        "\n\n" + measuring.table(["network", *columns[2:]], rows)
    )


def main() -> None:
    """Measure where there is a GPU."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, default=DOCS)
    parser.add_argument("--tiny", action="store_true", help="on the CPU, and quickly")
    asked = parser.parse_args()
    if not asked.tiny and not torch.cuda.is_available():
        print("There is no GPU here that PyTorch can use: nothing was measured.")
        return
    with tempfile.TemporaryDirectory() as folder:
        found = figures(Path(folder), TINY if asked.tiny else FULL)
    if asked.tiny:
        print(page(found, "this CPU"))
        return
    device = torch.cuda.get_device_name()
    measuring.keep(asked.folder, "gpu", page(found, device), {"device": device, **found})


if __name__ == "__main__":
    main()
