"""Vary patches: mirror, turn, brighten, add noise; each a function of the random numbers alone."""

from __future__ import annotations

import numpy as np

from debcr_core.components import Floats
from debcr_plugins.training.data.patch_config import PatchConfig

Patches = tuple[Floats, Floats]


def augment(patch: Patches, config: PatchConfig, rng: np.random.Generator) -> Patches:
    """Return input and target, varied alike but for the noise.

    Parameters
    ----------
    patch : tuple of numpy.ndarray
        Input and target, float32, ``(channel, [z,] y, x)``, on the network's scale.
    config : PatchConfig
        What may be varied.
    rng : numpy.random.Generator
        Decides.
    """
    degraded, target = _vary_intensity(_orient(patch, config, rng), config, rng)
    return _add_noise(degraded, config, rng), target


def _orient(patch: Patches, config: PatchConfig, rng: np.random.Generator) -> Patches:
    """Mirror along y and x, and turn in the plane; along z images are not alike both ways."""
    turns = int(rng.integers(4)) if config.rotations else 0
    flips = tuple(axis for axis in (-2, -1) if config.flips and rng.random() < 0.5)
    first, second = (
        np.ascontiguousarray(np.flip(np.rot90(image, turns, axes=(-2, -1)), flips))
        for image in patch
    )
    return first, second


def _vary_intensity(patch: Patches, config: PatchConfig, rng: np.random.Generator) -> Patches:
    if not config.gain_jitter:
        return patch
    gain, offset = rng.uniform(-config.gain_jitter, config.gain_jitter, 2).astype(np.float32)
    degraded, target = patch
    return degraded * (1 + gain) + offset, target * (1 + gain) + offset


def _add_noise(degraded: Floats, config: PatchConfig, rng: np.random.Generator) -> Floats:
    if not config.noise:
        return degraded
    strength = np.float32(rng.uniform(0, config.noise))
    return degraded + strength * rng.standard_normal(degraded.shape, np.float32)
