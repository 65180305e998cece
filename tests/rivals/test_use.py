"""Each network of others is trained, judged, packaged and certified by what m-rBCR is."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
import pytest
import tifffile

from debcr_core.files.reading import read_image
from debcr_core.plugins import Plugins
from debcr_core.trained import load_trained
from debcr_core.yaml.strict import dump_yaml, load_yaml
from debcr_plugins.judging.judgement import PSNR
from debcr_plugins.judging.judging import judge
from debcr_plugins.judging.methods import INPUT
from debcr_plugins.pairs.image_pair import ImagePair
from debcr_plugins.training.config_file import checked
from debcr_plugins.training.training import train
from debcr_plugins.zoo.certifying.certifying import certify
from debcr_plugins.zoo.publishing.package import package

SMALL: dict[str, dict[str, Any]] = {
    "care-unet": {"depth": 1, "kernel": 3, "maps": 8},
    "dncnn": {"depth": 4, "maps": 4},
    "monai-unet": {"channels": [4, 4, 4], "residual_units": 1},
    "rcan": {"groups": 1, "blocks": 1, "maps": 4, "reduction": 2},
}
SIDE = 48
METADATA = {
    "name": "A rival",
    "description": "Removes noise.",
    "authors": [{"name": "Ada Lovelace"}],
    "license": "MIT",
    "cite": [{"text": "Lovelace, 1843", "url": "https://example.org"}],
    "version": "1.0.0",
    "tags": ["2d", "pytorch", "denoising"],
    "sample": "sample.tif",
    "documentation": "README.md",
    "validation": "Look at it.",
}


@pytest.fixture(scope="module")
def acquisitions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two noisy acquisitions of six fields, and the fields without noise."""
    folder = tmp_path_factory.mktemp("acquisitions")
    y, x = np.mgrid[:SIDE, :SIDE]
    for kind in ("first", "second", "clean"):
        (folder / kind).mkdir()
    for number in range(6):
        rng = np.random.default_rng(number)
        places = rng.uniform(0, SIDE, (5, 2))
        clean = 10 + sum(60 * np.exp(-((y - v) ** 2 + (x - u) ** 2) / 40) for v, u in places)
        images = {"first": rng.poisson(clean), "second": rng.poisson(clean), "clean": clean}
        for kind, image in images.items():
            tifffile.imwrite(folder / kind / f"field{number}.tif", image.astype(np.float32))
    return folder


def noise2noise(folder: Path, name: str, epochs: int, **parameters: Any) -> Any:
    """Return a configuration that knows no clean image."""
    return checked(
        {
            "data": {
                "input": str(folder / "first"),
                "target": str(folder / "second"),
                "target_scale": "input",
                "split": [0.7, 0.3, 0.0],
            },
            "model": {"name": name, **parameters},
            "loss": {"name": "mse"},
            "patches": {"size": 24, "per_epoch": 64},
            "batch_size": 8,
            "optimizer": {"learning_rate": 0.003},
            "stopping": {"epochs": epochs},
            "machine": {"accelerator": "cpu"},
            "pictures": 0,
        },
        "the test's configuration",
    )


def pairs(folder: Path, plugins: Plugins) -> list[ImagePair]:
    names = [f"field{number}.tif" for number in range(6)]
    return [
        ImagePair(
            name,
            read_image(folder / "first" / name, plugins),
            read_image(folder / "clean" / name, plugins),
        )
        for name in names
    ]


def needed_beside_torch(bundle: Path) -> list[str]:
    """Return what the bundle says that its state dict needs."""
    with ZipFile(bundle) as archive:
        weights = load_yaml(archive.read("rdf.yaml").decode(), "rdf.yaml")["weights"]
        said = weights["pytorch_state_dict"]["dependencies"]
        if said is None:
            return []
        environment = load_yaml(archive.read(said["source"]).decode(), said["source"])
    found: list[str] = environment["dependencies"][-1]["pip"]
    return found


@pytest.mark.parametrize("name", SMALL)
def test_it_goes_the_way_of_m_rbcr_from_two_noisy_acquisitions_to_a_certificate(
    name: str, acquisitions: Path, tmp_path: Path, plugins: Plugins
) -> None:
    run = tmp_path / "run"
    trained = train(noise2noise(acquisitions, name, 1, **SMALL[name]), run, plugins)
    judgement = judge(
        {name: trained}, pairs(acquisitions, plugins), tmp_path / "judged", plugins, baselines=()
    )
    assert all(name in case.methods for case in judgement.cases)

    (tmp_path / "README.md").write_text("# A rival\n")
    sample = tifffile.imread(acquisitions / "first" / "field0.tif")
    tifffile.imwrite(tmp_path / "sample.tif", sample)
    (tmp_path / "metadata.yaml").write_text(dump_yaml(METADATA))
    bundle = package(str(run), tmp_path / "rival.zip", plugins, metadata=tmp_path / "metadata.yaml")
    assert needed_beside_torch(bundle) == [f"monai=={version('monai')}"] * (name == "monai-unet")
    report = certify(bundle, trust_code=True, plugins=plugins)
    assert [check for check in report.checks if check.state == "failed"] == []
    assert load_trained(run / "model.safetensors", plugins).recipe.model.name == name


def test_noise2noise_comes_closer_to_the_clean_images_which_it_never_saw(
    acquisitions: Path, tmp_path: Path, plugins: Plugins
) -> None:
    config = noise2noise(acquisitions, "care-unet", 16, depth=1, kernel=3, maps=8)
    trained = train(config, tmp_path / "run", plugins)
    judgement = judge(
        {"n2n": trained}, pairs(acquisitions, plugins), tmp_path / "judged", plugins, baselines=()
    )
    gained = [case.value("n2n", PSNR) - case.value(INPUT, PSNR) for case in judgement.cases]
    assert min(gained) > 2
