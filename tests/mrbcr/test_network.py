from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from debcr_plugins.mrbcr import MRBCR, SRBCR, ResidualBCR
from debcr_plugins.mrbcr.network import MRBCRNetwork, SRBCRNetwork

BOTH = pytest.mark.parametrize("model", [MRBCR, SRBCR])


def image(height: int, width: int) -> Tensor:
    return torch.rand(1, 1, height, width, generator=torch.Generator().manual_seed(0))


def fresh(model: ResidualBCR, seed: int = 0) -> nn.Module:
    torch.manual_seed(seed)
    return model.network().eval()


@pytest.mark.parametrize(("model", "count"), [(MRBCR(), 236_630), (SRBCR(), 62_338)])
def test_parameters_are_as_many_as_documented(model: ResidualBCR, count: int) -> None:
    assert sum(p.numel() for p in model.network().parameters()) == count


@BOTH
@settings(max_examples=15, deadline=None)
@given(
    levels=st.integers(0, 2),
    rows=st.integers(1, 4),
    columns=st.integers(1, 4),
    residual=st.booleans(),
)
def test_any_multiple_of_the_stride_is_restored_in_its_own_shape(
    model: type[ResidualBCR], levels: int, rows: int, columns: int, residual: bool
) -> None:
    component = model(levels=levels, residual=residual)
    y, x = component.signature.stride
    with torch.inference_mode():
        restored = fresh(component)(image(rows * y, columns * x))
    assert restored.shape == (1, 1, rows * y, columns * x)
    assert torch.isfinite(restored).all()


@BOTH
@pytest.mark.parametrize("levels", [0, 1])
def test_inference_equals_the_full_scale_of_training(model: type[ResidualBCR], levels: int) -> None:
    network = fresh(model(levels=levels))
    x = image(40, 48)
    with torch.inference_mode():
        assert torch.equal(network(x), network.forward_all(x)[0][0])


def test_inference_leaves_out_the_heads_that_only_training_needs() -> None:
    network = MRBCRNetwork().eval()
    network.head_half = network.head_quarter = nn.Identity()
    asked: list[str] = []
    network.head_half.register_forward_hook(lambda *_: asked.append("half"))
    network.head_full.register_forward_hook(lambda *_: asked.append("full"))
    network(image(16, 16))
    assert asked == ["full"]


def test_outputs_of_training_have_the_sizes_of_their_scales() -> None:
    restored, imaged = MRBCRNetwork().forward_all(image(24, 32))
    sizes = [(24, 32), (12, 16), (6, 8)]
    assert [tuple(t.shape[2:]) for t in restored] == sizes
    assert [tuple(t.shape[2:]) for t in imaged] == sizes


@BOTH
def test_the_same_seed_gives_the_same_weights_and_the_same_bytes(model: type[ResidualBCR]) -> None:
    x = image(32, 48)
    with torch.inference_mode():
        first, second = fresh(model())(x), fresh(model())(x)
        other = fresh(model(), seed=1)(x)
    assert torch.equal(first, second)
    assert not torch.equal(first, other)


@BOTH
@pytest.mark.parametrize("levels", [0, 1])
def test_every_weight_learns_from_the_outputs(model: type[ResidualBCR], levels: int) -> None:
    torch.manual_seed(0)
    network = model(levels=levels).network()
    restored, _ = network.forward_all(image(32, 32))
    sum(output.square().mean() for output in restored).backward()
    idle = [name for name, p in network.named_parameters() if p.grad is None or not p.grad.any()]
    assert idle == []


@BOTH
def test_a_fresh_residual_network_returns_its_input(model: type[ResidualBCR]) -> None:
    x = image(16, 24)
    restored, _ = fresh(model(residual=True)).forward_all(x)
    for k, output in enumerate(restored):
        assert torch.equal(output, x[..., :: 2**k, :: 2**k])


@BOTH
def test_a_fresh_network_keeps_the_magnitude_of_its_input(model: type[ResidualBCR]) -> None:
    for seed in range(5):
        restored, imaged = fresh(model(), seed).forward_all(image(64, 64))
        assert all(1e-3 < output.std() < 10 for output in (*restored, *imaged))


@pytest.mark.parametrize("axis", [0, 1])
def test_single_stage_network_looks_no_farther_than_its_halo(axis: int) -> None:
    halo = SRBCR().signature.halo
    assert halo is not None
    network = fresh(SRBCR()).double()
    x = image(96, 96).double().movedim(2 + axis, 2)
    with torch.inference_mode():
        whole = network(x.movedim(2, 2 + axis)).movedim(2 + axis, 2)
        tile = network(x[:, :, 48 - halo[axis] :].movedim(2, 2 + axis)).movedim(2 + axis, 2)
    difference = (tile[:, :, halo[axis] :] - whole[:, :, 48:]).abs()
    assert difference.max() < 1e-14


@pytest.mark.parametrize(
    ("haar", "axis", "reach"), [(False, 0, 181), (False, 1, 265), (True, 0, 359), (True, 1, 527)]
)
def test_multi_stage_network_looks_as_far_as_documented(haar: bool, axis: int, reach: int) -> None:
    network = MRBCRNetwork(haar=haar, residual_chains=haar).double().eval()
    rng = torch.Generator().manual_seed(0)
    for parameter in network.parameters():
        # Positive everywhere: no path through the network is cut off by a ReLU. Not all equal:
        # differences of pixels would cancel.
        size = parameter[0].numel() if parameter.ndim > 1 else 1000
        parameter.data = torch.rand(parameter.shape, dtype=torch.double, generator=rng) / size
    size, centre = 1280, 640
    farthest = 0
    for row in range(centre, centre + 8):
        shape = (1, 1, size, 16) if axis == 0 else (1, 1, 16, size)
        x = torch.ones(shape, dtype=torch.double, requires_grad=True)
        network(x).movedim(2 + axis, 2)[0, 0, row, 0].backward()
        assert x.grad is not None
        seen = x.grad.movedim(2 + axis, 2)[0, 0].abs().amax(1).nonzero().flatten()
        farthest = max(farthest, row - int(seen.min()), int(seen.max()) - row)
    assert farthest == reach


@pytest.mark.parametrize("network", [MRBCRNetwork(), SRBCRNetwork()])
def test_saved_weights_are_contiguous_as_safetensors_needs(network: nn.Module) -> None:
    assert all(tensor.is_contiguous() for tensor in network.state_dict().values())
