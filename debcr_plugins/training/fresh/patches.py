"""Patches of good images, each degraded when it is asked for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from debcr_core.components import Floats, Normalization, Normalizer, Region
from debcr_core.image import make_image
from debcr_plugins.pairs.degrading import DegradeConfig
from debcr_plugins.pairs.normalized import NormalizedPair
from debcr_plugins.training.data.augmentation import augment
from debcr_plugins.training.data.patch_config import PatchConfig
from debcr_plugins.training.data.patches import Patch, Patches
from debcr_plugins.training.data.sampling import Key


class FreshPatches(Patches):
    """Endlessly many patches of good images, none degraded like another.

    Place, degradation and noise of a patch are a function of the seed and its key alone: a resumed
    run repeats them, in whatever process they are made.

    Parameters
    ----------
    pairs : sequence of NormalizedPair
        Images whose target is the truth on its own scale (see `degrade_held_out`).
    config : PatchConfig
        How patches are cut, chosen and varied.
    axes : str
        Axes that the model sees at once.
    seed : int
        Another seed gives other patches.
    degradation : DegradeConfig
        How they are degraded.
    normalizer : Normalizer
        Fitted on the degraded surroundings of each patch, as in use on a degraded image.
    """

    def __init__(
        self,
        pairs: Sequence[NormalizedPair],
        config: PatchConfig,
        axes: str,
        seed: int,
        degradation: DegradeConfig,
        normalizer: Normalizer,
    ) -> None:
        super().__init__(pairs, config, axes, seed)
        self._axes, self._degradation, self._normalizer = axes, degradation, normalizer
        self._brightest: dict[int, float] = {}

    def __getitem__(self, key: Key) -> Patch:
        """Cut and degrade the patch of a key, ``(epoch, index)``."""
        rng = np.random.default_rng((self._seed, *key))
        number, region = self._place(rng)
        frame = self._frames[number]
        around = surroundings(region, frame.shape, self._degradation.surroundings)
        truth = self._pixels.read(frame, "target", around)
        made = self._degradation.degrade(truth, self._brightest_of(number), rng)
        inner = tuple(
            slice(part.start - outer.start, part.stop - outer.start)
            for part, outer in zip(region, around, strict=True)
        )
        fitted = self._fitted(made.input, inner)
        given = fitted.apply(made.input[:, *inner])
        wanted = fitted.apply_to_truth(made.target[:, *inner])
        return Patch(*augment((given, wanted), self._config, rng))

    def _brightest_of(self, number: int) -> float:
        """Return the largest pixel of a frame, read when it is first needed."""
        if number not in self._brightest:
            frame = self._frames[number]
            whole = tuple(slice(0, size) for size in frame.shape)
            self._brightest[number] = float(self._pixels.read(frame, "target", whole).max())
        return self._brightest[number]

    def _fitted(self, degraded: Floats, inner: Region) -> Normalization:
        """Fit the normalizer, ``(channel, [z,] y, x)``; return the map of a region inside."""
        dims = f"c{self._axes.replace('c', '')}"
        place = dict(zip(dims, (slice(0, len(degraded)), *inner), strict=True))
        return self._normalizer.fit(make_image(degraded, dims)).at(place)


def surroundings(region: Region, shape: tuple[int, ...], side: int) -> Region:
    """Return a larger region around one, inside the image where that is large enough.

    Parameters
    ----------
    region : tuple of slice
        May reach beyond the image.
    shape : tuple of int
        Pixels of the image along each axis.
    side : int
        Least size of the result along each axis, or the image's where that is smaller.
    """
    return tuple(_around(part, size, side) for part, size in zip(region, shape, strict=True))


def _around(part: slice, size: int, side: int) -> slice:
    length = part.stop - part.start
    wanted = max(length, min(side, size))
    if wanted >= size:
        return slice(min(part.start, 0), max(part.stop, size))
    start = min(max(part.start - (wanted - length) // 2, 0), size - wanted)
    return slice(start, start + wanted)
