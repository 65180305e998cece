"""A bundle of ours restores what the model it was made of restores, on its own intensity scale."""

from __future__ import annotations

import numpy as np
import pytest

from debcr_core import load_model, restore
from debcr_core.image import make_image
from debcr_plugins.zoo.running.onnx import Onnx


@pytest.mark.parametrize("shape", [(1, 1), (3, 5), (40, 40), (96, 97), (130, 128)])
def test_small_images_too(denoise_bundle, plugins, shape):
    pixels = np.random.default_rng(0).gamma(2.0, 200.0, shape).astype(np.float32)
    size = {"y": 0.1, "x": 0.1}
    image = make_image(pixels, "yx", pixel_size=size, unit=dict.fromkeys("yx", "µm"))
    packaged = load_model(denoise_bundle, plugins=plugins)
    assert isinstance(packaged.recipe.model, Onnx)
    expected = restore(image, "denoise", plugins=plugins).values
    result = restore(image, packaged, plugins=plugins).values
    span = float(np.ptp(pixels)) or 1.0
    np.testing.assert_allclose(result, expected, rtol=1e-5, atol=1e-5 * span)
