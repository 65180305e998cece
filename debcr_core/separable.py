"""Blenders whose weights are a product of one window per axis."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from functools import reduce

from debcr_core.components import Blender, Floats


class SeparableBlender(Blender):
    """Base of blenders whose weights are the outer product of a window per axis."""

    @abstractmethod
    def window(self, size: int, before: int, after: int) -> Floats:
        """Return the weights along one axis.

        Parameters
        ----------
        size : int
            Pixels that the tile serves along the axis.
        before, after : int
            How many of them, at the start and at the end, the neighbours serve as well; 0 at
            the image's border.

        Returns
        -------
        numpy.ndarray
            float32 of length `size`.
        """

    def weights(self, shape: tuple[int, ...], overlap: tuple[tuple[int, int], ...]) -> Floats:
        """Return the outer product of the windows (see `Blender.weights`)."""
        import numpy as np

        windows = [
            self.window(size, before, after)
            for size, (before, after) in zip(shape, overlap, strict=True)
        ]
        return reduce(np.multiply.outer, windows).astype(np.float32)


def ramp(size: int, before: int, after: int, rise: Callable[[Floats], Floats]) -> Floats:
    """Return a window that rises over `before` pixels, stays at one, and falls over `after`.

    Parameters
    ----------
    size, before, after : int
        As in `SeparableBlender.window`.
    rise : callable
        Weight as a function of the share of the overlap that is passed, from 0 to 1 (both
        exclusive, as it is taken at the pixels' centres).
    """
    import numpy as np

    window = np.ones(size, np.float32)
    window[:before] *= rise(_shares(before))
    window[::-1][:after] *= rise(_shares(after))
    return window


def _shares(overlap: int) -> Floats:
    import numpy as np

    return np.asarray((np.arange(overlap) + 0.5) / max(overlap, 1), np.float32)
