"""Measure denoising models on micrographs with added noise, against filters at their best.

    python zoo_packages/denoise/measure.py OUT IMAGE… [--model denoise] [--photons 5 20 80 200]

Noise is added by `debcr_plugins.simulation.expose`: so many photons in the brightest pixel, read
noise of one electron; the smallest value of each image is subtracted first. Method and strength of
the filters are chosen for each count on simulated micrographs. Prints PSNR in dB; OUT/COUNT holds
the full report of each count.
"""

import argparse
import warnings
from pathlib import Path

import numpy as np

from debcr_core.catalogs import find_model
from debcr_core.errors import DebcrWarning
from debcr_core.files.reading import read_image
from debcr_core.image import make_image
from debcr_core.plugins import Plugins
from debcr_plugins.judging.judgement import PSNR, Judgement
from debcr_plugins.judging.judging import judge
from debcr_plugins.pairs.image_pair import ImagePair
from debcr_plugins.simulation import Micrograph, expose

SEED, READ_NOISE = 7, 1.0
TUNED_ON, SIDE = 4, 256


def noisy_pair(name: str, pixels: np.ndarray, photons: float, seed: int) -> ImagePair:
    """Return an image, as it is and with noise."""
    truth = np.asarray(pixels - pixels.min(), np.float32)
    noisy = expose(truth, photons, READ_NOISE, np.random.default_rng([SEED, seed, int(photons)]))
    return ImagePair(name, make_image(noisy, "yx"), make_image(truth, "yx"))


def simulated(photons: float) -> list[ImagePair]:
    """Return the micrographs on which filters are tuned."""
    scenes = (Micrograph().scene((SIDE, SIDE), np.random.default_rng(s)) for s in range(TUNED_ON))
    return [noisy_pair(f"simulated {s}", scene, photons, s) for s, scene in enumerate(scenes)]


def row(judgement: Judgement, case: int, photons: float) -> str:
    """Return one image's line of the table."""
    values = [judgement.cases[case].value(method, PSNR) for method in judgement.methods]
    return f"| {judgement.cases[case].name} | {photons:g} | " + " | ".join(
        f"{value:.2f}" for value in values if value is not None
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("images", nargs="+", type=Path)
    parser.add_argument("--model", nargs="+", default=["denoise"])
    parser.add_argument("--photons", nargs="+", type=float, default=[5, 20, 80, 200])
    told = parser.parse_args()
    plugins = Plugins.discover()
    warnings.simplefilter("ignore", DebcrWarning)
    models = {Path(name).stem: find_model(name, plugins) for name in told.model}
    told.out.mkdir(parents=True, exist_ok=True)
    lines: list[str] = []
    for photons in told.photons:
        pairs = [
            noisy_pair(path.stem, read_image(path, plugins).values, photons, number)
            for number, path in enumerate(told.images)
        ]
        judgement = judge(
            models,
            pairs,
            told.out / f"{photons:g}",
            plugins,
            tune_on=simulated(photons),
            overwrite=True,
        )
        if not lines:
            lines.append("| image | photons | " + " | ".join(judgement.methods) + " |")
            lines.append("| --- " * (2 + len(judgement.methods)) + "|")
        lines += [row(judgement, case, photons) + " |" for case in range(len(pairs))]
        means = [judgement.summary(method, PSNR) for method in judgement.methods]
        lines.append(
            f"| **mean** | {photons:g} | " + " | ".join(f"{m.mean:.2f}" for m in means if m) + " |"
        )
    (told.out / "table.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
