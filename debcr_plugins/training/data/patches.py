"""Patches that a network is trained on, cut from images when they are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import NamedTuple

import numpy as np

from debcr_core.components import Floats, Region
from debcr_core.errors import UsageError
from debcr_core.notices import say
from debcr_plugins.pairs.normalized import NormalizedPair
from debcr_plugins.training.data.augmentation import augment
from debcr_plugins.training.data.blind_spots import hide_pixels
from debcr_plugins.training.data.frames import Frame, frames_of
from debcr_plugins.training.data.patch_config import PatchConfig
from debcr_plugins.training.data.pixels import Pixels
from debcr_plugins.training.data.positions import draw_frame, draw_start
from debcr_plugins.training.data.sampling import Key
from debcr_plugins.training.data.signal_map import SignalMap, signal_map

BLOCKS_PER_PATCH = 8


class Patch(NamedTuple):
    """Input and target, float32, ``(channel, [z,] y, x)``, on the network's scale."""

    input: Floats
    target: Floats


class MaskedPatch(NamedTuple):
    """A patch whose loss counts only where `mask` is 1 (Noise2Void); all of one shape."""

    input: Floats
    target: Floats
    mask: Floats


class Patches:
    """Endlessly many patches, each a function of the seed and its key alone.

    A map-style data set for `torch.utils.data.DataLoader`, whose sampler gives keys with indices of
    `debcr_plugins.training.data.sampling.EpochSampler`.

    Parameters
    ----------
    pairs : sequence of NormalizedPair
        The images, one at least.
    config : PatchConfig
        How patches are cut, chosen and varied.
    axes : str
        Axes that the model sees at once. Planes along others are further images to draw from.
    seed : int
        Another seed gives other patches.

    Raises
    ------
    UsageError
        If the patch's size does not fit the axes.
    """

    def __init__(
        self, pairs: Sequence[NormalizedPair], config: PatchConfig, axes: str, seed: int
    ) -> None:
        self.shape = config.shape(axes)
        self._config, self._seed = config, seed
        self._frames = frames_of(pairs, axes)
        self._ends = np.cumsum([frame.area for frame in self._frames], dtype=np.int64)
        self._pixels = Pixels(pairs, axes)
        self._maps: dict[int, SignalMap] = {}
        self._warn_of_small_images(pairs)

    def __len__(self) -> int:
        """Patches in an epoch: as configured, or as many as cover the images once."""
        covering = round(int(self._ends[-1]) / prod(self.shape))
        return self._config.per_epoch or max(1, covering)

    def __getitem__(self, key: Key) -> Patch | MaskedPatch:
        """Cut the patch of a key, ``(epoch, index)``."""
        rng = np.random.default_rng((self._seed, *key))
        number, region = self._place(rng)
        frame = self._frames[number]
        cut = (
            self._pixels.read(frame, "input", region),
            self._pixels.read(frame, "target", region),
        )
        degraded, target = augment(cut, self._config, rng)
        if self._config.blind_spots is None:
            return Patch(degraded, target)
        hidden, mask = hide_pixels(degraded, self._config.blind_spots, rng)
        return MaskedPatch(hidden, degraded, mask)

    def _place(self, rng: np.random.Generator) -> tuple[int, Region]:
        """Return the number of the frame that a patch is cut from, and where."""
        number = draw_frame(self._ends, rng)
        start = draw_start(
            self._frames[number],
            self.shape,
            self._config.prefer_signal,
            lambda: self._map(number),
            rng,
        )
        region = tuple(
            slice(first, first + side) for first, side in zip(start, self.shape, strict=True)
        )
        return number, region

    def _map(self, number: int) -> SignalMap:
        """Return the map of a frame's signal, made when it is first needed."""
        if number not in self._maps:
            frame = self._frames[number]
            block = tuple(max(1, side // BLOCKS_PER_PATCH) for side in self.shape)
            self._maps[number] = signal_map(
                lambda region: self._pixels.read(frame, "target", region), frame.shape, block
            )
        return self._maps[number]

    def _warn_of_small_images(self, pairs: Sequence[NormalizedPair]) -> None:
        small = sorted({pairs[f.number].pair.name for f in self._frames if self._exceeds(f)})
        if small:
            size = "×".join(map(str, self.shape))
            say(
                f"{len(small)} of {len(pairs)} images are smaller than a patch of {size} pixels "
                f"and are continued by reflection, such as {small[0]}.",
                kind="small-images",
            )

    def _exceeds(self, frame: Frame) -> bool:
        return any(side > size for side, size in zip(self.shape, frame.shape, strict=True))


def patches(pairs: Sequence[NormalizedPair], config: PatchConfig, axes: str, seed: int) -> Patches:
    """Return the patches of some pairs (see `Patches`).

    Warns
    -----
    DebcrWarning
        If images are smaller than a patch.

    Raises
    ------
    UsageError
        If the patch's size does not fit the axes, there are no images, or they have no targets
        and no blind spots are asked for.
    """
    _check_targets(pairs, config)
    return Patches(pairs, config, axes, seed)


def _check_targets(pairs: Sequence[NormalizedPair], config: PatchConfig) -> None:
    if not pairs:
        raise UsageError("There is no image to train on.")
    if config.blind_spots is not None and pairs[0].pair.target is not pairs[0].pair.input:
        say(
            "With blind_spots the network learns from the inputs alone: targets serve to validate "
            "and to test.",
            kind="targets-unused",
        )
    if config.blind_spots is None and pairs[0].pair.target is pairs[0].pair.input:
        raise UsageError(
            "The images have no targets: name them (target), or train without any by hiding "
            "pixels (blind_spots)."
        )
