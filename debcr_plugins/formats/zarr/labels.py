"""Label images beside an OME-Zarr image, copied to the restored one, whose pixels are the same."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

import zarr

from debcr_core.errors import DebcrError, ReadError
from debcr_core.notices import listening, say
from debcr_core.stopping import check_heeded
from debcr_plugins.formats.zarr.arrays import create_array
from debcr_plugins.formats.zarr.checked_blosc import with_checked_blosc
from debcr_plugins.formats.zarr.chunks import check_chunks

if TYPE_CHECKING:
    import xarray as xr

FOLDER = "labels"
KEPT = ("multiscales", "image-label")


def label_folder(path: Path) -> Path | None:
    """Return the folder with an image's label images, if it has such."""
    folder = path / FOLDER
    return folder if folder.is_dir() and _names(folder) else None


def copy_labels(group: Any, template: xr.DataArray, version: str) -> None:
    """Copy the label images that belong to an image, chunk by chunk.

    Parameters
    ----------
    group : zarr.Group
        Of the new image.
    template : xarray.DataArray
        The new image; says where the labels are.
    version : {"0.4", "0.5"}
        Version of OME-Zarr of the new image.

    Warns
    -----
    DebcrWarning
        Naming those that are damaged, or do not fit: of a region, or of a coarser level.
    """
    folder = Path(template.attrs["label_images"])
    copied = []
    for name in _names(folder):
        try:
            source = _checked(folder, name, template)
            _copy(source, group.create_group(f"{FOLDER}/{name}"), version)
            copied.append(name)
        except ReadError as error:
            if f"{FOLDER}/{name}" in group:
                del group[f"{FOLDER}/{name}"]
            say(f"The label image {name} is left out: {error}", kind="metadata-left-out")
    if copied:
        group[FOLDER].attrs.update(_with_version({"labels": copied}, version))


def _names(folder: Path) -> list[str]:
    """Return the names that are listed, else all there are, as far as they are in the folder."""
    try:
        group = zarr.open_group(folder, mode="r")
        listed = _metadata(group).get("labels") or sorted(group)
    except Exception:  # no Zarr group, or a damaged one
        return []
    return [name for name in listed if isinstance(name, str) and _is_inside(name, folder)]


def _is_inside(name: str, folder: Path) -> bool:
    """Say whether a name is that of something in a folder, and links do not lead out of it."""
    path = folder / name
    return (
        path.is_dir()
        and ".." not in Path(name).parts
        and folder.resolve() in path.resolve().parents
    )


def _metadata(group: Any) -> dict[str, Any]:
    attributes: dict[str, Any] = dict(group.attrs)
    metadata: dict[str, Any] = attributes.get("ome", attributes)
    return metadata


def _checked(folder: Path, name: str, template: xr.DataArray) -> Any:
    """Return the group of a label image, if all its levels can be read and the finest fits.

    Raises
    ------
    ReadError
        Saying what is wrong.
    """
    try:
        group: Any = zarr.open_group(folder / name, mode="r")
        multiscale = _metadata(group)["multiscales"][0]
        axes = [str(axis["name"]) for axis in multiscale["axes"]]
        paths = [str(dataset["path"]) for dataset in multiscale["datasets"]]
        for path in paths:
            if not _is_inside(path, folder / name):
                raise ReadError("its metadata lead out of its folder.")
            # Where nothing is labelled, chunks are left out as a rule.
            with listening():
                check_chunks(group[path], folder / name / path)
        finest, *coarser = (group[path].shape for path in paths)
        if any(prod(shape) > prod(finest) for shape in coarser):
            raise ReadError("its first level is not its finest.")
        sizes = dict(zip(axes, finest, strict=True))
    except ReadError:
        raise
    except Exception as error:
        raise ReadError(f"it is damaged ({type(error).__name__}).") from error
    differing = [
        dim
        for dim in dict.fromkeys(["z", "y", "x", *sizes])
        if sizes.get(dim, 1) != template.sizes.get(dim, 1) and not (dim in "tc" and sizes[dim] == 1)
    ]
    if differing:
        raise ReadError(
            f"its size along {', '.join(differing)} is not that of the image that is written."
        )
    return group


def _copy(source: Any, target: Any, version: str) -> None:
    metadata = _metadata(source)
    multiscale = metadata["multiscales"][0]
    axes = [str(axis["name"]) for axis in multiscale["axes"]]
    try:
        for dataset in multiscale["datasets"]:
            _copy_array(source[dataset["path"]], target, dataset["path"], version, axes)
    except DebcrError:
        raise
    except Exception as error:
        raise ReadError(f"it is damaged ({type(error).__name__}).") from error
    kept = {key: metadata[key] for key in KEPT if key in metadata}
    target.attrs.update(_with_version(kept, version))


def _copy_array(source: Any, target: Any, name: str, version: str, axes: list[str]) -> None:
    checked = with_checked_blosc(source)
    array = create_array(
        target,
        name,
        source.shape,
        source.dtype,
        dims=axes,
        chunks=source.chunks,
        version=version,
    )
    starts = (range(0, size, n) for size, n in zip(source.shape, source.chunks, strict=True))
    for start in product(*starts):
        check_heeded()
        region = tuple(
            slice(first, min(first + n, size))
            for first, n, size in zip(start, source.chunks, source.shape, strict=True)
        )
        array.put(region, checked[region])


def _with_version(metadata: dict[str, Any], version: str) -> dict[str, Any]:
    """Return metadata with the version where each version of OME-Zarr has it."""
    plain = {
        key: _each(value, lambda part: {k: v for k, v in part.items() if k != "version"})
        for key, value in metadata.items()
    }
    if version != "0.4":
        return {"ome": {"version": version, **plain}}
    return {
        key: _each(value, lambda part: {**part, "version": version}) for key, value in plain.items()
    }


def _each(value: Any, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:
    """Change a mapping, or each of a list of mappings."""
    if isinstance(value, list):
        return [_each(part, change) for part in value]
    return change(value) if isinstance(value, dict) else value
