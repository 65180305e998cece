"""A published bundle needs none of our packages: each of its formats runs alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
import pytest

from debcr_core.yaml.strict import load_yaml
from debcr_plugins.mrbcr import MRBCR
from debcr_plugins.normalizers.percentile import Percentile
from debcr_plugins.zoo.certifying.core_test import SCRIPT as CORE_TEST
from debcr_plugins.zoo.publishing.package import package

PREPARE = """
import numpy as np

raw = np.load("test_input.npy")
low, high = np.percentile(raw, [0.1, 99.9])
normal = ((raw - low) / (high - low + 1e-6)).astype(np.float32)
"""
DENOISE = {"haar": True, "residual": True, "residual_chains": True, "biases": False}
STATE_DICT = """
import importlib.util, torch

spec = importlib.util.spec_from_file_location("architecture", "architecture.py")
architecture = importlib.util.module_from_spec(spec)
spec.loader.exec_module(architecture)
network = architecture.MRBCRNetwork(**PARAMETERS).eval()
network.load_state_dict(torch.load("weights.pt", weights_only=True))
output = network(torch.from_numpy(normal)).detach().numpy()
"""
TORCHSCRIPT = """
import torch

output = torch.jit.load("weights.torchscript.pt")(torch.from_numpy(normal)).detach().numpy()
"""
ONNX = """
import onnxruntime

session = onnxruntime.InferenceSession("weights.onnx", providers=["CPUExecutionProvider"])
(output,) = session.run(None, {"input": normal})
assert "torch" not in sys.modules
"""
SAVE = "np.save(sys.argv[1], output)"


def of(parameters: dict[str, Any]) -> str:
    """What computes the state dict of a network that has these parameters."""
    return STATE_DICT.replace("PARAMETERS", repr(parameters))


@pytest.mark.parametrize("script", [of(DENOISE), TORCHSCRIPT, ONNX], ids=["state", "ts", "onnx"])
def test_each_format_alone_reproduces_the_test_output(
    script: str, unpacked: Path, without_us: Callable[..., str], tmp_path: Path
) -> None:
    without_us(PREPARE + script + SAVE, tmp_path / "output.npy", cwd=unpacked)
    expected = np.load(unpacked / "test_output.npy")
    np.testing.assert_allclose(np.load(tmp_path / "output.npy"), expected, atol=1e-5, rtol=0)


@pytest.mark.parametrize("model", [MRBCR(), MRBCR(haar=True, residual_chains=True)])
def test_m_rbcr_is_published_just_so(
    model: MRBCR, author: Any, without_us: Callable[..., str]
) -> None:
    author.shows((128, 136), "yx")
    weights = author.trains(model, Percentile(clip=False))
    bundle = package(weights, author.folder / "m-rbcr.zip", author.plugins)
    unpacked = author.folder / "unpacked"
    with ZipFile(bundle) as archive:
        archive.extractall(unpacked)
    rdf = load_yaml((unpacked / "rdf.yaml").read_text(), "rdf.yaml")
    assert 0 < rdf["config"]["debcr"]["seam"] <= 1e-4, "it sees farther than its halo"
    expected = np.load(unpacked / "test_output.npy")
    for script in (of(model.model_dump()), TORCHSCRIPT, ONNX):
        without_us(PREPARE + script + SAVE, author.folder / "output.npy", cwd=unpacked)
        output = np.load(author.folder / "output.npy")
        np.testing.assert_allclose(output, expected, atol=1e-4 * np.abs(expected).max(), rtol=0)


def test_the_core_library_of_the_zoo_passes_it_and_says_nothing_but_that_nobody_maintains_it(
    denoise_bundle: Path, without_us: Callable[..., str], tmp_path: Path
) -> None:
    result = tmp_path / "result.json"
    without_us(CORE_TEST, denoise_bundle, result, cwd=tmp_path)
    found: dict[str, Any] = json.loads(result.read_text())
    severe = [text for severity, _, text in found["warnings"] if severity >= 30]
    assert found["status"] == "passed"
    assert found["errors"] == []
    assert len(severe) == 1
    assert severe[0].startswith("Missing `maintainers`")
    assert found["completeness"] >= 0.9
