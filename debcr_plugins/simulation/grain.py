"""Grain: fine texture everywhere, such as grass, hair, collagen or a granular cytoplasm."""

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from debcr_plugins.simulation.fields import Image
from debcr_plugins.simulation.ranges import Limits, LogRange, draw, within
from debcr_plugins.simulation.structures import Shape, Structure


class Grain(Structure):
    """A random field of about one wavelength, in one direction or in all.

    Unlike `Texture` it has no coarser wavelengths, by which a network could tell it from noise.
    """

    kind: Literal["grain"] = "grain"
    wavelength: Annotated[Limits, within(2)] = Field((2.5, 16), description="Its wavelength.")
    bandwidth: Annotated[Limits, within(0.05, 3)] = Field(
        (0.2, 1), description="Spread of its wavelengths, octaves: little is regular."
    )
    alignment: Annotated[Limits, within(0.05)] = Field(
        (0.1, 3), description="Spread of directions, radian: little is combed, 3 the same in all."
    )
    contrast: LogRange = Field((0.2, 1.2), description="Log-contrast.")

    def draw(self, shape: Shape, rng: np.random.Generator) -> Image:
        """Draw the field, exponentiated: many dim, few bright strokes or grains."""
        y, x = np.fft.fftfreq(shape[0])[:, None], np.fft.rfftfreq(shape[1])[None, :]
        octaves = np.log2(np.maximum(np.hypot(y, x), 1e-6) * draw(self.wavelength, rng))
        turned = np.arctan2(y, x) - rng.uniform(0, np.pi)
        off = np.abs((turned + np.pi / 2) % np.pi - np.pi / 2)
        log_power = (octaves / draw(self.bandwidth, rng)) ** 2
        log_power += (off / draw(self.alignment, rng)) ** 2
        spectrum = np.fft.rfft2(rng.standard_normal(shape)) * np.exp(-0.25 * log_power)
        field = np.fft.irfft2(spectrum, s=shape)
        field -= field.mean()
        field /= max(float(field.std()), 1e-12)
        return np.asarray(np.exp(draw(self.contrast, rng) * field), np.float32)
