"""The generalised Anscombe transform: noise of photons and electrons becomes even.

Its algebraic inverse is biased, by 19 % at one photon; this one undoes the expectation of the
transformed counts instead: the closed form of Mäkitalo and Foi 2013,
https://doi.org/10.1109/TIP.2012.2202675.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cache

import numpy as np
from pydantic import Field

from debcr_core import Folded, Normalization, Normalizer, Published, extremes, hookimpl

LARGEST = 1000.0  # on the transformed scale: 250,000 photons


@dataclass(frozen=True)
class Anscombe(Normalization):
    """The transform of one camera, the same everywhere."""

    gain: float
    offset: float
    read_noise: float
    scale: float

    def at(self, position):
        return self

    def apply(self, block):
        photons = (block - self.offset) / self.gain + 0.375 + self.read_noise**2
        return (2 * np.sqrt(np.maximum(photons, 0)) / self.scale).astype(np.float32)

    def undo(self, output, given, kinds):
        photons = unbiased_inverse(output.astype(np.float64) * self.scale) - self.read_noise**2
        return (photons * self.gain + self.offset).astype(np.float32)

    def apply_to_truth(self, block):
        # A truth is an expectation: what `undo` makes it of is wanted, not its own transform.
        stable, photons = _inverse_as_table()
        light = (block - self.offset) / self.gain + self.read_noise**2
        return (np.interp(light, photons, stable) / self.scale).astype(np.float32)

    def record(self):
        return asdict(self)


def unbiased_inverse(stable):
    """Return the photons whose transform has that expectation."""
    z = np.maximum(stable, 2 * np.sqrt(0.375))
    root = np.sqrt(1.5)
    return z**2 / 4 + root / (4 * z) - 11 / (8 * z**2) + 5 * root / (8 * z**3) - 1 / 8


@cache
def _inverse_as_table():
    stable = np.concatenate([np.linspace(1.22474487, 20, 20_000), np.linspace(20, LARGEST, 20_000)])
    return stable, unbiased_inverse(stable)


class AnscombeNormalizer(Normalizer):
    """Make the noise of a camera even, and undo that without bias."""

    name = "anscombe"

    gain: float = Field(1.0, gt=0, le=1e6, description="Counts per electron.")
    offset: float = Field(0.0, ge=0, le=1e6, description="Counts where no light arrives.")
    read_noise: float = Field(0.0, ge=0, le=1e4, description="Electrons, standard deviation.")
    scale: float = Field(10.0, gt=0, le=1e4, description="What becomes 1 on the network's scale.")

    def fit(self, image):
        extremes(image)  # refuses NaN
        return Anscombe(self.gain, self.offset, self.read_noise, self.scale)

    def recall(self, record, image):
        return Anscombe(**record)

    def published(self, axes):
        from debcr_example.folded import AnscombeLayer, UnbiasedInverse

        return Published(
            before=Folded(AnscombeLayer, self.model_dump()),
            after=Folded(UnbiasedInverse, self.model_dump()),
        )


@hookimpl
def debcr_normalizers():
    """Offer the normalizer."""
    return [AnscombeNormalizer]
