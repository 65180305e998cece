"""How much blur goes, on pairs of a blurred and a sharp micrograph, such as confocal and STED.

PSNR against one noisy image hardly rewards more than the best linear filter brings: so beside it
stands that filter, fitted to the very pair, and what is left when each result has passed its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy import fft

from debcr_core.evaluation import Values
from debcr_core.noise_estimates import noise_level
from debcr_plugins.judging.baselines.richardson_lucy import RichardsonLucy
from debcr_plugins.judging.matching import matched_values
from debcr_plugins.judging.planes import plane_name, plane_of, plane_places
from debcr_plugins.metrics.fourier_rings import ring_numbers
from debcr_plugins.probing.micrographs import middle
from debcr_plugins.probing.restoring import Restore, chosen_on_others, decibels
from debcr_plugins.probing.result import Bar, Part, Picture, Row

if TYPE_CHECKING:
    from debcr_plugins.pairs.image_pair import ImagePair

ALLOWANCE = 0.1  # dB
TITLE = "Sharpness on real pairs"
METHOD = (
    "Results are brought to the target's scale and offset by least squares; the target's own "
    "noise, as estimated in it, is taken off the squared error. *Linear oracle*: the input after "
    "the radial filter that leaves the least error on this very pair, which no method without "
    "nonlinear knowledge surpasses. *After its filter*: the model's result after its own such "
    "filter. Richardson–Lucy is tuned on all other pairs. *Below the darkest*: by how much the "
    "result goes below the darkest pixel of the input."
)


def sharper(pairs: Sequence[ImagePair], restore: Restore) -> Part:
    """Measure a model that sharpens, on pairs."""
    found = [(name, middle(a), middle(b)) for pair in pairs for name, a, b in _planes(pair)]
    grid = RichardsonLucy.grid()
    scores = np.array([[matched_psnr(one.restore(a), b) for _, a, b in found] for one in grid])
    rows: list[Row] = []
    examples: list[Example] = []
    for plane, number in zip(found, chosen_on_others(scores), strict=True):
        examples.append(Example(*plane, grid[number].restore(plane[1]), restore(plane[1])))
        rows += examples[-1].rows()
    ranked = sorted(examples, key=lambda example: example.gain)
    shown = {"worst": ranked[0], "best": ranked[-1]} if len(ranked) > 1 else {"pair": ranked[0]}
    return Part(TITLE, METHOD, rows, [each.picture(label) for label, each in shown.items()])


@dataclass(frozen=True, eq=False)
class Example:
    """A pair, and what two methods make of it: ``(y, x)``."""

    name: str
    blurred: Values
    target: Values
    classical: Values
    restored: Values

    @property
    def gain(self) -> float:
        """What the model gains over Richardson–Lucy, dB."""
        return self.reached["model"] - self.reached["Richardson–Lucy"]

    @cached_property
    def reached(self) -> dict[str, float]:
        """The PSNR of each method, dB."""
        return {name: matched_psnr(image, self.target) for name, image in self._methods().items()}

    def rows(self) -> list[Row]:
        """Return what is measured of it."""
        beside = {**self.reached}
        own = beside.pop("model")
        oracle = matched_psnr(radially_filtered(self.blurred, self.target), self.target)
        left = matched_psnr(radially_filtered(self.restored, self.target), self.target) - oracle
        # A constant result has no range.
        span = np.ptp(self.restored) or 1.0
        below = float(max(self.blurred.min() - self.restored.min(), 0) / span)
        bar = Bar(max(beside["Richardson–Lucy"], oracle - ALLOWANCE), "at least")
        return [
            Row(self.name, "PSNR", own, "dB", bar, {**beside, "linear oracle": oracle}),
            Row(self.name, "after its filter, over the oracle", left, "dB"),
            Row(self.name, "below the darkest", below, "of the range", Bar(0, "at most")),
        ]

    def picture(self, label: str) -> Picture:
        """Return the images beside each other, brought to the target's scale."""
        return Picture(
            label,
            f"{label.capitalize()}: {self.name}, {self.gain:+.2f} dB over Richardson–Lucy.",
            {
                **{
                    name: matched_values(image, self.target, "affine")
                    for name, image in self._methods().items()
                },
                "target": self.target,
            },
            self.reached,
        )

    def _methods(self) -> dict[str, Values]:
        return {
            "input": self.blurred,
            "Richardson–Lucy": self.classical,
            "model": self.restored,
        }


def _planes(pair: ImagePair) -> list[tuple[str, Values, Values]]:
    image, target = pair.input.compute(), pair.target.compute()
    return [
        (
            plane_name(pair.name, target, place),
            np.asarray(plane_of(image, place).values, np.float64),
            np.asarray(plane_of(target, place).values, np.float64),
        )
        for place in plane_places(target)
    ]


def matched_psnr(image: Values, target: Values) -> float:
    """Return the PSNR of an image that was matched to its target, without the target's noise."""
    error = float(np.mean((matched_values(image, target, "affine") - target) ** 2))
    return decibels(error - noise_level(target) ** 2, float(np.ptp(target)))


def radially_filtered(image: Values, target: Values) -> Values:
    """Return an image after the radial filter that leaves the least squared error to its target."""
    given, wanted = fft.fft2(image - image.mean()), fft.fft2(target - target.mean())
    # The samples in no ring, in the corners, are filtered as one.
    rings, _ = ring_numbers(image.shape, (1.0, 1.0))
    power = np.bincount(rings.ravel(), (np.abs(given) ** 2).ravel())
    shared = np.bincount(rings.ravel(), (given.conj() * wanted).real.ravel())
    gain = np.divide(shared, power, out=np.zeros_like(shared), where=power > 0)
    return np.asarray(fft.ifft2(given * gain[rings]).real + target.mean(), np.float64)
