"""A normalizer whose `undo` is no inverse of `apply`: truth has a map of its own."""

from __future__ import annotations

import numpy as np

from debcr_core import Normalization
from debcr_core.image import make_image
from debcr_plugins.pairs.image_pair import ImagePair
from debcr_plugins.pairs.normalized import NormalizedPair
from debcr_plugins.training.validation import _unrestored


class Biased(Normalization):
    """Maps noisy counts by a root that is not undone as such."""

    def at(self, position):
        return self

    def apply(self, block):
        return np.sqrt(block + 1).astype(np.float32)

    def apply_to_truth(self, block):
        return np.sqrt(block).astype(np.float32)

    def undo(self, output, given, kinds):
        return output**2

    def record(self):
        return {}


def test_the_input_is_judged_on_its_own_scale_without_the_bias_of_its_map():
    pixels = np.random.default_rng(0).poisson(1, (8, 8)).astype(np.float32)
    pair = ImagePair("a", make_image(pixels, "yx"), make_image(pixels * 0 + 1, "yx"))
    found = _unrestored(NormalizedPair(pair, Biased(), Biased()))
    np.testing.assert_allclose(found, pixels, atol=1e-5)
