from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from torch import Tensor, nn

from debcr_core.errors import UsageError
from debcr_core.plugins import Plugins
from debcr_core.recipe import Recipe
from debcr_plugins.unet import UNet

SHAPES = st.sampled_from([(6,), (4, 6), (4, 4, 6), (2, 4, 4, 2)])


def random(model: UNet) -> nn.Module:
    """Return the network with random weights everywhere, as training leaves them."""
    torch.manual_seed(0)
    network = model.network().eval()
    nn.init.normal_(network.tail.weight)
    return network


def image(height: int, width: int) -> Tensor:
    return torch.rand(1, 1, height, width, generator=torch.Generator().manual_seed(0))


def test_it_is_as_large_as_m_rbcr() -> None:
    assert sum(p.numel() for p in UNet().network().parameters()) == 238_449


def test_a_fresh_network_returns_its_input() -> None:
    x = image(16, 24)
    with torch.inference_mode():
        assert torch.equal(UNet().network()(x), x)


@pytest.mark.parametrize("biases", [True, False])
def test_without_biases_what_is_restored_scales_with_the_image(biases: bool) -> None:
    network = random(UNet(widths=(4, 6), biases=biases))
    x = image(16, 24)
    with torch.inference_mode():
        # A power of two is exact in floating point.
        assert torch.equal(network(x / 64), network(x) / 64) is not biases
        assert network(x).std() > 0.1


@settings(max_examples=20)
@given(widths=SHAPES, rows=st.integers(1, 4), columns=st.integers(1, 4))
def test_any_multiple_of_the_stride_is_restored_in_its_own_shape(
    widths: tuple[int, ...], rows: int, columns: int
) -> None:
    model = UNet(widths=widths)
    y, x = model.signature.stride
    with torch.inference_mode():
        restored = random(model)(image(rows * y, columns * x))
    assert restored.shape == (1, 1, rows * y, columns * x)
    assert torch.isfinite(restored).all()


def reach(model: UNet) -> int:
    """Return how far output pixels look beyond the edges, on the stride, of what is served."""
    network = random(model).double()
    for values in network.parameters():
        nn.init.constant_(values, 0.01)  # Positive weights, so that no ReLU or sum hides a path.
    step, _ = model.signature.stride
    middle = 16 * step
    beyond = 0
    for place in range(middle, middle + step):
        x = torch.ones(1, 1, max(step, 8), 32 * step, dtype=torch.float64, requires_grad=True)
        (gradient,) = torch.autograd.grad(network(x)[0, 0, 0, place], x)
        (seen,) = torch.nonzero(gradient.abs().sum(dim=(0, 1, 2)), as_tuple=True)
        # An edge of what is served lies on the stride: before this pixel, or behind it.
        beyond = max(beyond, middle - int(seen.min()), int(seen.max()) + 1 - (middle + step))
    return beyond


@pytest.mark.parametrize("widths", [(2,), (2, 2), (2, 2, 2), (2, 2, 2, 2)])
def test_the_halo_is_what_the_network_sees_and_no_more_than_a_stride_beyond(
    widths: tuple[int, ...],
) -> None:
    model = UNet(widths=widths)
    halo, stride = model.signature.halo, model.signature.stride
    assert halo is not None
    assert halo[0] - stride[0] < reach(model) <= halo[0]


def test_every_weight_learns() -> None:
    model = UNet(widths=(4, 4, 6))
    network = random(model)
    network(image(16, 16)).square().sum().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in network.parameters())


@pytest.mark.parametrize("widths", [(), (0,), (4,) * 8])
def test_widths_out_of_bounds_are_refused(widths: tuple[int, ...]) -> None:
    with pytest.raises(ValidationError, match="widths"):
        UNet(widths=widths)


def test_absurd_widths_in_a_recipe_are_told_alone(plugins: Plugins) -> None:
    model = "model: {name: unet, widths: [1000000, 1000000]}"
    recipe = f"{{{model}, normalizer: none, tiler: halo-grid, blender: crop}}"
    with pytest.raises(UsageError) as caught:
        Recipe.from_yaml(recipe, plugins, source="my.yaml")
    assert str(caught.value) == (
        'my.yaml: Parameters "widths.0", "widths.1" of model "unet" must be less than or equal to '
        "1024; they are 1000000, 1000000."
    )
