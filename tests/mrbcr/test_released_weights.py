from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from debcr_core import Runner
from debcr_core.catalogs import find_model
from debcr_core.cli.app import build_app
from debcr_core.components import Array
from debcr_core.plugins import Plugins
from debcr_plugins.mrbcr.checkpoint import read_variables
from debcr_plugins.mrbcr.importing import import_weights
from debcr_plugins.mrbcr.network import MRBCRNetwork
from debcr_plugins.mrbcr.released import state_dict

NPZ = "weights_ckpt24.npz"
TOLERANCE = 1e-5


@pytest.fixture(scope="module")
def network(released: Path) -> MRBCRNetwork:
    network = MRBCRNetwork().eval()
    tensors = state_dict(read_variables(released / NPZ))
    network.load_state_dict({name: torch.from_numpy(array) for name, array in tensors.items()})
    return network


@pytest.mark.parametrize("case", ["io_128.npz", "io_256.npz"])
def test_outputs_equal_those_of_the_authors_network_at_every_scale(
    network: MRBCRNetwork, released: Path, case: str
) -> None:
    with np.load(released / case) as archive, torch.inference_mode():
        restored, imaged = network.forward_all(torch.from_numpy(archive["x"])[:, None])
        stages = {f"forward_{name}": t for name, t in imaged._asdict().items()}
        stages |= restored._asdict()
        compared = [name for name in archive.files if name in stages]
        errors = {n: np.abs(stages[n][:, 0].numpy() - archive[n]).max() for n in compared}
    assert {"full", "half", "quarter"} <= errors.keys()
    assert {name: error for name, error in errors.items() if error > TOLERANCE} == {}


def test_imported_weights_restore_as_the_authors_network_does(
    released: Path, tmp_path: Path, plugins: Plugins
) -> None:
    out = tmp_path / "released.safetensors"
    result = CliRunner().invoke(
        build_app(plugins), ["import-weights", str(released / NPZ), str(out)]
    )
    assert result.exit_code == 0, result.output

    trained = find_model(str(out), plugins)
    with np.load(released / "io_128.npz") as archive, Runner(trained, "cpu") as runner:
        error = np.abs(runner.predict(archive["x"][:, None])[:, 0] - archive["full"]).max()
    assert error < TOLERANCE


@pytest.mark.parametrize("name", ["ckpt-24", "ckpt-24.index", "ckpt-24.data-00000-of-00001", ""])
def test_tensorflow_checkpoint_holds_the_same_variables(released: Path, name: str) -> None:
    pytest.importorskip("tensorflow", reason="the extra tensorflow is not installed")
    ours, npz = read_variables(released / name), read_variables(released / NPZ)
    assert ours.keys() == npz.keys()
    assert all(np.array_equal(ours[key], npz[key]) for key in npz)


def test_recipe_is_the_authors_way_to_predict(
    checkpoint: Path, tmp_path: Path, plugins: Plugins
) -> None:
    out = tmp_path / "weights.safetensors"
    import_weights(checkpoint, out, plugins)
    recipe = find_model(str(out), plugins).recipe.to_dict(plugins)
    as_released = {"levels": 0, "biases": True} | dict.fromkeys(
        ("residual", "haar", "residual_chains", "nonnegative"), False
    )
    assert recipe["model"] == {"name": "debcr-zoo/m-rbcr", **as_released}
    percentile = {"per": "frame", "hold_back": True, "low": 0.1, "high": 99.9, "clip": True}
    assert recipe["normalizer"] == {"name": "debcr-zoo/percentile", **percentile}


def test_second_network_of_a_keras_session_is_recognised(variables: dict[str, Array]) -> None:
    def later(name: str) -> str:
        layer, _, variable = name.partition("__")
        kind, _, number = layer.rpartition("_")
        return f"conv2d_{int(number) + 96}__{variable}" if kind == "conv2d" else name

    counted_on = {later(name): array for name, array in variables.items()}
    assert counted_on.keys() != variables.keys()
    expected, tensors = state_dict(variables), state_dict(counted_on)
    assert all(np.array_equal(tensors[name], expected[name]) for name in expected)
