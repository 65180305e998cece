"""Weights, recipes, run folders and bundles of version 0.1.0, before plans, give what they gave."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from debcr_core import Recipe, restore
from debcr_core.yaml.strict import load_yaml
from debcr_plugins.training.config_file import checked
from debcr_plugins.training.training import train
from debcr_plugins.zoo.running.onnx import Onnx

STORED = Path(__file__).parent / "stored"


@pytest.fixture(scope="module")
def expected():
    with np.load(STORED / "expected.npz") as archive:
        return dict(archive)


@pytest.mark.parametrize("kind", ["weights", "recipe", "run", "bundle"])
def test_they_restore_as_they_did(plugins, expected, tmp_path, kind):
    stored = {
        "weights": "weights.safetensors",
        "recipe": Recipe.load(STORED / "recipe.yaml", plugins),
        "run": "run",
        "bundle": "bundle.zip",
    }[kind]
    model = str(STORED / stored) if isinstance(stored, str) else stored
    result = restore(STORED / "image.tif", model, device="cpu", plugins=plugins).values
    # The same bytes on the processor that made them; others round differently.
    np.testing.assert_allclose(result, expected[kind], rtol=2e-6, atol=2e-4)


def test_training_goes_on_from_a_run(plugins, tmp_path):
    document = load_yaml((STORED / "run" / "config.yaml").read_text(), "config.yaml")
    document["data"] |= {kind: str(STORED / document["data"][kind]) for kind in ("input", "target")}
    document |= {"init": str(STORED / "run"), "stopping": {"epochs": 1}}
    config = checked(document, "the stored configuration")
    assert train(config, tmp_path / "run", plugins).recipe.model.name == "unet"


def test_fields_of_bundled_networks_go_by_their_former_names():
    former = Onnx(
        input_layout="bcyx",
        seen=3,
        returned=2,
        names=("a", "b"),
        smallest=(8, 8),
        steps=(4, 4),
        margin=(2, 2),
        lost=(1, 1),
    )
    signature = former.signature
    assert signature.axes == "cyx"
    assert (signature.channels_in, [c.name for c in signature.channels_out]) == (3, ["a", "b"])
    assert (signature.min_size, signature.stride, signature.halo) == ((6, 6), (4, 4), (3, 3))
    assert Onnx(**former.model_dump(mode="json")) == former
