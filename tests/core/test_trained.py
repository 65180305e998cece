"""A weights file carries its recipe and card; models are found by name or file."""

from __future__ import annotations

import numpy as np
import pytest
from safetensors.numpy import save_file

from debcr_core import Card, Recipe, find_model
from debcr_core.errors import ReadError, UsageError
from debcr_core.trained import load_trained, save_trained

CARD = Card(description="Removes noise.", pixel_size=(0.1, 0.4), figures={"PSNR": 31.5})


@pytest.fixture
def saved(plugins, tmp_path):
    parts = {
        "model": {"name": "m-rbcr", "levels": 1},
        "normalizer": "min-max",
        "tiler": "halo-grid",
        "blender": "crop",
    }
    recipe = Recipe.from_dict(parts, plugins)
    path = tmp_path / "mine.safetensors"
    save_trained(path, {"a": np.eye(3, dtype=np.float32)}, recipe, CARD, plugins)
    return path, recipe


def test_recipe_and_card_come_back(saved, plugins):
    path, recipe = saved
    trained = find_model(str(path), plugins)
    assert trained.recipe == recipe
    assert trained.card == CARD
    assert trained.weights == path


def test_weights_without_a_recipe_are_refused(tmp_path, plugins):
    path = tmp_path / "bare.safetensors"
    save_file({"a": np.eye(3)}, path)
    with pytest.raises(ReadError, match="holds weights but no recipe"):
        load_trained(path, plugins)


def test_a_damaged_file_is_a_sentence(saved, plugins):
    path, _ = saved
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(ReadError, match="is not a whole safetensors file"):
        load_trained(path, plugins)


@pytest.mark.parametrize("reference", ["", " "])
def test_an_empty_name_is_said_to_be_empty(plugins, reference):
    with pytest.raises(UsageError, match="name is empty"):
        find_model(reference, plugins)


def test_a_file_of_another_kind_gets_the_kinds_that_are_known(plugins, tmp_path):
    path = tmp_path / "bundle.bin"
    path.write_bytes(b"PK")
    kinds = r"bundle\.bin is no trained model.*\.safetensors.*\.zip.*rdf\.yaml.*training run"
    with pytest.raises(ReadError, match=kinds):
        find_model(str(path), plugins)


def test_an_unknown_model_gets_the_known_ones(plugins):
    with pytest.raises(UsageError, match='no trained model "denoize".*Did you mean "denoise"'):
        find_model("denoize", plugins)


def test_a_name_longer_than_a_disk_allows_is_a_sentence(plugins):
    with pytest.raises(UsageError, match='^"x{100}" cannot be looked for .*: File name too long'):
        find_model("x" * 5000, plugins)
