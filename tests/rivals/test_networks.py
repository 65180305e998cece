"""The networks of others are as papers and libraries have them, and look as far as they say."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch
from torch import nn

from debcr_core.errors import UsageError
from debcr_core.torch_model import TorchModel
from debcr_plugins.rivals.care_unet import CAREUNet
from debcr_plugins.rivals.dncnn import DnCNN
from debcr_plugins.rivals.monai_unet import MONAIUNet
from debcr_plugins.rivals.rcan import RCAN


def parameters(model: TorchModel) -> int:
    return sum(values.numel() for values in model.network().parameters())


@pytest.mark.parametrize(
    ("model", "count"),
    [(CAREUNet(), 922_977), (DnCNN(), 556_097), (MONAIUNet(), 1_602_296), (RCAN(), 337_917)],
    ids=lambda value: getattr(value, "name", ""),
)
def test_parameters_are_as_many_as_the_model_says(model: TorchModel, count: int) -> None:
    assert parameters(model) == count
    assert f"{count:,}" in (type(model).__doc__ or "")


def test_rcan_of_the_papers_size_has_its_16_million_with_the_enlargement_by_four() -> None:
    enlargement = 2 * (64 * 256 * 9 + 256)  # Two convolutions that make 256 maps of 64.
    as_in_the_paper = RCAN(groups=10, blocks=20, maps=64, reduction=16)
    assert round((parameters(as_in_the_paper) + enlargement) / 1e6) == 16


def reach(model: TorchModel) -> int:
    """Return how far output pixels look beyond the edges, on the stride, of what is served."""
    network = model.network().eval().double()
    for values in network.parameters():
        nn.init.constant_(values, 0.01)  # Positive weights, so that no ReLU or sum hides a path.
    step, _ = model.signature.stride
    middle, beyond = 32 * step, 0
    for place in range(middle, middle + step):
        x = torch.ones(1, 1, step, 64 * step, dtype=torch.float64, requires_grad=True)
        (gradient,) = torch.autograd.grad(network(x)[0, 0, 0, place], x)
        (seen,) = torch.nonzero(gradient.abs().sum(dim=(0, 1, 2)), as_tuple=True)
        beyond = max(beyond, middle - int(seen.min()), int(seen.max()) + 1 - (middle + step))
    return beyond


@pytest.mark.parametrize(
    "model",
    [
        *(CAREUNet(depth=d, kernel=k, maps=2) for d in (1, 2, 3) for k in (3, 5)),
        *(DnCNN(depth=depth, maps=2) for depth in (3, 7)),
        *(
            MONAIUNet(channels=(2,) * scales, residual_units=units)
            for scales in (2, 3, 4)
            for units in (1, 2, 3)
        ),
    ],
    ids=lambda model: f"{model.name} {model.signature.halo}",
)
def test_the_halo_is_what_the_network_sees_and_no_more_than_a_stride_beyond(
    model: TorchModel,
) -> None:
    halo, stride = model.signature.halo, model.signature.stride
    assert halo is not None
    assert halo[0] - stride[0] < reach(model) <= halo[0]


def test_rcan_sees_the_whole_image_and_so_says_no_halo() -> None:
    torch.manual_seed(0)
    network, image = RCAN(groups=1, blocks=1, maps=8).network().eval(), torch.rand(1, 1, 8, 200)
    changed = image.clone()
    changed[..., -1] += 10
    with torch.inference_mode():
        assert not torch.equal(network(image)[..., 0], network(changed)[..., 0])
    assert RCAN().signature.halo is None


def test_dncnn_takes_what_it_finds_from_the_image() -> None:
    network, image = DnCNN(depth=3, maps=4).network().eval(), torch.rand(1, 1, 8, 8)
    nn.init.zeros_(network.layers[-1].weight)
    nn.init.constant_(network.layers[-1].bias, 0.25)
    with torch.inference_mode():
        torch.testing.assert_close(network(image), image - 0.25)


class NoMONAI:
    """Finds no MONAI."""

    def find_spec(self, name: str, *_: object) -> None:
        if name == "monai":
            raise ModuleNotFoundError("No module named 'monai'", name=name)


def test_a_missing_library_is_told_with_the_command_that_brings_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "monai"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delitem(sys.modules, "debcr_plugins.rivals.networks.monai_unet", raising=False)
    monkeypatch.setattr(sys, "meta_path", [NoMONAI(), *sys.meta_path])
    with pytest.raises(UsageError) as caught:
        MONAIUNet().network()
    assert str(caught.value) == (
        'The network "monai-unet" needs monai, which is not installed: '
        'pip install "debcr-zoo[rivals]".'
    )


@pytest.mark.parametrize("words", [["--help"], ["plugins"], ["plugins", "monai-unet"]])
def test_listing_imports_neither_monai_nor_torch(words: list[str]) -> None:
    code = (
        "import sys\nfrom debcr_core.cli import main\nsys.argv = ['debcr', *sys.argv[1:]]\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code\n"
        "print(sorted({'monai', 'torch'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *words], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
