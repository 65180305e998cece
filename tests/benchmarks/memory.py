# ruff: noqa: T201
"""Memory against the size and shape of the image: memory.py [FOLDER] [--model denoise] …

Restores images of noise from tiled BigTIFF and OME-Zarr to BigTIFF and OME-Zarr, each in a process
of its own, and prints the peak of anonymous memory (Linux), above that of an image of 1024×1024. By
default a tiny network does it, so that what is measured is the flow; --model takes a real one.
FOLDER receives memory.md and memory.json, docs/benchmarks by default.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import threading
import time
from math import prod
from pathlib import Path
from typing import Any

import measuring
from measuring import cost_of, python

DOCS = Path(__file__).parents[2] / "docs" / "benchmarks"
SHAPES = [(1024, 1024), (2048, 2048), (4096, 4096), (8192, 8192), (16384, 16384)]
SHAPES += [(2048, 131072), (131072, 2048)]
SUFFIXES = (".tif", ".ome.zarr")
TINY = "tiny"
"""Two convolutions with two maps between them."""


def restore(
    source: Path, output: Path, model: str, tiler: str, blender: str, stretch: bool
) -> float:
    """Restore an image, and return the most anonymous memory that was in use, in MiB."""
    from debcr_core import load_model, restore_file

    trained = tiny_model(output.with_name("tiny.pt")) if model == TINY else load_model(model)
    watch = Watch()
    restore_file(source, output, trained, tiler=tiler, blender=blender, contrast_stretch=stretch)
    return watch.stop()


def tiny_model(weights: Path) -> Any:
    """Return a model that takes next to nothing."""
    import torch

    from debcr_core import Recipe, Signature, TorchModel, TrainedModel
    from debcr_core.plugins import Plugins

    class Tiny(TorchModel):
        """Two convolutions with two maps between them."""

        name = TINY

        @property
        def signature(self) -> Signature:
            return Signature("yx", (1, 1), halo=(2, 2))

        def network(self) -> torch.nn.Module:
            torch.manual_seed(0)
            first = torch.nn.Conv2d(1, 2, 3, padding=1)
            return torch.nn.Sequential(first, torch.nn.ReLU(), torch.nn.Conv2d(2, 1, 3, padding=1))

    torch.set_num_threads(1)
    plugins = Plugins.discover()
    torch.save(Tiny().network().state_dict(), weights)
    parts = {"normalizer": "percentile", "tiler": "halo-grid", "blender": "crop"}
    made = {kind: plugins.create(kind, name) for kind, name in parts.items()}
    return TrainedModel(TINY, Recipe(model=Tiny(), **made), weights)


class Watch:
    """Looks at this process' anonymous memory every few milliseconds."""

    def __init__(self) -> None:
        self.peak, self._going = 0, True
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    def _look(self) -> None:
        while self._going:
            status = Path("/proc/self/status").read_text(encoding="ascii")
            line = next(line for line in status.splitlines() if line.startswith("RssAnon"))
            self.peak = max(self.peak, int(line.split()[1]))
            time.sleep(0.005)

    def stop(self) -> float:
        """Return the most there was, in MiB."""
        self._going = False
        self._thread.join()
        return self.peak / 1024


def measured(folder: Path, shape: tuple[int, int], suffix: str, asked: argparse.Namespace) -> float:
    """Return the peak of restoring an image of some shape, in a process of its own."""
    source = folder / f"in{suffix}"
    cost_of(python(Path(__file__).with_name("images.py"), source, *shape))
    chosen = [asked.model, asked.tiler, asked.blender, "stretch" if asked.stretch else ""]
    one = python(__file__, "--one", source, folder / f"out{suffix}", *chosen)
    peak: float = cost_of(one, patience=3600).told["peak"]
    for path in folder.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    return peak


def main() -> None:
    """Measure all sizes in both formats, and write the table and the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, default=DOCS)
    parser.add_argument("--model", default=TINY)
    parser.add_argument("--tiler", default="halo-grid")
    parser.add_argument("--blender", default="crop")
    parser.add_argument("--stretch", action="store_true", help="which sets the result aside")
    parser.add_argument("--largest", type=int, default=256, help="megapixels")
    asked = parser.parse_args()
    peaks: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for shape in SHAPES:
            if prod(shape) <= asked.largest * 2**20:
                name = "×".join(map(str, shape))
                peaks[name] = [measured(Path(folder), shape, each, asked) for each in SUFFIXES]
                measuring.progress(f"{name}: {peaks[name]}")
    first = next(iter(peaks.values()))
    rows = [
        [
            name,
            *(text for at in (0, 1) for text in (f"{row[at]:.0f}", f"{row[at] - first[at]:+.0f}")),
        ]
        for name, row in peaks.items()
    ]
    columns = ["image", "TIFF to TIFF, MiB", "above 1024²", "Zarr to Zarr, MiB", "above 1024²"]
    machine, chosen = measuring.machine(), vars(asked) | {"folder": ""}
    heading = (
        f"{measuring.in_words(machine)} Model {asked.model}, {asked.tiler}, {asked.blender}.\n\n"
    )
    facts = {"machine": machine, "chosen": chosen, "peaks": peaks}
    measuring.keep(asked.folder, "memory", heading + measuring.table(columns, rows), facts)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        source, output, *chosen, stretch = sys.argv[2:]
        peak = restore(Path(source), Path(output), *chosen, bool(stretch))
        print("RESULT", json.dumps({"peak": peak}))
    else:
        main()
