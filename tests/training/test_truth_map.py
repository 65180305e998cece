"""A normalizer whose `undo` is no inverse of `apply`: truth has a map of its own."""

from __future__ import annotations

import numpy as np
import pytest

from debcr_core import Normalization
from debcr_core.image import make_image
from debcr_plugins.pairs.image_pair import ImagePair
from debcr_plugins.pairs.normalized import NormalizedPair
from debcr_plugins.training.data.frames import frames_of
from debcr_plugins.training.data.pixels import Pixels
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


@pytest.mark.parametrize("target", ["another", "the input itself"])
def test_targets_are_mapped_as_truth_and_noisy_inputs_that_are_their_own_target_as_inputs(target):
    pixels = np.full((8, 8), 3, np.float32)
    given = make_image(pixels, "yx")
    wanted = given if target == "the input itself" else make_image(pixels, "yx")
    map_ = Biased()
    pair = NormalizedPair(ImagePair("a", given, wanted), map_, map_)
    reading = Pixels([pair], "yx")
    frame = frames_of([pair], "yx")[0]
    block = reading.read(frame, "target", (slice(0, 8), slice(0, 8)))
    mapped = map_.apply(pixels) if wanted is given else map_.apply_to_truth(pixels)
    np.testing.assert_array_equal(block[0], mapped)
