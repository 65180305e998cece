# ruff: noqa: T201
"""Memory against the size and shape of the image: memory.py [FOLDER].

Restores images of zeros and noise from tiled BigTIFF and OME-Zarr to BigTIFF and OME-Zarr by a
small network, each in a process of its own, and prints the peak of anonymous memory (Linux), above
that of an image of 1024×1024. The folder needs a few gigabytes; by default a temporary one.
TILER, BLENDER and STRETCH in the environment choose what is done.
"""

import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np

SIZES = [(1024, 1024), (2048, 2048), (4096, 4096), (8192, 8192), (16384, 16384)]
SHAPES = [(2048, 131072), (131072, 2048)]
TILE = 512


def write_image(path: Path, shape: tuple[int, int]) -> None:
    """Write noise, tile by tile."""
    import tifffile
    import zarr

    rng = np.random.default_rng(0)
    tile = rng.integers(90, 1200, (TILE, TILE), np.uint16)
    if path.suffix == ".tif":
        count = (shape[0] // TILE) * (shape[1] // TILE)
        tiles = (tile for _ in range(count))
        tifffile.imwrite(
            path,
            tiles,
            bigtiff=True,
            shape=shape,
            dtype=np.uint16,
            tile=(TILE, TILE),
            compression="zlib",
        )
        return
    array = zarr.create_array(
        path,
        shape=shape,
        chunks=(TILE, TILE),
        dtype="uint16",
        dimension_names=["y", "x"],
    )
    for y in range(0, shape[0], TILE):
        for x in range(0, shape[1], TILE):
            array[y : y + TILE, x : x + TILE] = tile


def restore(source: Path, output: Path) -> float:
    """Restore an image, and return the most anonymous memory that was in use, in MiB."""
    import torch

    from debcr_core import Recipe, Signature, TorchModel, TrainedModel, restore_file
    from debcr_core.plugins import Plugins

    class Small(TorchModel):
        """Two convolutions with two maps between them."""

        name = "small"

        @property
        def signature(self) -> Signature:
            return Signature("yx", (1, 1), halo=(2, 2))

        def network(self) -> torch.nn.Module:
            torch.manual_seed(0)
            first = torch.nn.Conv2d(1, 2, 3, padding=1)
            return torch.nn.Sequential(first, torch.nn.ReLU(), torch.nn.Conv2d(2, 1, 3, padding=1))

    torch.set_num_threads(1)
    plugins = Plugins.discover()
    weights = output.with_name("small.pt")
    torch.save(Small().network().state_dict(), weights)
    recipe = Recipe(
        model=Small(),
        normalizer=plugins.create("normalizer", "percentile"),
        tiler=plugins.create("tiler", os.environ.get("TILER", "halo-grid")),
        blender=plugins.create("blender", os.environ.get("BLENDER", "crop")),
    )
    watch = Watch()
    trained, stretch = TrainedModel("small", recipe, weights), "STRETCH" in os.environ
    restore_file(source, output, trained, contrast_stretch=stretch, plugins=plugins)
    return watch.stop()


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


def main(folder: Path) -> None:
    """Measure all sizes in both formats."""
    print("| image | TIFF to TIFF, MiB | above 1024² | Zarr to Zarr, MiB | above 1024² |")
    print("| --- | ---: | ---: | ---: | ---: |")
    first: dict[str, float] = {}
    for shape in SIZES + SHAPES:
        row = []
        for suffix in (".tif", ".ome.zarr"):
            source = folder / f"in{suffix}"
            output = folder / f"out{suffix}"
            write_image(source, shape)
            command = [sys.executable, __file__, "--one", str(source), str(output)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            peak = float(done.stdout.split()[-1])
            first.setdefault(suffix, peak)
            row += [f"{peak:.0f}", f"{peak - first[suffix]:+.0f}"]
            subprocess.run(["rm", "-rf", source, output], check=True)
        print(f"| {shape[0]}×{shape[1]} | {' | '.join(row)} |", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(restore(Path(sys.argv[2]), Path(sys.argv[3])))
    elif len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as temporary:
            main(Path(temporary))
