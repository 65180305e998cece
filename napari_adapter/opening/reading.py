"""One image of a file becomes what its layers are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from debcr_core.components import Part, Reader
from debcr_core.errors import DebcrError
from debcr_core.files.damaged_files import damage_explained
from debcr_core.files.guessed_axes import NamelessAxesError
from debcr_core.files.reading import choose_reader, read_image
from debcr_core.flow.opening import open_source
from debcr_core.flow.source import Source
from debcr_core.notices import listening, others_silenced
from debcr_core.plugins import Plugins
from napari_adapter.images.facts import KEY
from napari_adapter.images.layer_data import LayerData, layer_data
from napari_adapter.opening import asking

if TYPE_CHECKING:
    import xarray as xr


def layers_in(part: Part, name: str, plugins: Plugins) -> list[LayerData]:
    """Return what the layers of an image in a file are made of.

    Where the file does not say which axis is which, it is asked; without an answer there are none.

    Parameters
    ----------
    part : Part
        The image, as `debcr_core.find_images` returns it.
    name : str
        What the layers are to be called.
    plugins : Plugins
        What is installed.

    Raises
    ------
    DebcrError
        As `debcr_core.read_image`.
    """
    try:
        return _layers(part, name, None, plugins)
    except NamelessAxesError as error:
        axes = asking.which_axes(error)
        return _layers(part, name, axes, plugins) if axes else []


def _layers(part: Part, name: str, axes: str | None, plugins: Plugins) -> list[LayerData]:
    reader = part.reader or choose_reader(part.path, plugins)
    image, source = open_source(part.path, plugins, reader=reader, axes=axes, lazily=True)
    coarser = _coarser(replace(part, reader=reader), image, axes, plugins)
    made = layer_data(image, name, coarser=coarser, colours=_colours(part.path, reader))
    for _, arguments, _ in made:
        facts = arguments["metadata"][KEY]
        facts["source"] = _of_channel(source, facts)
    return made


def _colours(path: Path, reader: Reader) -> tuple[str, ...]:
    """Return the colours that a file gives its channels; none where what says so is amiss."""
    try:
        with listening(), others_silenced(), damage_explained(path, reader.name):
            return reader.colours(path)
    except DebcrError:
        return ()


def _of_channel(source: Source | None, facts: dict[str, Any]) -> Source | None:
    """Return the source of one channel, where a layer shows one of several."""
    channel = facts.get("channel")
    return source if source is None or channel is None else replace(source, channel=channel)


def _coarser(
    part: Part, image: xr.DataArray, axes: str | None, plugins: Plugins
) -> Sequence[xr.DataArray]:
    """Return the image at the lower resolutions that its file holds; none where one is amiss."""
    if part.reader is None:
        return ()
    try:
        with listening():
            readers = part.reader.coarser(part.path)
            levels = [read_image(part.path, plugins, reader=each, axes=axes) for each in readers]
    except DebcrError:
        return ()
    return levels if all(_is_coarser(level, image) for level in levels) else ()


def _is_coarser(level: xr.DataArray, image: xr.DataArray) -> bool:
    """Say whether a level shows an image, with fewer pixels."""
    same = level.dims == image.dims and level.sizes.get("c") == image.sizes.get("c")
    return same and level.dtype == image.dtype and level.size < image.size
