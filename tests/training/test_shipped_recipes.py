"""The recipes that lie beside the shipped weights: runnable, and of those weights."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from debcr_core.flow.opening import load_model
from debcr_core.plugins import Plugins
from debcr_core.recipe import PARTS
from debcr_core.trained import Statement
from debcr_plugins.simulation import simulate_pair
from debcr_plugins.simulation.config import read_simulation
from debcr_plugins.training.config_file import load_config
from debcr_plugins.training.parts import loss_of, recipe_of

ZOO = Path(str(files("zoo_packages")))
SHIPPED = sorted(path.parent.name for path in ZOO.glob("*/weights.safetensors"))

TRUTHS = ("first_", "second_", "")
STAGES = ("first_", "second_", "third_", "fourth_", "fifth_", "")
"""What the files of the stages of `denoise` begin with, in the order of training."""


def test_three_models_ship() -> None:
    assert SHIPPED == ["deblur", "denoise", "denoise-unet"]


@pytest.mark.parametrize(
    ("name", "mean", "deviation", "brightest"),
    [
        ("denoise", 21.91334, 37.122955, 200),
        ("denoise-unet", 21.91334, 37.122955, 200),
        ("deblur", 24.965534, 21.442528, 200),
    ],
)
def test_the_seed_gives_the_images_of_which_the_weights_were_trained(
    name: str, mean: float, deviation: float, brightest: float
) -> None:
    pair = simulate_pair(read_simulation(ZOO / name / "simulate.yaml"), 0)
    assert pair.input.mean() == pytest.approx(mean, rel=1e-4)
    assert pair.input.std() == pytest.approx(deviation, rel=1e-3)
    assert pair.clean.max() == pytest.approx(brightest, rel=1e-4)


@pytest.mark.parametrize("name", SHIPPED)
def test_weights_are_used_as_they_were_trained(name: str, plugins: Plugins) -> None:
    config = load_config(ZOO / name / "train.yaml")
    trained = load_model(name, plugins=plugins)
    recipe = recipe_of(config, plugins)
    for part in PARTS:
        assert getattr(trained.recipe, part) == getattr(recipe, part)
    said = trained.card.model_dump(include=set(Statement.model_fields))
    assert said == config.card.model_dump()
    loss_of(config, plugins)


def test_the_truth_of_each_stage_of_denoising_differs_in_structures_and_seed_alone() -> None:
    *early, last = (read_simulation(ZOO / "denoise" / f"{n}simulate.yaml") for n in TRUTHS)
    structures = {"structures": last.micrograph.structures}
    for truth in early:
        micrograph = truth.micrograph.model_copy(update=structures)
        assert truth.model_copy(update={"micrograph": micrograph, "seed": last.seed}) == last


def test_each_stage_of_denoising_begins_from_the_weights_of_the_one_before() -> None:
    stages = [load_config(ZOO / "denoise" / f"{name}train.yaml") for name in STAGES]
    begun = [stage.init for stage in stages]
    assert begun == [None, *(f"{name}run" for name in STAGES[:-1])]
    for stage in stages:
        images = Path(str(stage.data.truth)).relative_to(ZOO / "denoise").parts[0]
        assert images.removesuffix("images") in TRUTHS


def test_the_stages_of_denoising_drop_biases_and_then_meet_more_light(plugins: Plugins) -> None:
    stages = [load_config(ZOO / "denoise" / f"{name}train.yaml") for name in STAGES]
    first, last = stages[0], stages[-1]
    for stage in stages:
        parameters = {**stage.model, "biases": False}
        assert recipe_of(stage.model_copy(update={"model": parameters}), plugins) == recipe_of(
            last, plugins
        )
        light = {"photons": first.degrade.photons}
        assert stage.degrade.model_copy(update=light) == first.degrade
    assert last.degrade.photons == (2, 2000)


def test_the_stages_of_deblurring_differ_in_the_light_far_around_alone(plugins: Plugins) -> None:
    began, ended = (load_config(ZOO / "deblur" / f"{n}train.yaml") for n in ("first_", ""))
    assert recipe_of(began, plugins) == recipe_of(ended, plugins)
    assert began.degrade.model_copy(update={"halo": None}) == ended.degrade


@pytest.mark.parametrize("name", SHIPPED)
def test_the_card_says_how_many_images_there_were(name: str, plugins: Plugins) -> None:
    count = read_simulation(ZOO / name / "simulate.yaml").count
    assert f"of {count} simulated" in load_model(name, plugins=plugins).card.trained_on


@pytest.mark.parametrize("name", SHIPPED)
def test_what_was_measured_is_on_the_card(name: str, plugins: Plugins) -> None:
    figures = load_model(name, plugins=plugins).card.figures
    gained = [value for figure, value in figures.items() if "PSNR" in figure]
    assert len(gained) >= 2, figures
