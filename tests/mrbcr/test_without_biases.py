"""m-rBCR without biases: it scales with its input; and images that are nowhere negative."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from debcr_core import Runner
from debcr_core.image import make_image
from debcr_core.recipe import Recipe
from debcr_core.torch_model import run
from debcr_core.trained import TrainedModel
from debcr_plugins.blenders.crop import Crop
from debcr_plugins.mrbcr import MRBCR
from debcr_plugins.normalizers.percentile import Percentile
from debcr_plugins.tilers.halo_grid import HaloGrid

FORMS = [
    {},
    {"levels": 1, "residual": True},
    {"haar": True, "residual": True, "residual_chains": True},
]


def stirred(**parameters: object) -> nn.Module:
    """Return a network with weights of chance, the heads' and the biases' among them."""
    torch.manual_seed(0)
    network = MRBCR(**parameters).network().eval()  # type: ignore[arg-type]
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(torch.randn_like(parameter), alpha=0.02)
    return network


@pytest.mark.parametrize("form", FORMS)
def test_what_is_restored_scales_with_the_image(form: dict[str, object]) -> None:
    image = torch.rand(1, 1, 32, 48, generator=torch.Generator().manual_seed(0))
    scaled, plain = stirred(**form, biases=False), stirred(**form)
    with torch.inference_mode():
        # A power of two is exact in floating point.
        assert torch.equal(scaled(image / 64), scaled(image) / 64)
        assert scaled(image).std() > 1e-3
        assert not torch.allclose(plain(image / 64), plain(image) / 64, atol=1e-4)


@pytest.mark.parametrize("form", FORMS)
def test_no_constant_is_left(form: dict[str, object]) -> None:
    network = stirred(**form, biases=False)
    assert not [name for name, _ in network.named_parameters() if name.endswith("bias")]
    with torch.inference_mode():
        assert not network(torch.zeros(1, 1, 32, 32)).any()


def test_a_bright_object_moves_nothing_beyond_its_reach() -> None:
    def moved(**form: object) -> float:
        model = MRBCR(**FORMS[2], **form)  # type: ignore[arg-type]
        normalizer = Percentile(clip=False)
        recipe = Recipe(normalizer=normalizer, tiler=HaloGrid(), model=model, blender=Crop())
        dim = np.random.default_rng(0).poisson(20.0, (1500, 48)).astype(np.float32)
        lit = dim.copy()
        lit[:12, :12] += 800
        network = run(stirred(**FORMS[2], **form), "cpu")
        with Runner(TrainedModel("stirred", recipe), predictor=network) as runner:
            one, other = (
                runner.plan(make_image(image, "yx")).restore().values for image in (dim, lit)
            )
        return float(np.abs(one - other)[800:].max() / np.sqrt(20))

    assert moved(biases=False) < 1e-3
    assert moved() > 0.1


def test_nothing_is_restored_that_is_darker_than_the_normalizers_zero() -> None:
    image = torch.rand(1, 1, 32, 32, generator=torch.Generator().manual_seed(0))
    plain = stirred(**FORMS[0])
    raised = stirred(**FORMS[0], nonnegative=True)
    with torch.inference_mode():
        assert plain(image).min() < 0
        assert torch.equal(raised(image), plain(image).clamp(min=0))
