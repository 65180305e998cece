"""What the microscope's optics do to a label density."""

from abc import ABC, abstractmethod
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from debcr_plugins.simulation.fields import Image
from debcr_plugins.simulation.ranges import Range, ShareRange, draw


class PSF(BaseModel, ABC):
    """A point-spread function and the ranges its parameters are drawn from."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    @abstractmethod
    def blur(self, image: Image, rng: np.random.Generator) -> Image:
        """Blur ``image`` (float32, axes ``y, x``); its sum is kept, borders reflect."""

    @property
    @abstractmethod
    def narrowest(self) -> float:
        """Standard deviation of the narrowest focus, in pixels."""


class GaussianPSF(PSF):
    """Gaussian point-spread function with an out-of-focus halo.

    A Gaussian of standard deviation 0.21 wavelength / NA approximates a widefield microscope's
    focal spot (Zhang, Zerubia, Olivo-Marin 2007, https://doi.org/10.1364/AO.46.001819). The halo
    stands for label above and below the focal plane, which a single section cannot hold.
    """

    kind: Literal["gaussian"] = "gaussian"
    pixel_size: float | None = Field(
        None, gt=0, le=1000, description="Side of a pixel, µm, written into files; null: unknown."
    )
    width: Range = Field((0.5, 3.5), description="Standard deviation in focus, pixels.")
    halo_width: Range = Field((5, 30), description="Standard deviation out of focus, pixels.")
    halo_share: ShareRange = Field(
        (0, 0.5), description="Share of the photons that are out of focus."
    )

    @property
    def narrowest(self) -> float:
        """Low end of `width`."""
        return self.width[0]

    def blur(self, image: Image, rng: np.random.Generator) -> Image:
        """Blur ``image`` (float32, axes ``y, x``); its sum is kept, borders reflect."""
        from scipy.ndimage import gaussian_filter

        share = draw(self.halo_share, rng)
        focus = gaussian_filter(image, draw(self.width, rng), mode="reflect")
        halo = gaussian_filter(image, draw(self.halo_width, rng), mode="reflect")
        return np.asarray((1 - share) * focus + share * halo, np.float32)
