"""m-rBCR on Haar coefficients: the transform, the network's form, its export and its use."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from torch import Tensor, nn

from debcr_core import Runner
from debcr_core.image import make_image
from debcr_core.plugins import Plugins
from debcr_core.published import Published
from debcr_core.recipe import Recipe
from debcr_core.torch_model import run
from debcr_core.trained import TrainedModel
from debcr_plugins.blenders.crop import Crop
from debcr_plugins.mrbcr import MRBCR
from debcr_plugins.mrbcr.haar import averaged, coefficients, image_of
from debcr_plugins.mrbcr.layers import ResidualChain
from debcr_plugins.normalizers.percentile import Percentile
from debcr_plugins.tilers.halo_grid import HaloGrid
from debcr_plugins.zoo.publishing.architecture import architecture_of
from debcr_plugins.zoo.publishing.exporting import ONNX, export

FORM = MRBCR(haar=True, residual=True, residual_chains=True)


def image(height: int, width: int) -> Tensor:
    return torch.rand(1, 1, height, width, generator=torch.Generator().manual_seed(0))


def stirred(model: MRBCR = FORM) -> nn.Module:
    """Return a network whose heads are no longer silent."""
    torch.manual_seed(0)
    network = model.network().eval()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(torch.randn_like(parameter), alpha=0.01)
    return network


def test_two_by_two_pixels_become_twice_their_mean_and_half_their_differences() -> None:
    pixels = torch.tensor([[1.0, 2.0], [5.0, 10.0]])[None, None]
    assert coefficients(pixels).flatten().tolist() == [9.0, -3.0, -6.0, 2.0]


def test_the_transform_keeps_squares_and_is_undone() -> None:
    x = image(8, 12).double()
    maps = coefficients(x)
    torch.testing.assert_close(maps.square().sum(), x.square().sum())
    torch.testing.assert_close(image_of(maps), x)


@pytest.mark.parametrize("size", [2, 4])
def test_a_coarser_image_has_averaged_coefficients(size: int) -> None:
    x = image(16, 24).double()
    expected = torch.nn.functional.avg_pool2d(coefficients(x), size)
    torch.testing.assert_close(coefficients(averaged(x, size)), expected)


def test_parameters_are_as_many_as_documented() -> None:
    assert sum(p.numel() for p in FORM.network().parameters()) == 240_776


def test_a_fresh_network_returns_its_input_at_every_scale() -> None:
    x = image(24, 32)
    restored = FORM.outputs(FORM.network(), x)
    for step, output in zip((1, 2, 4), restored, strict=True):
        assert torch.equal(output, FORM.coarser(x, [step, step]))


def test_every_weight_learns_from_the_outputs() -> None:
    network = stirred()
    sum(output.square().mean() for output in FORM.outputs(network, image(32, 32))).backward()
    idle = [name for name, p in network.named_parameters() if p.grad is None or not p.grad.any()]
    assert idle == []


def test_inference_equals_the_full_scale_of_training() -> None:
    network, x = stirred(), image(40, 48)
    with torch.inference_mode():
        assert torch.equal(network(x), FORM.outputs(network, x)[0])


@pytest.mark.parametrize(
    "model",
    [MRBCR(haar=True), MRBCR(residual_chains=True), MRBCR(haar=True, levels=1, residual=True)],
)
def test_its_parts_work_alone_at_any_multiple_of_the_stride(model: MRBCR) -> None:
    y, x = model.signature.stride
    with torch.inference_mode():
        restored = stirred(model)(image(y, 3 * x))
    assert restored.shape == (1, 1, y, 3 * x)
    assert torch.isfinite(restored).all()


@pytest.mark.parametrize(("layers", "pairs", "left_over"), [(12, 5, 1), (6, 2, 1), (3, 1, 0)])
def test_a_residual_chain_has_as_many_convolutions_as_asked(
    layers: int, pairs: int, left_over: int
) -> None:
    chain = ResidualChain(4, 8, layers, (1, 5))
    assert (len(chain.pairs), len(chain.last)) == (pairs, left_over)
    assert sum(isinstance(m, nn.Conv2d) for m in chain.modules()) == layers


def test_fresh_pairs_of_a_residual_chain_change_little() -> None:
    torch.manual_seed(0)
    chain = ResidualChain(4, 32, 11, (1, 1))
    x = torch.randn(1, 4, 32, 32)
    with torch.inference_mode():
        first, last = chain.first(x), chain(x)
    assert 0 < float((last - first).std() / first.std()) < 0.5


def test_an_image_of_odd_shape_is_restored_the_same_in_tiles(plugins: Plugins) -> None:
    rng = np.random.default_rng(0)
    picture = make_image(rng.random((211, 333), np.float32), "yx")
    parts = {"normalizer": Percentile(clip=False), "tiler": HaloGrid(), "blender": Crop()}
    trained = TrainedModel("stirred", Recipe(model=FORM, **parts))
    restored = []
    with Runner(trained, predictor=run(stirred(), "cpu")) as runner:
        for tile in (320, 512):
            recipe = trained.recipe.model_copy(update={"tiler": HaloGrid(tile=tile)})
            restored.append(runner.plan(picture, recipe=recipe).restore().values)
    assert np.isfinite(restored[1]).all()
    # Random weights look a little farther than trained ones.
    assert np.abs(restored[0] - restored[1]).max() < 1e-3 * np.ptp(restored[1])
    assert np.abs(restored[1] - picture.values).max() > 0.01


def test_its_onnx_computes_the_same(tmp_path: Path) -> None:
    network, x = stirred(), image(72, 104)
    export(architecture_of(*FORM.architecture(), Published()), network, FORM, tmp_path)
    session = onnxruntime.InferenceSession(tmp_path / ONNX, providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {"input": x.numpy()})
    with torch.inference_mode():
        expected = network(x).numpy()
    np.testing.assert_allclose(found, expected, atol=1e-5, rtol=0)
