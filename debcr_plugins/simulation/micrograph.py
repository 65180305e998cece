"""Whole simulated micrographs: structures, blurred, on a background, seen by a camera."""

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from debcr_plugins.simulation.fields import Image, uneven_background
from debcr_plugins.simulation.kinds import AnyPSF, AnyStructure
from debcr_plugins.simulation.psf import GaussianPSF
from debcr_plugins.simulation.ranges import LogRange, ObjectRange, Range, draw
from debcr_plugins.simulation.structures import Filaments, Membranes, Nuclei, Puncta, Texture


class Micrograph(BaseModel):
    """Everything a simulated micrograph is made from; ranges are drawn anew for each."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    structures: tuple[AnyStructure, ...] = Field(
        (Filaments(), Puncta(), Membranes(), Nuclei(), Texture()),
        min_length=1,
        description="Kinds of structure, of which every image shows one or more.",
    )
    kinds_per_image: Range = Field((1, 3), description="How many kinds an image shows.")
    relative_brightness: ObjectRange = Field(
        (0.05, 1), description="Peak of each kind but the first."
    )
    psf: AnyPSF = Field(
        GaussianPSF(), description="Blur by the microscope: kind gaussian, or gibson-lanni."
    )
    background: Range = Field((0.003, 0.3), description="Mean background, share of the peak.")
    background_contrast: LogRange = Field((0, 0.8), description="Log-contrast of the background.")
    peak_photons: Range = Field((2, 300), description="Expected photons in the brightest pixel.")
    read_noise: Range = Field((0.1, 4), description="Electrons, standard deviation.")

    def scene(self, shape: tuple[int, int], rng: np.random.Generator) -> Image:
        """Draw what an ideal microscope would show: float32, axes ``y, x``, maximum 1."""
        image = np.zeros(shape, np.float32)
        for k in range(round(draw(self.kinds_per_image, rng))):
            structure = self.structures[rng.integers(len(self.structures))]
            label = structure.draw(shape, rng)
            weight = 1.0 if k == 0 else draw(self.relative_brightness, rng)
            image += weight * label / max(float(label.max()), 1e-12)
        image = self.psf.blur(image, rng)
        image /= max(float(image.max()), 1e-12)
        image += self.haze(shape, rng)
        return np.asarray(image / max(float(image.max()), 1e-12), np.float32)

    def haze(self, shape: tuple[int, int], rng: np.random.Generator) -> Image:
        """Draw the uneven background, relative to the peak: float32, axes ``y, x``."""
        level, contrast = draw(self.background, rng), draw(self.background_contrast, rng)
        return uneven_background(shape, level, contrast, rng)
