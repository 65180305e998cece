"""The recipes of the training in progress are whole, and of one network."""

from __future__ import annotations

from pathlib import Path

import pytest

from debcr_core.plugins import Plugins
from debcr_core.torch_model import load_weights
from debcr_plugins.simulation.config import read_simulation
from debcr_plugins.training.config_file import load_config
from debcr_plugins.training.parts import loss_of, network_of, recipe_of

FOLDER = Path(__file__).parents[2] / ".training"


@pytest.mark.parametrize("name", ["train", "gpu"])
def test_each_recipe_can_be_trained_on_what_is_simulated(name: str, plugins: Plugins) -> None:
    config = load_config(FOLDER / f"{name}.yaml")
    loss_of(config, plugins)
    assert config.data.truth == str(FOLDER / "images" / "target")
    # Truth in photons, neither rounded nor offset.
    readout = read_simulation(FOLDER / "simulate.yaml").readout
    assert (readout.offset, readout.bit_depth) == (config.degrade.black_level, None)


def test_the_card_counts_the_images_that_train(plugins: Plugins) -> None:
    count = read_simulation(FOLDER / "simulate.yaml").count
    share = load_config(FOLDER / "train.yaml").data.split[0]
    said = load_config(FOLDER / "train.yaml").card.trained_on
    assert said.startswith(f"{round(count * share)} of {count} simulated")


def test_weights_of_one_recipe_fit_the_other_and_those_that_are_kept_fit_both(
    plugins: Plugins,
) -> None:
    models = [
        network_of(recipe_of(load_config(FOLDER / f"{name}.yaml"), plugins))
        for name in ("train", "gpu")
    ]
    assert models[0] == models[1]
    load_weights(models[0].network(), FOLDER / "run" / "model.safetensors", models[0].name)
