"""The images in a Zarr group: a plate's fields, a well's, bioformats2raw's series, or any others.

https://ngff.openmicroscopy.org/0.5/#plate-md, and #bf2raw for the layout of bioformats2raw.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import zarr

from debcr_core.components import Part, Several
from debcr_core.errors import ReadError
from debcr_core.notices import say
from debcr_plugins.formats.zarr.nodes import is_node
from debcr_plugins.formats.zarr.reading import metadata_of, validated

if TYPE_CHECKING:
    from debcr_core.components import Reader

LAYOUT = "bioformats2raw.layout"
ABOUT = "OME"
"""Group in the layout of bioformats2raw that tells of its images."""
NO_IMAGES = (ABOUT, "labels")
MOST_AXES = 5
Groups = dict[str, dict[str, Any]]


def images_in(path: Path, reader: Reader) -> Several | None:
    """Return the images in a group; None where it is an image itself, or holds none.

    Parameters
    ----------
    path : Path
        A Zarr folder.
    reader : Reader
        What reads each of them.

    Warns
    -----
    DebcrWarning
        If images that the metadata name are absent.

    Raises
    ------
    ReadError
        If the metadata are not those of OME-Zarr, or lead out of the folder.
    """
    node: Any = zarr.open(path, mode="r")
    if isinstance(node, zarr.Array) or metadata_of(node).get("multiscales"):
        return None
    names, groups = _named(node, metadata_of(node), path)
    parts = tuple(Part(path / name, reader, path, name) for name in names)
    return Several(parts, groups) if parts else None


def _named(group: Any, metadata: dict[str, Any], path: Path) -> tuple[list[str], Groups]:
    """Return the images' names, and what is to be kept of the groups around them."""
    if metadata.get("plate"):
        return _plate(metadata, path)
    if metadata.get("well"):
        names, well = _well(metadata, path)
        return names, {"": {"well": well}}
    if LAYOUT in metadata and is_node(path / ABOUT):
        series = metadata_of(zarr.open(path / ABOUT, mode="r")).get("series")
        if series:
            return _present([str(name) for name in series], path), {}
    return list(_nested(group, path, set())), {}


def _plate(metadata: dict[str, Any], path: Path) -> tuple[list[str], Groups]:
    plate = validated(metadata, metadata["plate"], "PlateDef", path)
    names: list[str] = []
    wells: Groups = {}
    for place in _present([well.path for well in plate.wells], path):
        group = zarr.open(path / place, mode="r")
        fields, well = _well(metadata_of(group), path / place)
        if fields:
            names += [f"{place}/{field}" for field in fields]
            wells[place] = {"well": well}
    kept = _plain(plate)
    kept["wells"] = [well for well in kept["wells"] if well["path"] in wells]
    return names, {"": {"plate": kept}, **wells}


def _well(metadata: dict[str, Any], path: Path) -> tuple[list[str], dict[str, Any]]:
    """Return the fields of a well that are there, and its metadata without the others."""
    well = validated(metadata, metadata.get("well", {}), "WellDef", path)
    fields = _present([field.path for field in well.images], path)
    kept = _plain(well)
    kept["images"] = [field for field in kept["images"] if field["path"] in fields]
    return fields, kept


def _plain(model: Any) -> dict[str, Any]:
    plain: dict[str, Any] = model.model_dump(exclude_none=True, exclude={"version"}, mode="json")
    return plain


def _present(names: list[str], path: Path) -> list[str]:
    """Return those of the named groups that are there, and tell of the others."""
    if any(part in ("", ".", "..") for name in names for part in name.split("/")):
        raise ReadError(f"The metadata of {path} lead out of the folder: it is not read.")
    absent = [name for name in names if not is_node(path / name)]
    if absent:
        say(
            f"{path} names {', '.join(absent[:3])}{' and others' if len(absent) > 3 else ''}, "
            f"which {'is' if len(absent) == 1 else 'are'} not there: what there is is read.",
            kind="absent-images",
        )
    return [name for name in names if name not in absent]


def _nested(group: Any, path: Path, seen: set[Path], name: str = "") -> Iterator[str]:
    """Yield the images in a group and in the groups in it, numbered ones in their order."""
    # A link can lead back to where it lies.
    if path.resolve() in seen:
        return
    seen.add(path.resolve())
    for key in sorted(group, key=_in_order):
        inner = group[key]
        if isinstance(inner, zarr.Array):
            if 2 <= inner.ndim <= MOST_AXES:
                yield name + key
        elif metadata_of(inner).get("multiscales"):
            yield name + key
        elif key not in NO_IMAGES:
            yield from _nested(inner, path / key, seen, f"{name}{key}/")


def _in_order(key: str) -> tuple[int, str]:
    return (int(key) if key.isdecimal() else -1, key)
