"""Read an OME-Zarr image: metadata through yaozarrs, chunks through zarr-python."""

from __future__ import annotations

import json
import re
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

import zarr
from pydantic import ValidationError
from yaozarrs import v04, v05

from debcr_core.errors import ReadError, UsageError
from debcr_core.files.lazy import Rearranged, lazy_image
from debcr_core.image import DIMS
from debcr_core.notices import others_silenced
from debcr_plugins.formats.asking import asking
from debcr_plugins.formats.guessing import guess_axes
from debcr_plugins.formats.zarr.checked_blosc import with_checked_blosc
from debcr_plugins.formats.zarr.chunks import check_chunks
from debcr_plugins.formats.zarr.group_metadata import RESTORATION
from debcr_plugins.formats.zarr.labels import label_folder
from debcr_plugins.formats.zarr.levels import coarser_levels
from debcr_plugins.formats.zarr.one_by_one import OneByOne

if TYPE_CHECKING:
    import xarray as xr

LISTED = 5
COLOUR = re.compile(r"[0-9a-fA-F]{6}")
MODELS: dict[str, Any] = {"0.4": v04, "0.5": v05}


def read(path: Path, level: int) -> xr.DataArray:
    """Return one resolution level of an image in a local folder.

    Parameters
    ----------
    path : Path
        The folder.
    level : int
        Which resolution; 0 is the finest.
    """
    node: Any = zarr.open(path, mode="r")
    if isinstance(node, zarr.Array):
        check_chunks(node, path)
        return _image(node, _plain_axes(node, path))
    metadata = metadata_of(node)
    if not metadata.get("multiscales"):
        raise ReadError(_no_image(node, path))
    multiscale = _multiscale(metadata, path)
    if level >= len(multiscale.datasets):
        coarsest = len(multiscale.datasets) - 1
        raise UsageError(
            f"{path} has no level {level}: its coarsest is level {coarsest}.",
            advice=f"Choose it: {asking('ome-zarr', 'level', coarsest)}.",
            kind="several-images",
        )
    dataset = multiscale.datasets[level]
    array = _array_of(node, dataset.path, path)
    check_chunks(array, path / dataset.path)
    axes = "".join(map(_dim, multiscale.axes))
    channels = _channels(metadata)
    fits = "c" in axes and channels and len(channels) == array.shape[axes.index("c")]
    image = _image(
        array,
        axes,
        pixel_size=_pixel_size(multiscale, dataset),
        unit={_dim(axis): axis.unit for axis in multiscale.axes if axis.unit},
        channels=channels if fits else None,
    )
    return image.assign_attrs(_beside(multiscale, level, path))


def _array_of(group: Any, name: str, path: Path) -> Any:
    """Return the array of a level, which the metadata name."""
    array = group.get(name)
    if isinstance(array, zarr.Array):
        return array
    there = ", ".join(sorted(group.array_keys())[:LISTED]) or "none"
    raise ReadError(
        f'The metadata of {path} name the array "{name}", which is not there (arrays in it: '
        f"{there}): copy or export it again."
    )


def _beside(multiscale: Any, level: int, path: Path) -> dict[str, Any]:
    """Return what lies beside a level: coarser ones, and label images."""
    levels = coarser_levels([_scales(multiscale, each) for each in multiscale.datasets], level)
    labels = label_folder(path)
    found = {"levels": levels, "label_images": None if labels is None else str(labels)}
    return {key: value for key, value in found.items() if value}


def files_of(path: Path, level: int) -> list[Path]:
    """Return the files that one resolution level lies in: its metadata and its chunks.

    What else is in the folder, such as labels or coarser levels, may change meanwhile.
    """
    folder = path / _level_path(path, level)
    if not folder.resolve().is_relative_to(path.resolve()):
        raise ReadError(f"The metadata of {path} lead out of the folder: it is not read.")
    inside = [file for file in folder.rglob("*") if file.is_file()]
    return sorted({*inside, *(file for file in path.iterdir() if file.is_file())})


def count_levels(path: Path) -> int:
    """Return how many resolution levels an image has; of an array without levels, one."""
    return len(_level_paths(path)) or 1


def _level_path(path: Path, level: int) -> str:
    """Return where a level lies in an image's folder; empty for an array without levels."""
    paths = _level_paths(path)
    return paths[level] if level < len(paths) else ""


def _level_paths(path: Path) -> list[str]:
    """Return where the levels lie in an image's folder; none for an array without levels."""
    node: Any = zarr.open(path, mode="r")
    if isinstance(node, zarr.Array):
        return []
    metadata = metadata_of(node)
    if not metadata.get("multiscales"):
        return []
    return [str(dataset.path) for dataset in _multiscale(metadata, path).datasets]


