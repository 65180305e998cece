"""What is settled of restoring one image, before any of it is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from debcr_core.components import Floats, Normalization, Position, Region
from debcr_core.errors import DebcrWarning
from debcr_core.flow.contrast import Stretch
from debcr_core.flow.joining import Grid
from debcr_core.flow.network import OpenNetwork
from debcr_core.flow.source import Source
from debcr_core.recipe import Recipe

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True)
class Kept:
    """Values of the output that are there already.

    Attributes
    ----------
    values : numpy.ndarray
        float32, of the region's shape.
    region : tuple of slice
        Which part of the restored image they are.
    undone : bool
        Whether they are on the image's scale, or on the network's.
    """

    values: Floats
    region: Region
    undone: bool


@dataclass(frozen=True)
class FirstTile:
    """What the network made of the first tile, by which it was seen that memory is enough.

    Attributes
    ----------
    frame : mapping of str to int or slice
        Which part of the image the tile is of (see `debcr_core.flow.frames`).
    number : int
        Which of the grid's tiles it is.
    output : numpy.ndarray
        float32 ``(channel, *tile shape)``.
    """

    frame: Position
    number: int
    output: Floats


@dataclass(frozen=True, eq=False)
class Outline:
    """The facts of a plan (`debcr_core.Plan`), from which any part of the result follows.

    Attributes
    ----------
    network : OpenNetwork
        The network; a `debcr_core.Runner`.
    image : xarray.DataArray
        The degraded image.
    recipe : Recipe
        With the parameters of all parts.
    normalization : Normalization
        The map between the image's scale and the network's, fitted to the whole image.
    grid : Grid
        The tiles of each frame, and how they are joined.
    template : xarray.DataArray
        An image like the result: dims, shape, float32, metadata; its values are all zero.
    warnings : tuple of DebcrWarning
        What the user should know.
    stretch : Stretch, numpy.dtype or None
        How the contrast is stretched: settled, or for which pixel type it is to be.
    source : Source or None
        The file that the image is from.
    kept : Kept or None
        What a first pass over the output has made.
    first : FirstTile or None
        What was computed already.
    """

    network: OpenNetwork
    image: xr.DataArray
    recipe: Recipe
    normalization: Normalization
    grid: Grid
    template: xr.DataArray
    warnings: tuple[DebcrWarning, ...] = ()
    stretch: Stretch | np.dtype[Any] | None = None
    source: Source | None = None
    kept: Kept | None = None
    first: FirstTile | None = None

    @property
    def two_passes(self) -> bool:
        """Whether finishing a pixel needs statistics of the whole output, which are not there."""
        unsettled = self.normalization.needs_output or isinstance(self.stretch, np.dtype)
        return self.kept is None and unsettled
