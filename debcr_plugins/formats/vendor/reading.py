"""Read a scene through bioio."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from debcr_core.errors import ReadError, UsageError
from debcr_core.image import make_image
from debcr_core.notices import say
from debcr_plugins.formats.asking import asking

if TYPE_CHECKING:
    import xarray as xr

# Its failures reach the user as exceptions, in sentences.
logging.getLogger("bioio").addHandler(logging.NullHandler())

INSTALL = 'pip install "debcr-zoo[bioio]"'
LOADED_AS_STACKS = (".czi", ".lif")
DIMS = {"T": "t", "C": "c", "Z": "z", "Y": "y", "X": "x"}


def read(path: Path, scene: int | None) -> xr.DataArray:
    """Return one scene of a file.

    Parameters
    ----------
    path : Path
        The file.
    scene : int or None
        Number of the scene; without one the first, with a word on others.
    """
    opened = _opened(path)
    _choose(opened, scene, path)
    return _image(opened, path)


def count_scenes(path: Path) -> int:
    """Return how many scenes a file has."""
    return len(_opened(path).scenes)


def _opened(path: Path) -> Any:
    try:
        return _by_bioio(path)
    except ImportError as error:
        raise ReadError(
            f"{path} is in a microscope maker's format, which needs {error.name or 'bioio'}, and "
            f"that is not installed or does not load ({error}). Install it: {INSTALL}"
        ) from error


def _by_bioio(path: Path) -> Any:
    from bioio import BioImage
    from bioio.plugins import get_plugins
    from bioio_base.exceptions import UnsupportedFileFormatError

    found = get_plugins(use_cache=False).items()
    plugins = [one for suffix, able in found if path.name.lower().endswith(suffix) for one in able]
    if not plugins:
        raise ReadError(
            f"No installed plugin of bioio reads {path}; plugins go by the end of the name: "
            f".czi, .lif, .nd2. For these: {INSTALL}; for other formats "
            "https://bioio-devs.github.io/bioio says which plugin to install."
        )
    try:
        return BioImage(path, **_by_plane(path))
    except UnsupportedFileFormatError:
        # bioio's search keeps to itself why a plugin refuses a file; the plugin does not.
        for plugin in plugins:
            plugin.metadata.get_reader().is_supported_image(path)
        raise


def _by_plane(path: Path) -> dict[str, Any]:
    """Return what makes bioio load single planes where it would load whole stacks."""
    return {"chunk_dims": ["Y", "X"]} if path.name.lower().endswith(LOADED_AS_STACKS) else {}


def _choose(opened: Any, asked: int | None, path: Path) -> None:
    count, scene = len(opened.scenes), asked or 0
    if scene >= count:
        raise UsageError(
            f"{path} has no scene {scene}: its last is scene {count - 1}.",
            advice=f"Choose it: {asking('bioio', 'scene', count - 1)}.",
            kind="several-images",
        )
    if count > 1 and asked is None:
        say(
            f"{path} holds {count} scenes: the first is read.",
            kind="several-images",
            advice=f"Choose another, up to {count - 1}: {asking('bioio', 'scene', 1)}.",
        )
    opened.set_scene(scene)


def _image(opened: Any, path: Path) -> xr.DataArray:
    pixels = opened.xarray_dask_data
    if "S" in pixels.dims:
        raise ReadError(
            f"{path} is a colour image: split its colours into channels first, in Fiji for "
            "instance."
        )
    sizes, units = _sizes(opened)
    single = [dim for dim in "TZ" if pixels.sizes.get(dim) == 1 and DIMS[dim] not in sizes]
    pixels = pixels.isel(dict.fromkeys(single, 0))
    return make_image(
        pixels.data,
        "".join(DIMS[str(dim)] for dim in pixels.dims),
        pixel_size=sizes,
        unit=units,
        channels=[str(name) for name in opened.channel_names or []] or None,
    )


def _sizes(opened: Any) -> tuple[dict[str, float], dict[str, str]]:
    """Return the distance between samples: in seconds, and in µm unless bioio says otherwise."""
    scale, about = opened.scale, opened.dimension_properties
    sizes, units = {}, {}
    for axis, dim in DIMS.items():
        size = getattr(scale, axis)
        if dim == "c" or not size:
            continue
        sizes[dim] = float(size)
        unit = None if dim == "t" else getattr(about, axis).unit
        units[dim] = str(unit or ("second" if dim == "t" else "micrometer"))
    return sizes, units
