"""Losses are the formulas that they say, and can be found by name."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from debcr_core import hookimpl
from debcr_core.components import Loss
from debcr_core.errors import UsageError
from debcr_core.plugins import Plugins
from debcr_plugins.losses.spectral import SpectralLoss


def pair(*shape, seed=0):
    rng = np.random.default_rng(seed)
    return (torch.from_numpy(rng.random(shape, np.float32)) for _ in range(2))


def test_the_paper_s_loss_transforms_both_axes_of_the_image():
    restored, truth = pair(2, 1, 16, 24)
    loss = SpectralLoss().measure(restored, truth, truth)
    difference = (restored - truth).numpy()[:, 0].astype(float)
    spectrum = np.abs(np.fft.fft2(difference)).mean()
    assert loss.item() == pytest.approx((difference**2).mean() + 0.5 * spectrum, rel=1e-5)


def test_the_released_loss_transforms_the_width_alone():
    """tf.signal.rfft2d of (batch, y, x, 1): the last axis has length one."""
    restored, truth = pair(2, 1, 16, 24)
    loss = SpectralLoss(axes="width", pixels=0, spectrum=1)
    difference = (restored - truth).numpy()[:, 0, :, :, None].astype(float)
    expected = np.abs(np.fft.rfft2(difference)).mean()
    assert loss.measure(restored, truth, truth).item() == pytest.approx(expected, rel=1e-5)


def test_an_orthogonal_transform_weighs_patches_of_any_size_alike():
    loss = SpectralLoss(pixels=0, spectrum=1, norm="ortho")
    small, large = (
        loss.measure(torch.randn(1, 1, side, side), torch.zeros(1), torch.zeros(1)).item()
        for side in (64, 256)
    )
    assert small == pytest.approx(large, rel=0.05)


@pytest.mark.parametrize(("power", "ratio"), [(0, 16), (0.5, 4), (1, 1)])
def test_errors_are_divided_by_a_power_of_the_noise(power, ratio):
    loss = SpectralLoss(noise_power=power, spectrum=0)
    truth, noise = torch.zeros(1, 1, 64, 64), torch.randn(1, 1, 64, 64)
    weak = loss.measure(0.01 * noise, truth, 0.01 * noise).item()
    strong = loss.measure(0.04 * noise, truth, 0.04 * noise).item()
    assert strong / weak == pytest.approx(ratio, rel=1e-3)


@pytest.mark.parametrize("name", ["spectral", "mse", "mae"])
def test_losses_are_found_by_name_and_have_gradients(plugins, name):
    loss = plugins.create("loss", name)
    restored, truth = pair(2, 1, 8, 8)
    restored.requires_grad_()
    value = loss.measure(restored, truth, truth)
    value.backward()
    assert value.ndim == 0
    assert torch.isfinite(restored.grad).all()
    assert restored.grad.abs().sum() > 0


def test_a_loss_is_zero_where_nothing_differs(plugins):
    image, _ = pair(2, 1, 8, 8)
    for kind in plugins.classes("loss"):
        assert kind().measure(image, image, image).item() == 0


def test_a_plugin_adds_a_loss_and_unknown_names_are_corrected():
    class Huber(Loss):
        name = "huber"

        def measure(self, restored, truth, degraded):
            return torch.nn.functional.huber_loss(restored, truth)

    class Offering:
        @staticmethod
        @hookimpl
        def debcr_losses():
            return [Huber]

    found = Plugins()
    found.register(Offering(), name="mine")
    assert isinstance(found.create("loss", "huber"), Huber)
    with pytest.raises(UsageError, match='Did you mean "huber"'):
        found.create("loss", "hubber")
