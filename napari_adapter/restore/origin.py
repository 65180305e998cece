"""Which file a layer's pixels are those of: what was edited in the viewer is of none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from debcr_core.errors import Cancelled, DebcrError
from debcr_core.flow.opening import open_image
from debcr_core.flow.source import Source
from debcr_core.image import loaded
from debcr_core.image_blocks import blocks_of
from debcr_core.notices import listening
from napari_adapter.images.facts import facts_of

if TYPE_CHECKING:
    import xarray as xr
    from napari.layers import Image

    from debcr_core.plugins import Plugins
    from debcr_core.stopping import Stop


def told_origin(layers: Sequence[Image], channel: str | None) -> Source | None:
    """Return the file that layers say they are from, and the channel of it that they show.

    Parameters
    ----------
    layers : sequence of napari.layers.Image
        One; or several that are the channels of one image.
    channel : str or None
        The one channel that is taken of the layer.
    """
    facts = [facts_of(layer) for layer in layers]
    files = [known.get("source") for known in facts]
    first = files[0]
    if not isinstance(first, Source) or any(file != first for file in files):
        return None
    if len(layers) > 1:
        return replace(first, channel=None)
    shown = facts[0].get("channel", first.channel)
    taken = channel if shown is None else shown
    return replace(first, channel=None if taken is None else str(taken))


def checked_origin(
    told: Source | None, image: xr.DataArray, plugins: Plugins, stop: Stop
) -> Source | None:
    """Return the file that an image is said to be from, if its pixels are those of the file.

    An image in memory is compared wholly; of a lazy one, which nobody can paint into, a part.

    Parameters
    ----------
    told : Source or None
        As `told_origin` returns it.
    image : xarray.DataArray
        What a layer shows.
    plugins : Plugins
        Reads the file.
    stop : Stop
        Ends the comparison.
    """
    if told is None:
        return None
    try:
        told.check_unchanged()
        with listening():
            there = open_image(
                told.path, plugins, reader=told.reader, axes=told.axes, channel=told.channel
            )
            return told if _same(image, there, stop) else None
    except Cancelled:
        raise
    except (DebcrError, OSError):
        return None


def _same(image: xr.DataArray, there: xr.DataArray, stop: Stop) -> bool:
    if (image.dims, image.shape, image.dtype) != (there.dims, there.shape, there.dtype):
        return False
    for region, block in blocks_of(there):
        stop.check()
        here = loaded(image[region])
        if not np.array_equal(here, block, equal_nan=block.dtype.kind == "f"):
            return False
        if image.chunks is not None:
            break
    return True
