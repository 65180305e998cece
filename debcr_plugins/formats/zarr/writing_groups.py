"""Write several images into one Zarr group: a plate, a well, or the layout of bioformats2raw."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import zarr

from debcr_core.components import Add, Put, Several
from debcr_plugins.formats.zarr.groups import ABOUT, LAYOUT
from debcr_plugins.formats.zarr.writing import open_folder

if TYPE_CHECKING:
    import xarray as xr


@contextmanager
def open_groups(several: Several, path: Path, version: str) -> Iterator[Add]:
    """Create the folder, take one image after the other, and add the groups' metadata at the end.

    Parameters
    ----------
    several : Several
        The images' names, and their groups.
    path : Path
        The folder, which does not exist.
    version : {"0.4", "0.5"}
        Version of OME-Zarr.

    Yields
    ------
    callable
        ``add(name, template)``.
    """
    root = zarr.open_group(path, mode="w-", zarr_format=2 if version == "0.4" else 3)

    @contextmanager
    def add(name: str, template: xr.DataArray) -> Iterator[Put]:
        *around, _ = name.split("/")
        if around:
            root.require_group("/".join(around))
        with open_folder(template, path / name, version) as put:
            yield put

    yield add
    names = [part.name for part in several.parts]
    numbered: Mapping[str, Mapping[str, Any]] = {"": {LAYOUT: 3}, ABOUT: {"series": names}}
    for name, said in (several.groups or numbered).items():
        group = root.require_group(name) if name else root
        group.attrs.update(_attributes(said, version))


def _attributes(said: Mapping[str, Any], version: str) -> dict[str, Any]:
    """Return what is said of a group, with the version where each version of OME-Zarr has it."""
    if version != "0.4":
        return {"ome": {"version": version, **said}}
    return {
        key: {**value, "version": version} if isinstance(value, Mapping) else value
        for key, value in said.items()
    }
