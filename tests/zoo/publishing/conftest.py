"""Unpacked bundles, metadata folders, and small networks to publish."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
import pytest

from debcr_core.files.writing import write_image
from debcr_core.image import make_image
from debcr_core.plugins import Plugins
from debcr_core.recipe import Recipe
from debcr_core.torch_model import TorchModel
from debcr_core.trained import Card, save_trained
from debcr_core.yaml.strict import dump_yaml, load_yaml
from debcr_plugins.blenders.crop import Crop
from debcr_plugins.normalizers.percentile import Percentile
from debcr_plugins.tilers.halo_grid import HaloGrid

METADATA: dict[str, Any] = {
    "name": "A model for tests",
    "description": "Smooths.",
    "authors": [{"name": "Ada Lovelace"}],
    "license": "MIT",
    "cite": [{"text": "Lovelace, 1843", "url": "https://example.org"}],
    "version": "1.0.0",
    "tags": ["2d", "pytorch", "denoising"],
    "sample": "sample.tif",
    "documentation": "README.md",
    "validation": "Look at it.",
    "timestamp": "2026-01-31T12:00:00+00:00",
}

WITHOUT_US = """
import sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        ours = ("debcr_core", "debcr_plugins", "napari_adapter", "zoo_packages")
        if name.partition(".")[0] in ours:
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Refuse())
"""


def run_without_us(script: str, *arguments: object, cwd: Path) -> str:
    """Run a script where none of our packages can be imported, and return what it prints."""
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_US + script, *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def without_us() -> Callable[..., str]:
    return run_without_us


@pytest.fixture(scope="session")
def unpacked(denoise_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("unpacked")
    with ZipFile(denoise_bundle) as archive:
        archive.extractall(folder)
    return folder


@pytest.fixture(scope="session")
def rdf(unpacked: Path) -> dict[str, Any]:
    values: dict[str, Any] = load_yaml((unpacked / "rdf.yaml").read_text(), "rdf.yaml")
    return values


class Author:
    """A folder of metadata, and trained weights, as an author of a model has them."""

    def __init__(self, folder: Path, plugins: Plugins) -> None:
        self.folder, self.plugins = folder, plugins
        (folder / "README.md").write_text("# A model for tests\n")
        self.says()

    def says(self, without: str = "", **values: Any) -> Path:
        """Write the metadata."""
        said = {**METADATA, **values}
        said.pop(without, None)
        path = self.folder / "metadata.yaml"
        path.write_text(dump_yaml(said))
        return path

    def shows(self, shape: tuple[int, ...], axes: str) -> None:
        """Write the sample image."""
        pixels = np.random.default_rng(0).poisson(50, shape).astype(np.uint16)
        image = make_image(pixels, axes, pixel_size=dict.fromkeys(axes.replace("c", ""), 0.1))
        write_image(image, self.folder / "sample.tif", self.plugins, overwrite=True)

    def trains(self, model: TorchModel, normalizer: Any = None) -> str:
        """Write weights with their recipe, and return their path."""
        recipe = Recipe(
            model=model,
            normalizer=normalizer or Percentile(),
            tiler=HaloGrid(),
            blender=Crop(),
        )
        tensors = {key: t.numpy() for key, t in model.network().state_dict().items()}
        path = self.folder / "weights.safetensors"
        save_trained(path, tensors, recipe, Card(), self.plugins)
        return str(path)


@pytest.fixture
def author(tmp_path: Path, plugins: Plugins) -> Author:
    return Author(tmp_path, plugins)
