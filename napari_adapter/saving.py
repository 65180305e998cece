"""What napari calls to save image layers: into every format of the core, with their metadata.

Several layers of one shape are the channels of one image. A file appears under its name only when
it is whole; whether one of that name is replaced, napari asks.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from debcr_core.errors import UsageError
from debcr_core.files.writing import find_writer, write_image
from debcr_core.image import channel_names, make_image
from debcr_core.image_extras import with_extras
from napari_adapter.images.facts import Facts, facts_of
from napari_adapter.images.from_layer import image_of
from napari_adapter.installed import installed
from napari_adapter.notifying import notifying

if TYPE_CHECKING:
    import xarray as xr
    from napari.layers import Image

LayerTuple = tuple[Any, dict[str, Any], str]


def save(path: str, layers: Sequence[LayerTuple], *, suffix: str) -> list[str]:
    """Write image layers into one file, and return its path.

    Parameters
    ----------
    path : str
        Where to; its suffix chooses the format.
    layers : sequence of tuple
        Data, arguments and kind of each, as napari gives them.
    suffix : str
        Of the format that was chosen, for a name without that of any.

    Raises
    ------
    DebcrError
        If the format cannot hold them, the place cannot be written, or the layers are not the
        channels of one image.
    """
    from napari.layers import Layer

    plugins = installed()
    known = {each for writer in plugins.classes("writer") for each in writer.suffixes}
    place = Path(path if path.lower().endswith(tuple(known)) else path + suffix)
    writer = find_writer(place, plugins)
    made = [Layer.create(data, arguments, kind) for data, arguments, kind in layers]
    _refuse_own_source(place, made)
    with notifying():
        write_image(saved_image(made), place, plugins, writer=writer, overwrite=True)
    return [str(place)]


write_tiff = partial(save, suffix=".tif")
write_ome_tiff = partial(save, suffix=".ome.tif")
write_ome_zarr = partial(save, suffix=".ome.zarr")
write_npz = partial(save, suffix=".npz")
write_npy = partial(save, suffix=".npy")
write_png = partial(save, suffix=".png")
write_jpeg = partial(save, suffix=".jpg")


def saved_image(layers: Sequence[Image]) -> xr.DataArray:
    """Return the image of one layer, or of several that are its channels.

    Parameters
    ----------
    layers : sequence of napari.layers.Image
        Of results, how they were made is kept, if all channels are there.

    Raises
    ------
    UsageError
        If they differ in shape, axes or pixel size, or some are in colours.
    """
    images = [image_of(layer) for layer in layers]
    image = images[0] if len(images) == 1 else _joined(layers, images)
    record = _record([facts_of(layer) for layer in layers])
    if record is None:
        return image
    made = {"region": None, "dtype": str(image.dtype), **record}
    return image.assign_attrs(restoration=json.dumps(made))


def _record(facts: Sequence[Facts]) -> dict[str, Any] | None:
    """Return how an image was made, if all of it is in layers that say the same."""
    record: dict[str, Any] | None = facts[0].get("record")
    same = all(each.get("record") == record for each in facts)
    whole = facts[0].get("of", len(facts)) == len(facts)
    partial_ = any(each.get("partial") for each in facts)
    return record if same and whole and not partial_ else None


def _joined(layers: Sequence[Image], images: Sequence[xr.DataArray]) -> xr.DataArray:
    """Return the image of which layers are the channels."""
    for layer, image in zip(layers[1:], images[1:], strict=True):
        _check_fits(layer, image, layers[0], images[0])
    channels = [image if "c" in image.dims else image.expand_dims("c") for image in images]
    first = channels[0]
    axis = first.dims.index("c")
    names = [
        name
        for layer, image in zip(layers, channels, strict=True)
        for name in channel_names(image) or [layer.name] * image.sizes["c"]
    ]
    made = make_image(
        _concatenated([image.transpose(*first.dims).data for image in channels], axis),
        "".join(map(str, first.dims)),
        pixel_size=first.attrs["pixel_size"],
        unit=first.attrs["unit"],
        channels=names,
    )
    return with_extras(made, images[0])


def _check_fits(layer: Image, image: xr.DataArray, first: Image, like: xr.DataArray) -> None:
    """Refuse a layer that is no channel of the image that the first one is of."""
    sizes, wanted = ({d: n for d, n in i.sizes.items() if d != "c"} for i in (image, like))
    what = None
    if layer.rgb or first.rgb:
        what = "at least one of them is in colours"
    elif sizes != wanted:
        what = f"their sizes are {_shown(sizes)} and {_shown(wanted)}"
    elif any(image.attrs[key] != like.attrs[key] for key in ("pixel_size", "unit")):
        what = "their pixel sizes differ"
    if what is not None:
        raise UsageError(
            f'The layers "{layer.name}" and "{first.name}" are not channels of one image: {what}. '
            "Save them one by one."
        )


def _shown(sizes: dict[Any, int]) -> str:
    return ", ".join(f"{dim} {size}" for dim, size in sizes.items())


def _concatenated(pixels: Sequence[Any], axis: int) -> Any:
    """Return arrays of numpy or dask side by side, of a type that holds the values of all."""
    if all(isinstance(each, np.ndarray) for each in pixels):
        return np.concatenate(pixels, axis)
    import dask.array as da

    return da.concatenate(pixels, axis)


def _refuse_own_source(path: Path, layers: Sequence[Image]) -> None:
    """Refuse to replace a file that is read as the layers are looked at."""
    for layer in layers:
        source = facts_of(layer).get("source")
        lazy = image_of(layer).chunks is not None
        if source is not None and lazy and source.path.resolve() == path.resolve():
            raise UsageError(
                f'The layer "{layer.name}" is read from {path} piece by piece, as it is needed: '
                "save it under another name."
            )
