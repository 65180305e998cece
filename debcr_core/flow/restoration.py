"""The one data flow: read, normalise, tile, run the network, blend, undo, same axes and scale.

Everything that restores an image goes through `restore_blocks`: the Python call, the command
line, the viewer. It never holds more than one band of tiles of the input and the output.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from debcr_core.catalogs import DEFAULT_MODEL
from debcr_core.components import (
    Array,
    Floats,
    Model,
    Normalization,
    Position,
    Predictor,
    Region,
    Tile,
)
from debcr_core.errors import DebcrError
from debcr_core.flow.frames import frame_positions
from debcr_core.flow.halo import footprint
from debcr_core.flow.opening import Choice, open_image, open_model
from debcr_core.flow.output_on_disk import Piece, kept_on_disk
from debcr_core.flow.prediction import checked_predictor
from debcr_core.flow.restored_shape import keeps_channels, region_of, restored_like
from debcr_core.flow.stitching import Band, reflected, stitch
from debcr_core.flow.suitability import check_model_fits, warn_about
from debcr_core.plugins import Plugins
from debcr_core.trained import TrainedModel

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True)
class Progress:
    """How far the work is: `done` of `total` tiles."""

    done: int
    total: int


Callback = Callable[[Progress], None]


def restore(
    source: xr.DataArray | Array | str | Path,
    model: Choice = DEFAULT_MODEL,
    *,
    channel: str | None = None,
    device: str = "auto",
    trust_code: bool = False,
    progress: Callback | None = None,
    plugins: Plugins | None = None,
) -> xr.DataArray:
    """Restore an image.

    Parameters
    ----------
    source : xarray.DataArray, numpy.ndarray, str or Path
        An image with dims out of ``t c z y x``, a 2-D array (taken as ``yx``) or a file.
    model : str, Path, TrainedModel or Recipe
        What `debcr_core.load_model` takes or returns, or a recipe that names its weights.
    channel : str, optional
        Name or number of the one channel to restore; by default all, one by one.
    device : str
        ``auto`` (a GPU where there is one), ``cpu``, ``cuda``, ``cuda:1``, ``mps``.
    trust_code : bool
        Whether code that comes with a model's bundle may run.
    progress : callable, optional
        Called with a `Progress` after each tile. Raise `Cancelled` from it to stop.
    plugins : Plugins, optional
        Where components are found; by default whatever is installed.

    Returns
    -------
    xarray.DataArray
        float32, with the dims, shape, metadata and intensity scale of the input; with more or
        fewer channels where the network returns more or fewer than it sees.

    Raises
    ------
    DebcrError
        With a sentence that says what is wrong, where, and what to do.

    Examples
    --------
    >>> import numpy as np
    >>> noisy = np.random.default_rng(0).poisson(20, (200, 300))
    >>> restore(noisy, "denoise").shape
    (200, 300)
    """
    plugins = plugins or Plugins.discover()
    image = open_image(source, plugins, channel=channel)
    trained = open_model(model, plugins, trust_code=trust_code)
    restored = restored_like(image, trained.recipe.model)
    result = np.empty(restored.shape, np.float32)
    for region, block in restore_blocks(image, trained, device=device, progress=progress):
        result[region] = block
    dims = list(getattr(source, "dims", image.dims))
    if "c" in restored.dims and "c" not in dims:
        dims.insert(dims.index("t") + 1 if "t" in dims else 0, "c")
    return restored.copy(data=result).transpose(*dims)


def restore_blocks(
    image: xr.DataArray,
    trained: TrainedModel,
    *,
    device: str = "auto",
    progress: Callback | None = None,
) -> Iterator[tuple[Region, Floats]]:
    """Yield the restored image in pieces, ordered by position, each pixel once.

    Parameters
    ----------
    image : xarray.DataArray
        The degraded image.
    trained : TrainedModel
        Network, weights and recipe.
    device, progress
        As in `restore`.

    Yields
    ------
    (tuple of slice, numpy.ndarray)
        A slice per dim of the restored image (see `debcr_core.flow.restored_shape`), and float32
        pixels of that shape on the input's intensity scale.
    """
    model = trained.recipe.model
    check_model_fits(image, model)
    warn_about(image, trained)
    normalization = trained.recipe.normalizer.fit(image)
    pieces = _network_output(image, trained, normalization, device, progress)
    if normalization.needs_output:
        with kept_on_disk(pieces, restored_like(image, model), model) as (output, kept):
            yield from _undone(kept, normalization.fit_output(output), model)
    else:
        yield from _undone(pieces, normalization, model)


def _undone(
    pieces: Iterator[Piece], normalization: Normalization, model: Model
) -> Iterator[tuple[Region, Floats]]:
    """Bring the network's output to the input's scale, and yield it with its place."""
    for place, block in pieces:
        region = region_of(place, model)
        restored = normalization.at(place).undo(block)
        yield region, restored.reshape([part.stop - part.start for part in region])


def _network_output(
    image: xr.DataArray,
    trained: TrainedModel,
    normalization: Normalization,
    device: str,
    progress: Callback | None,
) -> Iterator[Piece]:
    """Yield what the network makes of the image, joined, with the part of the image it shows."""
    recipe = trained.recipe
    predict = checked_predictor(recipe.model, trained.weights, device)
    shape = tuple(image.sizes[axis] for axis in recipe.model.spatial_axes)
    tiles = recipe.tiler.grid(shape, footprint(recipe.model, predict))
    frames = list(frame_positions(image, recipe.model.axes))
    report = _counter(len(frames) * len(tiles), progress)
    try:
        for frame in frames:
            work = _Frame(image, frame, recipe.model, normalization, predict, report)
            for rows, block in stitch(tiles, shape, recipe.blender, work.predict_band):
                yield {**frame, work.spatial[0]: rows}, _time_first(block, recipe.model)
    except MemoryError as error:
        sides = [part.stop - part.start for part in tiles[0].read]
        raise DebcrError(
            f"Out of memory with tiles of {'×'.join(map(str, sides))} pixels: use smaller ones, "
            f"such as --tiler halo-grid tile={max(sides) // 2}, or --device cpu."
        ) from error


def _time_first(block: Floats, model: Model) -> Floats:
    """Bring the network's output, channels first, into the order of images' dims."""
    has_channels = block.ndim > len(model.spatial_axes)
    return np.moveaxis(block, 0, 1) if has_channels and "t" in model.axes else block


def _counter(total: int, progress: Callback | None) -> Callable[[], None]:
    done = 0

    def report() -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress(Progress(done, total))

    return report


@dataclass(frozen=True)
class _Frame:
    """What the network sees at once: a plane or a volume of the image, with its map."""

    image: xr.DataArray
    position: Position
    model: Model
    normalization: Normalization
    predict: Predictor
    report: Callable[[], None]

    @property
    def spatial(self) -> str:
        """The axes that are tiled."""
        return self.model.spatial_axes

    def predict_band(self, band: Band) -> Iterator[Floats]:
        """Yield the network's output for tiles that share the rows they read."""
        size = self.image.sizes[self.spatial[0]]
        rows = reflected(band[0].read[0].start, band[0].read[0].stop, size)
        first, last = int(rows.min()), int(rows.max()) + 1
        place = {**self.position, self.spatial[0]: slice(first, last)}
        pixels = np.asarray(self.image.isel(place).data)
        normal = self._channels_first(self.normalization.at(place).apply(pixels))
        for tile in band:
            yield self._predict_tile(normal, rows - first, tile)
            self.report()

    def _channels_first(self, normal: Floats) -> Floats:
        """Bring a part of the image, in the order of its dims, into that of the network."""
        return np.moveaxis(normal, 1, 0) if {"c", "t"} <= set(self.model.axes) else normal

    def _predict_tile(self, band: Floats, rows: Array, tile: Tile) -> Floats:
        others = [
            reflected(part.start, part.stop, self.image.sizes[axis])
            for part, axis in zip(tile.read[1:], self.spatial[1:], strict=True)
        ]
        pixels: Any = (..., *np.ix_(rows, *others))
        block = band[pixels]
        has_channels = "c" in self.model.axes
        batch = block[np.newaxis] if has_channels else block[np.newaxis, np.newaxis]
        # One tile a batch: some kernels round differently for other batch sizes.
        output: Floats = self.predict(np.ascontiguousarray(batch))[0]
        return output if has_channels or not keeps_channels(self.model) else output[0]
