"""What is exported of m-rBCR and s-rBCR is written otherwise, and computes the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from torch import nn

from debcr_core.stopping import Stop
from debcr_plugins.backends.exporting import export_onnx
from debcr_plugins.backends.named_sizes import name_sizes
from debcr_plugins.backends.onnx_runtime import as_predictor, open_session
from debcr_plugins.mrbcr.network import MRBCRNetwork, SRBCRNetwork

WATCHED = (1, 1, 64, 64)
LARGER = (2, 1, 72, 80)


def exported(network: nn.Module, folder: Path) -> onnx.ModelProto:
    path = folder / "network.onnx"
    with torch.no_grad():
        export_onnx(network, torch.zeros(WATCHED), path, fixed=False)
    return onnx.load(path)


def with_heads(network: nn.Module) -> nn.Module:
    """Give a fresh network an output that its weights decide on."""
    torch.manual_seed(0)
    for name, weights in network.named_parameters():
        if "head" in name:
            nn.init.normal_(weights, std=0.02)
    return network.eval()


@pytest.mark.parametrize(
    "network",
    [
        MRBCRNetwork(),
        MRBCRNetwork(levels=1, residual=True),
        MRBCRNetwork(haar=True, residual=True, residual_chains=True),
        MRBCRNetwork(biases=False, nonnegative=True),
        MRBCRNetwork(haar=True, residual=True, residual_chains=True, biases=False),
        SRBCRNetwork(),
    ],
    ids=[
        *("released", "with levels", "of Haar coefficients", "released, without biases"),
        *("of Haar coefficients, without biases", "of one scale"),
    ],
)
@pytest.mark.parametrize("shape", [(1, 1, 32, 96), LARGER])
def test_it_computes_what_the_network_does_at_any_size(
    tmp_path: Path, network: nn.Module, shape: tuple[int, ...]
) -> None:
    network = with_heads(network)
    file = exported(network, tmp_path)
    name_sizes(file, WATCHED, LARGER)
    image = np.random.default_rng(0).random(shape, np.float32)
    with torch.inference_mode():
        expected = network(torch.from_numpy(image)).numpy()

    session = open_session(file.SerializeToString(), "cpu", "network")
    found = as_predictor(session).compute(image, Stop())

    assert expected.std() > 1e-3
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5 * float(np.ptp(expected)))


def test_what_is_added_to_something_enlarged_has_the_same_names_for_its_sizes(
    tmp_path: Path,
) -> None:
    file = exported(MRBCRNetwork().eval(), tmp_path)
    name_sizes(file, WATCHED, LARGER)
    onnx.checker.check_model(file)
    named = {
        value.name: [dim.dim_param or dim.dim_value for dim in value.type.tensor_type.shape.dim]
        for value in file.graph.value_info
    }
    added = [node.input for node in file.graph.node if node.op_type == "Add"]
    sums = [(one, other) for one, other in added if "Resize" in one + other]
    assert len(sums) == 4
    for one, other in sums:
        assert named[one] == named[other]
    assert {named[one][2] for one, _ in sums} == {"axis_2_64_72", "axis_2_32_36"}


def test_sums_of_nothing_enlarged_get_no_names(tmp_path: Path) -> None:
    file = exported(SRBCRNetwork().eval(), tmp_path)
    assert any(node.op_type == "Add" for node in file.graph.node)
    name_sizes(file, WATCHED, LARGER)
    assert not file.graph.value_info
