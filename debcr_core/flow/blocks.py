"""The blocks of an image's result: computed in any order and division, the bytes are the same."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import closing
from functools import partial
from itertools import product
from math import prod

import numpy as np

from debcr_core.components import Floats, Position, Region
from debcr_core.errors import DebcrError
from debcr_core.flow.ahead import ahead
from debcr_core.flow.frames import frame_positions
from debcr_core.flow.input_pixels import FramePixels, Window
from debcr_core.flow.joining import extent, relative
from debcr_core.flow.outline import Kept, Outline
from debcr_core.flow.progress import Callback, Meter, Stage
from debcr_core.flow.restored_shape import region_of
from debcr_core.image import DIMS
from debcr_core.stopping import Stop

HELD = 2**21
"""Bytes of input that are read at once, and kept while the tiles in them are computed."""
REMEMBERED = 2**24
"""Bytes of output of tiles that are kept until the tiles which overlap them are there."""


class Remembered:
    """Outputs of tiles, the last ones kept within a budget: for one thread.

    Parameters
    ----------
    budget : int
        Bytes.
    """

    def __init__(self, budget: int = REMEMBERED) -> None:
        self._budget = budget
        self._outputs: OrderedDict[Hashable, Floats] = OrderedDict()

    def output(self, key: Hashable, compute: Callable[[], Floats]) -> Floats:
        """Return the output of a tile, computed where it is not known."""
        if key in self._outputs:
            self._outputs.move_to_end(key)
            return self._outputs[key]
        output = self._outputs[key] = compute()
        while len(self._outputs) > 1 and len(self._outputs) * output.nbytes > self._budget:
            self._outputs.popitem(last=False)
        return output


def computed(
    outline: Outline,
    place: Region,
    progress: Callback | None,
    stop: Stop,
    *,
    undo: bool,
    remembered: Remembered | None = None,
) -> Iterator[tuple[Region, Floats]]:
    """Yield the blocks of a region, on the image's scale (`undo`) or on the network's."""
    signature, outputs = outline.network.signature, remembered or Remembered()
    frames, spatial = frames_of(outline, place)
    rows = list(outline.grid.cells(spatial, row_of(outline)))
    meter = Meter(stage_of(outline), len(frames) * sum(map(len, rows)), progress, stop)
    places = [] if outline.kept else product(frames, rows)
    with closing(ahead(partial(_window, outline), places)) as windows:
        for frame in frames:
            for part, block in _frame_blocks(
                outline, frame, rows, windows, outputs, stop, undo=undo
            ):
                yield _cropped(region_of({**frame, **part}, signature), block, place)
                meter.step()


def _window(outline: Outline, place: tuple[Position, list[Region]]) -> Window:
    """Read what the tiles of a row of cells need."""
    frame, row = place
    part = outline.grid.window(row)
    return part, pixels_of(outline, frame).load(part)


def stage_of(outline: Outline) -> Stage:
    """Return what computing blocks is called: with a first pass made, they are only written."""
    return "writing" if outline.kept else "tiles"


def steps_of(outline: Outline, place: Region) -> int:
    """Return in how many blocks `computed` yields a region."""
    frames, spatial = frames_of(outline, place)
    return len(frames) * outline.grid.cell_count(spatial)


def frames_of(outline: Outline, place: Region) -> tuple[list[Position], Region]:
    """Return the frames of which a region of the result is made, and where it lies in each."""
    signature = outline.network.signature
    bounds = dict(zip(map(str, outline.template.dims), place, strict=True))
    spatial = tuple(bounds[axis] for axis in signature.spatial_axes)
    return list(frame_positions(outline.image, signature.axes, seen(outline, bounds))), spatial


def seen(outline: Outline, bounds: Mapping[str, slice]) -> dict[str, slice]:
    """Return which indices of the image's dims a region of the result is made of."""
    signature = outline.network.signature
    within = {dim: bound for dim, bound in bounds.items() if dim in outline.image.dims}
    if "c" not in within or (signature.keeps_channels and "c" not in signature.axes):
        return within
    if "c" in signature.axes:
        return {**within, "c": slice(0, outline.image.sizes["c"])}
    made, channels = len(signature.channels_out), bounds["c"]
    return {**within, "c": slice(channels.start // made, -(-channels.stop // made))}


def row_of(outline: Outline) -> int:
    """Return how many neighbouring cells to compute before those of the next row."""
    middle = tuple(cuts[len(cuts) // 2] for cuts in outline.grid.cuts)
    signature, pixels = outline.network.signature, prod(outline.grid.tile_shape)
    held = pixels * signature.channels_in * outline.image.dtype.itemsize
    output = pixels * len(signature.channels_out) * 4 * len(outline.grid.needed(middle))
    return max(1, min(HELD // held, REMEMBERED // output))


def _frame_blocks(
    outline: Outline,
    frame: Position,
    rows: list[list[Region]],
    windows: Iterator[Window],
    remembered: Remembered,
    stop: Stop,
    *,
    undo: bool,
) -> Iterator[tuple[Position, Floats]]:
    """Yield the blocks of one frame, with their place along the axes that are tiled.

    Their dims are those that the network sees, in the order of images, and always ``c``.
    """
    axes = outline.network.signature.spatial_axes
    pixels = pixels_of(outline, frame)

    def compute(number: int) -> Floats:
        first = outline.first
        if first is not None and (first.frame, first.number) == (frame, number):
            return first.output
        return tile_output(outline, pixels, number, stop)

    where = str(frame)

    def outputs(number: int) -> Floats:
        return remembered.output((where, number), lambda: compute(number))

    for row in rows:
        if outline.kept is None:
            pixels.hold(next(windows))
        for cell in row:
            part = dict(zip(axes, cell, strict=True))
            block = _joined(outline, cell, {**frame, **part}, outputs)
            if undo and not (outline.kept and outline.kept.undone):
                block = pixels.undone(block, cell)
            yield part, block


def pixels_of(outline: Outline, frame: Position) -> FramePixels:
    """Return the pixels of a frame, as the network sees them."""
    return FramePixels(
        outline.image,
        frame,
        outline.network.signature,
        outline.recipe.normalizer,
        outline.normalization,
    )


def tile_output(outline: Outline, pixels: FramePixels, number: int, stop: Stop) -> Floats:
    """Return what the network makes of a tile: ``(channel, *tile shape)``."""
    # One tile a batch: some kernels round differently for other batch sizes.
    output: Floats = outline.network.predict(pixels.tile(outline.grid.tiles[number]), stop)[0]
    return output


def _joined(
    outline: Outline, cell: Region, place: Position, outputs: Callable[[int], Floats]
) -> Floats:
    """Return what the network makes of a cell: from its tiles, or from what was kept."""
    if outline.kept is not None:
        return _looked_up(outline, region_of(place, outline.network.signature), outline.kept)
    try:
        block = outline.grid.join(cell, outputs)
    except MemoryError as error:
        sides = outline.grid.tile_shape
        raise DebcrError(
            f"Out of memory with tiles of {'×'.join(map(str, sides))} pixels.",
            advice=f"Use smaller ones, such as --tiler halo-grid tile={max(sides) // 2}, or "
            "--device cpu.",
            kind="memory",
        ) from error
    return np.moveaxis(block, 0, 1) if "t" in outline.network.signature.axes else block


def _looked_up(outline: Outline, region: Region, kept: Kept) -> Floats:
    sizes = {"c": 1, **dict(zip(map(str, outline.template.dims), extent(region), strict=True))}
    shape = [sizes[dim] for dim in DIMS if dim == "c" or dim in outline.network.signature.axes]
    return np.array(kept.values[relative(region, kept.region)]).reshape(shape)


def _cropped(region: Region, block: Floats, place: Region) -> tuple[Region, Floats]:
    """Return what of a block lies in `place`; a frame may have more channels than are wanted."""
    block = block.reshape(extent(region))
    kept = tuple(
        slice(max(part.start, bound.start), min(part.stop, bound.stop))
        for part, bound in zip(region, place, strict=True)
    )
    return kept, block[relative(kept, region)]
