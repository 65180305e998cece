# ruff: noqa: T201
"""Error and time against tile and halo: tiles.py OUT IMAGE… [--model NAME…] [--side 1024].

For each model (shipped names, weights files) and image, mirrored to SIDE×SIDE pixels, what the
network makes of the whole is compared with what it makes of the part beyond a cut. How much they
differ at some distance from the cut is what a halo of that size leaves there: the largest and the
root mean square, in units of the result's range, over cuts before and behind, along rows and
columns. The default tiles are run, too, and compared with the whole image. CPU seconds a megapixel
of single tiles are measured, and with how often each pixel is computed in a large image they give
what tile and halo cost. Writes OUT/tiles.md, tiles.json and tiles.png.
"""

import argparse
import json
import time
from pathlib import Path
from typing import Any

import measuring
import numpy as np

from debcr_core import Plugins, Runner, load_model, make_image, read_image
from debcr_core.image import loaded
from debcr_core.stopping import Stop
from debcr_plugins.tilers.halo_grid import HaloGrid

ALLOWED = 1e-4
"""Largest difference that a cut may make, in units of the range."""
FARTHEST = 256
"""Pixels from a cut up to which it is looked at."""
TILES = (256, 512, 768, 1024)
LARGE = 16384
AXES = ("rows", "columns")


