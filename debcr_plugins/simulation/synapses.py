"""Synapses: pairs of small plates that face each other."""

from typing import Literal

import numpy as np
from pydantic import Field

from debcr_plugins.simulation.fields import Image
from debcr_plugins.simulation.ranges import LogRange, ObjectRange, Range, draw
from debcr_plugins.simulation.structures import Shape, Structure, deposit


class Synapses(Structure):
    """Pairs of plates that face each other across a cleft, each of a few small domains.

    Shows what labels of proteins before and behind the cleft show together; with a separation of
    0 that of one protein alone.
    """

    kind: Literal["synapses"] = "synapses"
    density: Range = Field((50, 1500), description="Synapses per million pixels.")
    separation: Range = Field((0, 12), description="Distance between the plates of a pair.")
    plate_length: ObjectRange = Field((3, 25), description="Length of a plate.")
    domains: Range = Field((1, 8), description="Mean number of domains in a plate.")
    domain_radius: Range = Field((0.5, 2.5), description="Standard deviation of a domain.")
    brightness_spread: LogRange = Field((0.2, 1.3), description="Log-standard deviation, plates.")

    def draw(self, shape: Shape, rng: np.random.Generator) -> Image:
        """Draw the pairs, each turned at random."""
        from scipy.ndimage import gaussian_filter

        count = 1 + int(rng.poisson(draw(self.density, rng) * np.prod(shape) / 1e6))
        length = np.array([draw(self.plate_length, rng) for _ in range(count)])
        domains = 1 + rng.poisson(draw(self.domains, rng), (2, count))
        spread = draw(self.brightness_spread, rng)
        turn, centre = rng.uniform(0, 2 * np.pi, count), rng.uniform(0, 1, (2, count))
        centre *= np.array([shape]).T
        half = draw(self.separation, rng) / 2
        image = np.zeros(shape, np.float32)
        for side in (0, 1):
            owner = np.repeat(np.arange(count), domains[side])
            along = rng.uniform(-0.5, 0.5, owner.size) * length[owner]
            across = (2 * side - 1) * half + rng.normal(0, 0.5, owner.size)
            normal = np.stack([np.sin(turn), np.cos(turn)])[:, owner]
            tangent = np.stack([np.cos(turn), -np.sin(turn)])[:, owner]
            points = centre[:, owner] + across * normal + along * tangent
            level = np.exp(rng.normal(0, spread, count))[owner] * rng.uniform(0.3, 1, owner.size)
            image += deposit(shape, points, level)
        return np.asarray(gaussian_filter(image, draw(self.domain_radius, rng)), np.float32)
