"""What a camera makes of an image: photon noise, read noise, gain and offset."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from debcr_plugins.simulation.fields import Image

BitDepth = Literal[8, 10, 12, 14, 16] | None
BIT_DEPTH = (
    "Counts are whole numbers of so many bits, brighter ones saturate, and those below zero are "
    "lost (unless the offset is some read noises); null: float32, no limits."
)


class Readout(BaseModel):
    """What one camera does the same in every image."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    gain: float = Field(1.0, gt=0, le=1e6, description="Counts per electron.")
    offset: float = Field(0.0, ge=0, le=1e6, description="Counts where no photon arrives.")
    bit_depth: BitDepth = Field(None, description=BIT_DEPTH)
    hot_pixels: float = Field(0.0, ge=0, le=0.1, description="Share of pixels with extra signal.")
    hot_signal: float = Field(
        200.0, gt=0, le=1e6, description="Mean extra signal of a hot pixel, electrons."
    )


class Camera(Readout):
    """A linear camera: ``counts = gain * (Poisson(photons) + Normal(0, read_noise)) + offset``.

    ``photons`` is the expected number of detected photons (photoelectrons) per pixel. Hot pixels
    add an exponentially distributed signal each.
    """

    read_noise: float = Field(1.0, ge=0, le=1000, description="Electrons, standard deviation.")

    def record(self, photons: Image, rng: np.random.Generator) -> Image:
        """Record one frame.

        Parameters
        ----------
        photons
            Expected photons per pixel, non-negative, any shape.
        rng
            Source of the noise.

        Returns
        -------
        Image
            float32, in counts, neither rounded nor clipped: unbiased also where it is dark.
        """
        electrons = rng.poisson(photons) + rng.normal(0, self.read_noise, np.shape(photons))
        if self.hot_pixels:
            hot = rng.random(electrons.shape) < self.hot_pixels
            electrons += hot * rng.exponential(self.hot_signal, electrons.shape)
        return self.expected(electrons)

    def expected(self, photons: np.ndarray) -> Image:
        """Return the counts (float32) that stand for so many photons, without noise."""
        return (self.gain * photons + self.offset).astype(np.float32)

    def digitise(self, counts: Image) -> Image | NDArray[np.uint16]:
        """Round to whole numbers and cut off what `bit_depth` cannot hold; uint16 unless null."""
        if self.bit_depth is None:
            return counts
        return np.clip(np.rint(counts), 0, 2**self.bit_depth - 1).astype(np.uint16)


def expose(
    image: np.ndarray, peak_photons: float, read_noise: float, rng: np.random.Generator
) -> Image:
    """Show how ``image`` would look, had its brightest pixel collected ``peak_photons``.

    With ``scale = peak_photons / image.max()`` the result is
    ``(Poisson(image * scale) + Normal(0, read_noise)) / scale``: noisy, but on the image's own
    intensity scale, so that the two compare directly.

    Parameters
    ----------
    image
        Non-negative, any shape and real dtype, taken as free of noise and offset.
    peak_photons
        Expected photons in the brightest pixel.
    read_noise
        Standard deviation in electrons.
    rng
        Source of the noise.

    Returns
    -------
    Image
        float32, the shape of ``image``.

    Raises
    ------
    ValueError
        Where the image is negative anywhere or zero everywhere.
    """
    if image.min() < 0 or image.max() <= 0:
        raise ValueError("An image to expose must be non-negative and not zero everywhere.")
    scale = peak_photons / float(image.max())
    photons = np.asarray(image, np.float32) * np.float32(scale)
    return Camera(read_noise=read_noise).record(photons, rng) / np.float32(scale)