def mirrored(path: Path, side: int) -> np.ndarray:
    """Return the middle plane of an image, continued by reflection."""
    image = read_image(path, Plugins.discover())
    plane = image.isel({dim: image.sizes[dim] // 2 for dim in image.dims if dim not in "yx"})
    pixels = loaded(plane).astype(np.float32)
    wider = [(0, max(side - size, 0)) for size in pixels.shape]
    return np.pad(pixels, wider, mode="symmetric")[:side, :side]


def normal(runner: Runner, pixels: np.ndarray) -> np.ndarray:
    """Return an image on the network's scale."""
    plan = runner.plan(make_image(pixels, "yx"))
    everywhere = {dim: slice(0, size) for dim, size in zip("yx", pixels.shape, strict=True)}
    return plan.normalization.at(everywhere).apply(pixels)[np.newaxis, np.newaxis]


def at_cuts(runner: Runner, image: np.ndarray) -> dict[str, dict[str, np.ndarray]]:
    """Return, along rows and columns, the error that each halo leaves: largest and rms."""
    side, stride = image.shape[-1], runner.signature.stride
    whole = runner.predict(image)[0, 0]
    found = {}
    for axis, name in enumerate(AXES):
        cut = side // 3 // stride[axis] * stride[axis]
        largest, squares = np.zeros(FARTHEST), np.zeros(FARTHEST)
        for behind in (False, True):
            part = [slice(None)] * 2
            part[axis] = slice(None, side - cut) if behind else slice(cut, None)
            alone = runner.predict(np.ascontiguousarray(image[..., *part]))[0, 0]
            change = np.abs(alone - whole[tuple(part)]) / np.ptp(whole)
            along = np.moveaxis(change, axis, 0)[:: -1 if behind else 1]
            largest = np.maximum(largest, _beyond(along.max(axis=1)))
            squares += (along[:FARTHEST] ** 2).mean(axis=1) / 2
        found[name] = {"largest": largest, "rms": np.sqrt(squares)}
    return found


def _beyond(change: np.ndarray) -> np.ndarray:
    """Return the largest from each distance on."""
    return np.maximum.accumulate(change[::-1])[::-1][:FARTHEST]


def in_default_tiles(runner: Runner, pixels: np.ndarray) -> float | None:
    """Return the largest difference of the default tiles to one that is the image."""
    image, recipe = make_image(pixels, "yx"), runner.trained.recipe
    # As in an image that needs several.
    tiled = runner.plan(image, recipe=recipe.model_copy(update={"tiler": HaloGrid(memory=1)}))
    if len(tiled.grid.tiles) == 1:
        return None
    tiler = HaloGrid(memory=1024)
    whole = runner.plan(image, recipe=recipe.model_copy(update={"tiler": tiler})).restore().values
    return float(np.abs(tiled.restore().values - whole).max() / np.ptp(whole))


def seconds(runner: Runner, tile: int) -> float:
    """Return the CPU seconds that a megapixel of such tiles takes, the least of three."""
    block = np.random.default_rng(0).random((1, 1, tile, tile), np.float32)
    taken = []
    for _ in range(3):
        start = time.process_time()
        runner.predict(block, Stop())
        taken.append(time.process_time() - start)
    return min(taken) / (tile / 1000) ** 2


def times_computed(tile: int, halo: tuple[int, ...]) -> float | None:
    """Return how often each pixel of a large image is computed; None where nothing is left."""
    inner = [tile - 2 * margin for margin in halo]
    return None if min(inner) <= 0 else tile**2 / (inner[0] * inner[1])


def measured(model: str, images: list[Path], side: int) -> dict:
    """Measure one model."""
    with Runner(load_model(model), "cpu") as runner:
        curves, tiled = [], {}
        for path in images:
            pixels = mirrored(path, side)
            curves.append(at_cuts(runner, normal(runner, pixels)))
            tiled[path.stem] = in_default_tiles(runner, pixels)
            print(Path(model).stem, path.stem, tiled[path.stem], flush=True)
        worst = {
            axis: {
                "largest": np.max([each[axis]["largest"] for each in curves], axis=0).tolist(),
                "rms": np.sqrt(
                    np.mean([each[axis]["rms"] ** 2 for each in curves], axis=0)
                ).tolist(),
            }
            for axis in AXES
        }
        return {
            "backend": runner.backend,
            "halo": runner.signature.halo,
            "memory": runner.signature.memory,
            "at_cuts": worst,
            "in_default_tiles": tiled,
            "cpu_seconds_a_megapixel": {tile: seconds(runner, tile) for tile in TILES},
        }


def page(found: dict, machine: dict) -> str:
    """Return the tables as Markdown."""
    parts = [f"{measuring.in_words(machine)}\n"]
    for model, each in found.items():
        halo = each["halo"]
        parts.append(f"## {model}, halo {'×'.join(map(str, halo))} ({each['backend']})\n")
        kinds = [(axis, kind) for axis in AXES for kind in ("largest", "rms")]
        rows = [
            [str(margin), *(f"{each['at_cuts'][axis][kind][margin]:.1e}" for axis, kind in kinds)]
            for margin in range(16, 145, 8)
        ]
        parts.append(measuring.table(["margin", *(f"{a}, {kind}" for a, kind in kinds)], rows))
        known = [value for value in each["in_default_tiles"].values() if value is not None]
        if known:
            worst = f"{max(known):.1e}"
            parts.append(f"Tiles that are chosen, against the whole image: at most {worst}.\n")
        parts.append(
            "CPU seconds a megapixel of a large image, by tile and halo (alone: the network):\n"
        )
        halos = sorted({(16, 16), (32, 32), (48, 48), tuple(halo), (96, 96), (128, 128)})
        rows = []
        for tile, alone in each["cpu_seconds_a_megapixel"].items():
            factors = [times_computed(int(tile), margins) for margins in halos]
            costs = ["–" if factor is None else f"{alone * factor:.2f}" for factor in factors]
            rows.append([str(tile), f"{alone:.2f}", *costs])
        columns = ["tile", "alone", *("×".join(map(str, margins)) for margins in halos)]
        parts.append(measuring.table(columns, rows))
    return "\n".join(parts)


def plot(found: dict, path: Path) -> None:
    """Draw the error against the halo."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4.5 * len(found), 3.5), layout="constrained")
    for number, (model, each) in enumerate(found.items(), start=1):
        axes = figure.add_subplot(1, len(found), number)
        for axis, colour, halo in zip(AXES, ("C0", "C1"), each["halo"], strict=True):
            for kind, style in (("largest", "-"), ("rms", ":")):
                values = np.maximum(each["at_cuts"][axis][kind], 1e-9)
                axes.semilogy(values[:160], colour + style, label=f"{axis}, {kind}")
            axes.axvline(halo, color=colour, lw=0.8)
        axes.axhline(ALLOWED, color="0.6", lw=0.8)
        axes.set(title=model, xlabel="margin (pixels)", ylim=(1e-8, 1))
        axes.legend(fontsize=7)
    figure.axes[0].set_ylabel("difference / range")
    figure.savefig(path, dpi=100)


def rounded(value: Any) -> Any:
    """Return figures to three digits."""
    if isinstance(value, dict):
        return {key: rounded(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(each) for each in value]
    return float(f"{value:.3g}") if isinstance(value, float) else value


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("images", type=Path, nargs="+")
    parser.add_argument("--model", nargs="+", default=["denoise", "deblur"])
    parser.add_argument("--side", type=int, default=2048)
    asked = parser.parse_args()
    machine = measuring.machine()
    found = {Path(m).stem: measured(m, asked.images, asked.side) for m in asked.model}
    asked.out.mkdir(parents=True, exist_ok=True)
    (asked.out / "tiles.json").write_text(json.dumps(rounded(found)) + "\n")
    (asked.out / "tiles.md").write_text(page(found, machine), encoding="utf-8")
    plot(found, asked.out / "tiles.png")


if __name__ == "__main__":
    main()
