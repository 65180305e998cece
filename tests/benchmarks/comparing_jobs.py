"""What `compare` has each program do."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from comparing_results import Job, difference
from environments import python_of
from measuring import PROGRAMS, Cost, CouldNotRun, cost_of, progress, python

ROOT = Path(__file__).parents[2]
ORIGINAL, CAREAMICS = "original debcr 0.1.0", "CAREamics' default U-Net"
OTHERS = {"PYTHONPATH": None}
"""For programs of others, which need not find ours."""
BLOCK = 512
"""Side of the blocks that bioimageio.core is asked for, halo included."""

Tasks = dict[str, Callable[[], Cost]]


@dataclass(frozen=True)
class Place:
    """Where inputs lie and outputs go.

    Attributes
    ----------
    work : Path
        Folder for images, results and bundles.
    shared, environments : Path
        Weights of others; environments of others.
    side : int
        Pixels along the large plane.
    """

    work: Path
    shared: Path
    environments: Path
    side: int

    @property
    def image(self) -> Path:
        """The plane of 1024×1024."""
        return self.work / "image.tif"

    @property
    def large(self) -> Path:
        """The large plane."""
        return self.work / "large.ome.zarr"

    @property
    def original(self) -> Path:
        """The checkpoint that the authors released."""
        return self.shared / "reference" / "m_rbcr_released"

    @property
    def released(self) -> Path:
        """The same weights in a file of ours."""
        return self.work / "released.safetensors"

    @property
    def nuclei(self) -> Path:
        """The bundle that others made."""
        return self.shared / "zoo" / "unet2d_nuclei_onnx"

    def bundle(self, name: str) -> Path:
        """Return where a bundle of ours lies; making one takes a minute, so that it is kept."""
        return self.environments / f"{name}.zip"

    def output(self, name: str, suffix: str = ".tif") -> Path:
        """Return where a program writes; what it wrote before is removed."""
        path = self.work / f"result of {name}{suffix}"
        if path.is_dir():
            shutil.rmtree(path)
        path.unlink(missing_ok=True)
        return path


def prepare(place: Place) -> None:
    """Make images, weights and bundles; what cannot be made is said, and missed later."""
    images = Path(__file__).with_name("images.py")
    for path, side in ((place.image, 1024), (place.large, place.side)):
        cost_of(python(images, path, side, side))
    _ours_makes("import-weights", place.original / "weights_ckpt24.npz", place.released)
    # What is published beside the weights costs nothing: that of another model will do.
    for file in ("metadata.yaml", "README.md", "sample.tif"):
        shutil.copy(ROOT / "zoo_packages" / "denoise" / file, place.work)
    place.environments.mkdir(parents=True, exist_ok=True)
    for name, model in (("m-rbcr", place.released), ("denoise", "denoise")):
        bundle, told = place.bundle(name), ("--metadata", place.work / "metadata.yaml")
        if not bundle.exists():
            _ours_makes("package", model, bundle, *told)


def make_exports(place: Place, chosen: Iterable[str]) -> None:
    """Restore a small plane by each backend: some export a network once, and keep that."""
    small = place.work / "small.tif"
    cost_of(python(Path(__file__).with_name("images.py"), small, 256, 256))
    for model in (place.released, "denoise"):
        for backend in chosen:
            try:
                restore(place, small, ".tif", model, backend)
            except CouldNotRun as reason:
                progress(f"{backend}: {reason}")


def _ours_makes(*words: str | Path) -> None:
    progress(" ".join(map(str, words[:2])))
    try:
        cost_of(python("-m", "debcr_core", *words))
    except CouldNotRun as reason:
        progress(str(reason))


def backends() -> list[str]:
    """Return the backends that can compute here; an empty name where there is no choice."""
    return list(cost_of(python(PROGRAMS / "backends.py")).told["backends"]) or [""]


def jobs_of(name: str, place: Place, chosen: list[str], planes: int) -> tuple[Job, Tasks]:
    """Return a job and what does it, by the name of the program."""
    plane, large = 1024**2, place.side**2
    if name == "m-rbcr":
        job = Job("released m-rBCR, 1024×1024, TIFF to TIFF", plane, "m-rbcr", ORIGINAL)
        theirs: Tasks = {ORIGINAL: partial(original, place, ORIGINAL, "tiles")}
        theirs |= _blockwise(place, place.bundle("m-rbcr"), place.image, ".tif")
        return job, theirs | _restoring(place, place.image, ".tif", place.released, chosen)
    if name == "denoise":
        job = Job("denoising model, 1024×1024, TIFF to TIFF", plane, "denoise", "bioimageio.core")
        theirs = _blockwise(place, place.bundle("denoise"), place.image, ".tif")
        return job, theirs | _restoring(place, place.image, ".tif", "denoise", chosen)
    if name == "planes":
        job = Job("a further plane of 1024×1024, warm", plane, "denoise", CAREAMICS)
        theirs = {CAREAMICS: partial(careamics, place, planes)}
        return job, theirs | {_ours(each): partial(warm, place, each, planes) for each in chosen}
    title = f"nuclei model of the zoo, {place.side}×{place.side}, Zarr to Zarr"
    job = Job(title, large, "nuclei", "bioimageio.core")
    theirs = {"bioimageio.core": partial(blockwise, place, place.nuclei, place.large, ".zarr", "")}
    # It holds one kind of weights, which one backend computes.
    return job, theirs | _restoring(place, place.large, ".ome.zarr", place.nuclei, [""])


def _ours(backend: str) -> str:
    return f"DeBCR Zoo, {backend}" if backend else "DeBCR Zoo"


def _restoring(
    place: Place, source: Path, suffix: str, model: str | Path, chosen: Iterable[str]
) -> Tasks:
    return {_ours(each): partial(restore, place, source, suffix, model, each) for each in chosen}


def _blockwise(place: Place, bundle: Path, source: Path, suffix: str) -> Tasks:
    return {
        "bioimageio.core": partial(blockwise, place, bundle, source, suffix, ""),
        "bioimageio.core, onnx": partial(blockwise, place, bundle, source, suffix, "onnx"),
    }


def restore(place: Place, source: Path, suffix: str, model: str | Path, backend: str) -> Cost:
    """Restore a file by our command."""
    output = place.output(_ours(backend), suffix)
    choice = ["--backend", backend] if backend else []
    command = ["restore", "--quiet", "--model", model, *choice, source, output]
    return cost_of(python("-m", "debcr_core", *command))


def warm(place: Place, backend: str, planes: int) -> Cost:
    """Restore further planes by our denoising model."""
    return cost_of(python(PROGRAMS / "our_planes.py", "denoise", backend, place.image, planes))


def original(place: Place, name: str, way: str) -> Cost:
    """Restore the plane by the original, in tiles or as a whole."""
    own, script = python_of("original", place.environments), PROGRAMS / "original_image.py"
    given = [place.image, place.original, place.output(name), way]
    return cost_of([own, script, *given], changed=OTHERS)


def careamics(place: Place, planes: int) -> Cost:
    """Restore further planes by the network of CAREamics."""
    own, script = python_of("careamics", place.environments), PROGRAMS / "careamics_planes.py"
    return cost_of([own, script, "1024", str(planes)], changed=OTHERS)


def blockwise(place: Place, bundle: Path, source: Path, suffix: str, weights: str) -> Cost:
    """Restore a file by bioimageio.core."""
    if not bundle.exists():
        raise CouldNotRun(f"there is no {bundle.name}")
    output = place.output(f"bioimageio.core, {weights}" if weights else "bioimageio.core", suffix)
    script = PROGRAMS / "bioimageio_blocks.py"
    return cost_of(python(script, bundle, source, output, BLOCK, *filter(None, [weights])))


def differences(place: Place, names: Iterable[str]) -> dict[str, tuple[float, float]]:
    """Return how far results of m-rBCR are from the original's network on the plane at once.

    Of the whole plane, and of what is more than 128 pixels from its edges: programs continue
    planes in different ways.
    """
    import numpy as np
    import tifffile

    try:
        original(place, "whole", "whole")
    except CouldNotRun as reason:
        progress(f"there is no result of the whole image to compare with: {reason}")
        return {}

    def read(name: str) -> np.ndarray:
        return np.asarray(tifffile.imread(place.work / f"result of {name}.tif")).squeeze()

    whole, inside = read("whole"), np.s_[128:-128, 128:-128]
    low, high = np.percentile(tifffile.imread(place.image), (0.1, 99.9))
    found = {}
    for name in names:
        restored = read(name)
        if name.startswith("DeBCR Zoo"):
            # Ours is on the scale of the image, the others leave it on that of the network.
            restored = (restored - low) / (high - low)
        found[name] = difference(restored, whole), difference(restored[inside], whole[inside])
    return found