def read_colours(path: Path) -> tuple[str, ...]:
    """Return a colour for each channel, ``#rrggbb``, if each has one."""
    omero = metadata_of(zarr.open(path, mode="r")).get("omero") or {}
    colours = [str(channel.get("color", "")) for channel in omero.get("channels", [])]
    valid = all(COLOUR.fullmatch(colour) for colour in colours)
    return tuple(f"#{colour.lower()}" for colour in colours) if valid else ()


def read_restoration(path: Path) -> str | None:
    """Return the record of a restoration among an image's attributes, if it is there."""
    node: Any = zarr.open(path, mode="r")
    record = node.attrs.get(RESTORATION)
    return None if record is None else json.dumps(record)


def _image(array: Any, dims: str, **facts: Any) -> xr.DataArray:
    pixels = OneByOne(with_checked_blosc(array))
    return lazy_image(Rearranged.whole(pixels), dims, array.chunks, **facts)


def _multiscale(metadata: dict[str, Any], path: Path) -> Any:
    return validated(metadata, metadata["multiscales"][0], "Multiscale", path)


def validated(metadata: dict[str, Any], raw: dict[str, Any], model: str, path: Path) -> Any:
    """Return a part of a group's metadata as one of yaozarrs' models.

    Parameters
    ----------
    metadata : dict
        What the group's attributes say.
    raw : dict
        The part of it.
    model : str
        Name of the model.
    path : Path
        The group.

    Raises
    ------
    ReadError
        If it is of another version than 0.4 and 0.5, or not as its version demands.
    """
    version = str(metadata.get("version", raw.get("version", "0.4")))
    if version not in MODELS:
        raise ReadError(
            f"{path} is OME-Zarr {version}; versions {' and '.join(MODELS)} are read. Convert it "
            "first."
        )
    try:
        with others_silenced():
            return getattr(MODELS[version], model).model_validate(raw)
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(str(part) for part in fault["loc"])
        raise ReadError(
            f"The metadata of {path} are not OME-Zarr {version}: {where} {fault['msg']}. Export "
            "it again."
        ) from error


def metadata_of(group: Any) -> dict[str, Any]:
    """Return what a group's attributes say in OME's terms, wherever its version puts them."""
    attributes: dict[str, Any] = dict(group.attrs)
    metadata: dict[str, Any] = attributes.get("ome", attributes)
    return metadata


def _dim(axis: Any) -> str:
    by_type = {"time": "t", "channel": "c"}
    return by_type.get(axis.type) or str(axis.name).lower()


def _pixel_size(multiscale: Any, dataset: Any) -> dict[str, float]:
    """Return scales; 1 without a unit is what the format demands where nothing is known."""
    units = {_dim(axis): axis.unit for axis in multiscale.axes}
    scales = _scales(multiscale, dataset)
    return {
        dim: scale for dim, scale in scales.items() if dim != "c" and (units[dim] or scale != 1)
    }


def _scales(multiscale: Any, dataset: Any) -> dict[str, float]:
    transforms = [*dataset.coordinateTransformations, *(multiscale.coordinateTransformations or [])]
    factors = [transform.scale for transform in transforms if transform.type == "scale"]
    return {_dim(axis): prod(steps) for axis, *steps in zip(multiscale.axes, *factors, strict=True)}


def _channels(metadata: dict[str, Any]) -> list[str] | None:
    omero = metadata.get("omero") or {}
    names = [channel.get("label") or "" for channel in omero.get("channels", [])]
    if not any(names):
        return None
    return [name or f"channel {number}" for number, name in enumerate(names)]


def _plain_axes(array: Any, path: Path) -> str:
    names = getattr(array.metadata, "dimension_names", None)
    names = names or array.attrs.get("_ARRAY_DIMENSIONS") or []
    axes = "".join(str(name).lower()[:1] for name in names)
    known = len(axes) == array.ndim and set(axes) <= set(DIMS)
    return axes if known else guess_axes(path, array.shape)


def _no_image(group: Any, path: Path) -> str:
    inside = sorted(str(path / name) for name in group)
    if not inside:
        return f"{path} is a Zarr folder without an image: copy or export it again."
    more = f" and {len(inside) - LISTED} more" if len(inside) > LISTED else ""
    return (
        f"{path} is a Zarr folder that is no image itself, but holds "
        f"{', '.join(inside[:LISTED])}{more}: name one of them."
    )
