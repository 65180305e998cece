"""Coarser resolution levels of an OME-Zarr image: read of its metadata, written from its pixels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil, log2
from typing import TYPE_CHECKING, Any

import numpy as np

from debcr_core.flow.joining import relative
from debcr_plugins.formats.coarser import Factors, coarser, coarser_shape
from debcr_plugins.formats.zarr.folder import FINEST, Folder
from debcr_plugins.formats.zarr.one_by_one import OneByOne

if TYPE_CHECKING:
    import xarray as xr

LARGEST_ALONE = 2048
"""Pixels along y or x, beyond which an image has coarser levels beside it."""
COARSEST = 1024
"""Pixels along y and x of its coarsest level, at most."""


def coarser_levels(scales: Sequence[Mapping[str, float]], level: int) -> tuple[Factors, ...]:
    """Return how much coarser than one level those after it are, in whole numbers.

    Parameters
    ----------
    scales : sequence of mapping of str to float
        Of each level, finest first: size of a pixel by axis.
    level : int
        Which is read.
    """
    base = scales[level]
    found: list[Factors] = []
    for scale in scales[level + 1 :]:
        ratios = {dim: round(size / base[dim]) for dim, size in scale.items() if base[dim]}
        factors = {dim: ratio for dim, ratio in ratios.items() if ratio > 1}
        if factors and factors not in found:
            found.append(factors)
    return tuple(found)


def write_levels(folder: Folder, template: xr.DataArray) -> list[dict[str, Any]]:
    """Write the levels that an image is to have beside its finest, which is there.

    Each is made of the coarsest before it of which whole blocks of pixels make one of its own.
    One that is there already stays: it is whole.

    Parameters
    ----------
    folder : Folder
        Holds all pixels.
    template : xarray.DataArray
        Dims, metadata, and factors of the levels (`wanted_levels`).

    Returns
    -------
    list of dict
        The entry of each level in the list ``datasets`` of OME-Zarr.
    """
    dims = [str(dim) for dim in template.dims]
    sizes = template.attrs.get("pixel_size", {})
    made: list[tuple[Factors, OneByOne]] = [({}, folder.array(FINEST))]
    datasets: list[dict[str, Any]] = []
    for factors in wanted_levels(template):
        before, source = next(pair for pair in reversed(made) if _divides(pair[0], factors))
        step = {dim: factors[dim] // before.get(dim, 1) for dim in factors}
        name = str(len(made))
        if not folder.has(name):
            with folder.adding(name, coarser_shape(dims, template.shape, factors)) as array:
                _fill(array, source, dims, step)
        made.append((factors, folder.array(name)))
        datasets.append(_dataset(name, dims, sizes, factors))
    return datasets


def wanted_levels(template: xr.DataArray) -> list[Factors]:
    """Return how much coarser than an image each of its levels is to be.

    As in the input, as far as pixels are left of it; where that says nothing, a large image has
    levels coarser by 2 along y and x, down to one of at most 1024 pixels.
    """
    dims = [str(dim) for dim in template.dims]
    given = template.attrs.get("levels") or _halved(template.sizes)
    wanted = [{dim: n for dim, n in factors.items() if dim in dims} for factors in given]
    return [f for f in wanted if f and 0 not in coarser_shape(dims, template.shape, f)]


def _halved(sizes: Mapping[Any, int]) -> list[Factors]:
    longest = max(sizes["y"], sizes["x"])
    if longest <= LARGEST_ALONE:
        return []
    count = ceil(log2(longest / COARSEST))
    return [{"y": 2**power, "x": 2**power} for power in range(1, count + 1)]


def _fill(array: OneByOne, source: OneByOne, dims: Sequence[str], step: Factors) -> None:
    """Make a level of a finer one, file by file."""
    at_once = _of_one_shard(source, dims, step)
    for region in array.files():
        block = np.empty([part.stop - part.start for part in region], array.dtype)
        for place, pixels in coarser(source, dims, step, array.dtype, region, at_once):
            block[relative(place, region)] = pixels
        array.put(region, block)


def _of_one_shard(source: OneByOne, dims: Sequence[str], step: Factors) -> tuple[int, ...] | None:
    """Return how many pixels of a level one shard of the finer one gives, if whole ones.

    A shard is read at once in less time than a part of it.
    """
    made = [(size, step.get(dim, 1)) for dim, size in zip(dims, source.per_file, strict=True)]
    if source.array.shards is None or any(size % n for size, n in made):
        return None
    return tuple(size // n for size, n in made)


def _divides(finer: Factors, factors: Factors) -> bool:
    return all(factors.get(dim, 1) % factor == 0 for dim, factor in finer.items())


def _dataset(
    name: str, dims: Sequence[str], sizes: Mapping[str, float], factors: Factors
) -> dict[str, Any]:
    """Return a level's metadata: its first pixel lies in the middle of those that it is of."""
    scale = [sizes.get(dim, 1.0) * factors.get(dim, 1) for dim in dims]
    shift = [sizes.get(dim, 1.0) * (factors.get(dim, 1) - 1) / 2 for dim in dims]
    transformations = [
        {"type": "scale", "scale": scale},
        {"type": "translation", "translation": shift},
    ]
    return {"path": name, "coordinateTransformations": transformations}
