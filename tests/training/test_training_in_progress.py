"""The recipes of training to come are whole, and a run can be kept."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from debcr_core.flow.opening import load_model
from debcr_core.plugins import Plugins
from debcr_plugins.simulation.config import read_simulation
from debcr_plugins.training.checkpoints import load
from debcr_plugins.training.config import TrainingConfig
from debcr_plugins.training.config_file import load_config
from debcr_plugins.training.parts import loss_of, network_of, recipe_of
from debcr_plugins.training.run_folder import RunFolder
from debcr_plugins.training.training import train

FOLDER = Path(__file__).parents[2] / ".training"
RECIPES = ("train", "gpu")
SIMULATION = FOLDER.parent / "zoo_packages" / "denoise" / "simulate.yaml"


@pytest.mark.parametrize("name", RECIPES)
def test_each_recipe_can_be_trained_on_the_truth_of_denoise(name: str, plugins: Plugins) -> None:
    config = load_config(FOLDER / f"{name}.yaml")
    loss_of(config, plugins)
    network_of(recipe_of(config, plugins))
    assert config.data.truth == str(FOLDER / "images" / "target")
    # Truth in photons, neither rounded nor offset.
    readout = read_simulation(SIMULATION).readout
    assert (readout.offset, readout.bit_depth) == (config.degrade.black_level, None)


def test_a_gpu_goes_on_from_the_weights_that_ship(plugins: Plugins) -> None:
    config = load_config(FOLDER / "gpu.yaml")
    assert config.init is not None
    shipped = load_model(config.init, plugins=plugins)
    assert network_of(recipe_of(config, plugins)) == shipped.recipe.model


@pytest.fixture
def keeping() -> ModuleType:
    found = importlib.util.spec_from_file_location("keep", FOLDER / "keep.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def test_a_run_that_was_kept_goes_on_elsewhere_and_tells_no_place(
    degrading: Callable[..., TrainingConfig],
    tiny_images: Path,
    tmp_path: Path,
    plugins: Plugins,
    keeping: ModuleType,
) -> None:
    config = degrading(stopping={"epochs": 1}, optimizer={"average": 0.9}, pictures=1)
    train(config, tmp_path / "here", plugins)
    keeping.keep(tmp_path / "here", tmp_path / "there" / "run")
    shutil.copytree(tiny_images / "clean", tmp_path / "there" / tiny_images.name / "clean")
    kept = RunFolder(tmp_path / "there" / "run")
    for file in (kept.config, kept.data, kept.last, kept.best):
        assert str(tiny_images).encode() not in file.read_bytes()
    config = load_config(kept.config)
    longer = config.stopping.model_copy(update={"epochs": 2})
    train(config.model_copy(update={"stopping": longer}), kept.root, plugins, resume=True)
    assert load(kept.last)["epoch"] == 1
    assert [path.name.partition("-")[2] for path in kept.pictures.iterdir()] == ["epoch-0002.png"]
