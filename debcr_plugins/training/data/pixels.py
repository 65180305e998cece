"""Read regions of frames, normalised, from memory where all images fit there, else from files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from debcr_core.components import Floats, Position, Region
from debcr_core.flow.joining import reflected
from debcr_core.image import loaded
from debcr_plugins.pairs.normalized import NormalizedPair
from debcr_plugins.training.data.frames import Frame

if TYPE_CHECKING:
    import xarray as xr

Side = Literal["input", "target"]

KEPT_BYTES = 2**31
"""Images that are larger when decoded, all together, are not kept in memory."""


class Pixels:
    """Pixels of pairs on the network's scale.

    Images that fit into memory are decoded once, when first asked for. Of larger ones each
    region is read by itself: quick in NPY and OME-Zarr, while in a compressed TIFF all strips
    that it touches are decoded again.

    Parameters
    ----------
    pairs : sequence of NormalizedPair
        The images.
    axes : str
        Axes that the model sees at once.
    """

    def __init__(self, pairs: Sequence[NormalizedPair], axes: str) -> None:
        self._pairs = pairs
        self._axes = axes
        images = [image for each in pairs for image in (each.pair.input, each.pair.target)]
        self._keeps = sum(image.nbytes for image in images) <= KEPT_BYTES
        self._kept: dict[tuple[int, Side], xr.DataArray] = {}

    def read(self, frame: Frame, side: Side, region: Region) -> Floats:
        """Return a region of a frame, continued beyond the image by reflection.

        Parameters
        ----------
        frame : Frame
            Where.
        side : {"input", "target"}
            Which image of the pair.
        region : tuple of slice
            One for each axis that the model tiles; may reach beyond the image.

        Returns
        -------
        numpy.ndarray
            float32, ``(channel, *shape of region)``.
        """
        spatial = self._axes.replace("c", "")
        indices = [
            reflected(part.start, part.stop, size)
            for part, size in zip(region, frame.shape, strict=True)
        ]
        inside = [slice(int(index.min()), int(index.max()) + 1) for index in indices]
        place = {**frame.position, **dict(zip(spatial, inside, strict=True))}
        block = self._normal(frame.number, side, place)
        local = [index - part.start for index, part in zip(indices, inside, strict=True)]
        pixels: Any = (slice(None), *np.ix_(*local))
        return np.asarray(block[pixels])

    def _normal(self, number: int, side: Side, place: Position) -> Floats:
        """Return part of an image on the network's scale, channels first."""
        each = self._pairs[number]
        pixels = loaded(self._image(number, side).isel(place))
        if side == "input" or each.pair.target is each.pair.input:
            # What is hidden from the network and asked of it is noisy itself, and no truth.
            block = each.input_map.at(place).apply(pixels)
        else:
            block = each.target_map.at(place).apply_to_truth(pixels)
        if "c" not in self._axes:
            return block[np.newaxis]
        return np.moveaxis(block, 1, 0) if "t" in self._axes else block

    def _image(self, number: int, side: Side) -> xr.DataArray:
        pair = self._pairs[number].pair
        image = pair.input if side == "input" or pair.target is pair.input else pair.target
        if not self._keeps or image.chunks is None:
            return image
        key: tuple[int, Side] = (number, "input" if image is pair.input else "target")
        if key not in self._kept:
            self._kept[key] = image.copy(data=loaded(image))
        return self._kept[key]
