"""Brightness and variance of the noise, block by block."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from debcr_core.evaluation import Values
from debcr_core.noise_estimates import noise_response

SIDE = 8
"""Side of a block, pixels: small against structures, large enough for a variance."""


@dataclass(frozen=True)
class Blocks:
    """What is known of each block.

    Attributes
    ----------
    mean : numpy.ndarray
        ``(n,)``: mean counts.
    variance : numpy.ndarray
        ``(n,)``: of the noise, counts squared.
    coarse : numpy.ndarray
        ``(n,)``: the same of noise told from pixels two apart, equal to it but for chance where the
        noise of neighbours is independent.
    """

    mean: Values
    variance: Values
    coarse: Values

    def __len__(self) -> int:
        return len(self.mean)

    @classmethod
    def joined(cls, parts: list[Blocks]) -> Blocks:
        """Return the blocks of several images of one camera."""
        return cls(
            *(
                np.concatenate([getattr(part, name) for part in parts])
                for name in ("mean", "variance", "coarse")
            )
        )


def blocks_of_one(image: Values, usable: np.ndarray) -> Blocks:
    """Tell noise from structure within one image, by a mask that no plane changes.

    The mask is that of `debcr_core.noise_estimates`. Structure finer than a few pixels counts as
    noise.

    Parameters
    ----------
    image : numpy.ndarray
        ``(y, x)``, float64.
    usable : numpy.ndarray
        bool, of its shape: blocks with a pixel that is not are left out.
    """
    fine, coarse = _response(image, 1), _response(image, 2)
    return _in_blocks(image[2:-2, 2:-2], fine[1:-1, 1:-1], coarse, usable[2:-2, 2:-2])


def blocks_of_two(one: Values, other: Values, usable: np.ndarray) -> Blocks:
    """Tell noise from structure by two acquisitions of one field: their difference is noise.

    Parameters
    ----------
    one, other : numpy.ndarray
        ``(y, x)``, float64.
    usable : numpy.ndarray
        As for `blocks_of_one`, in both.
    """
    half = (one - other) / np.sqrt(2)
    # What differs smoothly, by bleaching or drift of the lamp, is no noise.
    fine, coarse = _response(half, 1), _response(half, 2)
    mean = (one + other) / 2
    return _in_blocks(mean[2:-2, 2:-2], fine[1:-1, 1:-1], coarse, usable[2:-2, 2:-2])


def _response(image: Values, step: int) -> Values:
    """Return the response to the mask where all that it compares lies in the image."""
    return noise_response(image, step)[step:-step, step:-step]


def _in_blocks(image: Values, fine: Values, coarse: Values, usable: np.ndarray) -> Blocks:
    whole = tuple(slice(0, size // SIDE * SIDE) for size in image.shape)
    kept = _cut(usable[whole]).all(axis=1)
    means = (_cut(values[whole])[kept].mean(axis=1) for values in (image, fine**2, coarse**2))
    return Blocks(*means)


def _cut(values: np.ndarray) -> np.ndarray:
    """Return the pixels of each block, ``(block, pixel)``."""
    y, x = (size // SIDE for size in values.shape)
    return values.reshape(y, SIDE, x, SIDE).swapaxes(1, 2).reshape(y * x, SIDE * SIDE)
