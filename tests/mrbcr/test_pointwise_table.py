"""A chain that sees one number is a table: the same function, looked up."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from debcr_plugins.mrbcr import MRBCR
from debcr_plugins.mrbcr.pointwise import PointwiseChain


def chain_of(widths: list[int], seed: int = 0) -> PointwiseChain:
    torch.manual_seed(seed)
    made = PointwiseChain(widths).eval()
    for values in made.parameters():
        if values.ndim == 1:
            nn.init.normal_(values, std=0.3)
    return made


def layer_by_layer(chain: PointwiseChain, image: Tensor) -> Tensor:
    maps = image.double()
    for layer in chain:
        maps = torch.relu(maps) if isinstance(layer, nn.ReLU) else layer.double()(maps)
        layer.float()
    return maps


def looked_up(chain: PointwiseChain, image: Tensor) -> Tensor:
    with torch.inference_mode():
        return chain(image)


@given(
    depth=st.integers(1, 12),
    width=st.integers(1, 32),
    seed=st.integers(0, 1000),
    scale=st.sampled_from([0.1, 1.0, 100.0]),
)
def test_the_table_is_the_chain_to_single_precision(
    depth: int, width: int, seed: int, scale: float
) -> None:
    chain = chain_of([1] + [width] * depth, seed)
    image = scale * torch.randn(2, 1, 16, 8)
    expected = layer_by_layer(chain, image)
    found = looked_up(chain, image)
    assert (found - expected).abs().max() <= 1e-6 * max(expected.abs().max(), 1.0)


def test_the_table_follows_weights_that_change() -> None:
    chain, image = chain_of([1, 8, 8]), torch.rand(1, 1, 8, 8)
    before = looked_up(chain, image)
    with torch.no_grad():
        chain[0].weight.data.mul_(2)
    after = looked_up(chain, image)
    assert not torch.equal(before, after)
    torch.testing.assert_close(after.double(), layer_by_layer(chain, image), rtol=0, atol=1e-6)


def test_learning_and_export_pass_the_layers() -> None:
    chain, image = chain_of([1, 4, 4]), torch.rand(1, 1, 4, 4)
    chain(image).sum().backward()
    assert all(values.grad is not None for values in chain.parameters())
    with torch.no_grad():
        traced = torch.jit.trace(chain, image)
    assert "embedding" not in str(traced.inlined_graph)


@pytest.mark.parametrize("haar", [False, True])
def test_a_network_gives_the_same_by_tables_and_by_layers(haar: bool) -> None:
    torch.manual_seed(0)
    network = MRBCR(haar=haar).network().eval()
    image = torch.rand(1, 1, 40, 56)
    by_layers = network(image).detach()
    with torch.inference_mode():
        by_tables = network(image)
    span = float(by_layers.max() - by_layers.min())
    torch.testing.assert_close(by_tables, by_layers, rtol=0, atol=1e-5 * span)
