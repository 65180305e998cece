"""Pixels of the input, read by the region, watched while statistics are taken of all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from debcr_core.components import Array, Floats, Normalization, Normalizer, Position, Region, Tile
from debcr_core.contracts import checked_pixels
from debcr_core.failures import calling
from debcr_core.flow.joining import reflected, reflected_range, relative
from debcr_core.flow.progress import Callback, Meter
from debcr_core.image import computed, loaded
from debcr_core.signature import LEFT_ALONE, Signature
from debcr_core.stopping import Stop

if TYPE_CHECKING:
    import xarray as xr

QUICK = 2**26
"""Bytes of an array in memory up to which statistics are taken of it at once."""


def watched(image: xr.DataArray, progress: Callback | None, stop: Stop) -> xr.DataArray:
    """Return the image for taking statistics: each block that is read counts, and can be the last.

    Parameters
    ----------
    image : xarray.DataArray
        Lazy, or in memory.
    progress : callable or None
        Told of the stage ``statistics``.
    stop : Stop
        Looked at before each block.
    """
    meter = Meter("statistics", image.size, progress, stop)
    if image.chunks is None and image.nbytes <= QUICK:
        return image
    import dask.array as da

    chunks = image.chunks or da.core.normalize_chunks("64MiB", image.shape, dtype=image.dtype)
    data = da.from_array(
        _Watched(image.data, meter),
        chunks=chunks,
        # Dask would name it by its content, for which it copies that.
        name=False,
        asarray=False,
        meta=np.empty((0,) * image.ndim, image.dtype),
    )
    return image.copy(data=data)


class _Watched:
    """An array that counts what is read of it."""

    def __init__(self, data: Any, meter: Meter) -> None:
        self.data, self.meter = data, meter
        self.shape, self.dtype, self.ndim = data.shape, data.dtype, data.ndim

    def __getitem__(self, region: Any) -> Array:
        self.meter.step(0)
        pixels = computed(self.data[region])
        self.meter.step(pixels.size)
        return pixels


Window = tuple[Region, Array]
"""A part of a frame, and its pixels."""


class FramePixels:
    """What the network sees at once, a plane or a volume of the image, read part by part.

    Parameters
    ----------
    image : xarray.DataArray
        The whole image.
    frame : mapping of str to int or slice
        Which part of it (see `debcr_core.flow.frames`).
    signature : Signature
        What the network takes.
    normalizer : Normalizer
        Whose map it is, for errors.
    normalization : Normalization
        Brings pixels to the network's scale.
    """

    def __init__(
        self,
        image: xr.DataArray,
        frame: Position,
        signature: Signature,
        normalizer: Normalizer,
        normalization: Normalization,
    ) -> None:
        self.frame = frame
        self._image, self._signature = image, signature
        self._normalizer, self._normalization = normalizer, normalization
        self._window: Window | None = None

    def place(self, part: Region) -> Position:
        """Return where a part of the frame is in the image."""
        return {**self.frame, **dict(zip(self._signature.spatial_axes, part, strict=True))}

    def hold(self, window: Window) -> None:
        """Keep a part of the frame that was read: parts of that part are not read again."""
        self._window = window

    def read(self, part: Region) -> Array:
        """Return a part of the frame, as `load` does, from what is held if that suffices."""
        if self._window is None or not _holds(self._window[0], part):
            return self.load(part)
        window, pixels = self._window
        inside = dict(zip(self._signature.spatial_axes, relative(part, window), strict=True))
        sliced = [dim for dim, index in self.frame.items() if isinstance(index, slice)]
        return pixels[tuple(inside.get(dim, slice(None)) for dim in sliced)]

    def load(self, part: Region) -> Array:
        """Read a part of the frame, as it is, in the order of the image's dims."""
        # Not to be written to: it may be the user's own array, and tiles have parts in common.
        pixels = loaded(self._image.variable.isel(self.place(part))).view()
        pixels.flags.writeable = False
        return pixels

    def tile(self, tile: Tile) -> Floats:
        """Return what the network sees of a tile: ``(1, channel, *tile shape)``, continued.

        Raises
        ------
        PluginError
            If the normalizer gives something else than float32 of the same shape.
        """
        sizes = [self._image.sizes[axis] for axis in self._signature.spatial_axes]
        bounds = [
            (part.start, part.stop, size) for part, size in zip(tile.read, sizes, strict=True)
        ]
        part = tuple(reflected_range(*bound) for bound in bounds)
        pixels = self.read(part)
        with calling(self._normalizer):
            made = self._normalization.at(self.place(part)).apply(pixels)
        normal = checked_pixels(self._normalizer, made, pixels.shape, "made")
        index: Any = np.ix_(
            *(reflected(*bound) - held.start for bound, held in zip(bounds, part, strict=True))
        )
        block = self._channels_first(normal)[(slice(None), *index)]
        return np.ascontiguousarray(block[np.newaxis])

    def _channels_first(self, normal: Floats) -> Floats:
        """Bring a part of the image, in the order of its dims, into that of the network."""
        if "c" not in self._signature.axes:
            return normal[np.newaxis]
        return np.moveaxis(normal, 1, 0) if "t" in self._signature.axes else normal

    def undone(self, output: Floats, part: Region) -> Floats:
        """Return the network's output for a part, brought to the image's scale.

        Parameters
        ----------
        output : numpy.ndarray
            float32, in the order of the image's dims, with ``c`` always among them.
        part : tuple of slice
            A slice per spatial axis.

        Returns
        -------
        numpy.ndarray
            float32, of the same shape.

        Raises
        ------
        PluginError
            If the normalizer gives something else than float32 of the same shape.
        """
        kinds, ordered = self._signature.kinds, np.ascontiguousarray(output)
        given = self.read(part)
        with calling(self._normalizer):
            made = self._normalization.at(self.place(part)).undo(ordered, given, kinds)
        restored = checked_pixels(self._normalizer, made, ordered.shape, "brought back")
        left = [number for number, kind in enumerate(kinds) if kind in LEFT_ALONE]
        if left:
            alone: Any = (slice(None), left) if "t" in self._signature.axes else left
            restored = restored.copy()
            restored[alone] = ordered[alone]
        return restored


def _holds(window: Region, part: Region) -> bool:
    return all(
        outer.start <= inner.start and inner.stop <= outer.stop
        for outer, inner in zip(window, part, strict=True)
    )
