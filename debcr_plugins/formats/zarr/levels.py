"""Coarser resolution levels of an OME-Zarr image: read of its metadata, written from its pixels."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from debcr_plugins.formats.coarser import Factors, coarser, coarser_shape
from debcr_plugins.formats.zarr.one_by_one import OneByOne

if TYPE_CHECKING:
    import xarray as xr


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


def write_levels(
    finest: OneByOne, template: xr.DataArray, create: Callable[[str, Sequence[int]], OneByOne]
) -> list[dict[str, Any]]:
    """Write the levels that an image is to have beside its finest, which is there.

    Each is made of the coarsest before it of which whole blocks of pixels make one of its own.

    Parameters
    ----------
    finest : OneByOne
        Holds all pixels.
    template : xarray.DataArray
        Dims, metadata, and factors of the levels.
    create : callable
        ``create(name, shape)`` returns a new array.

    Returns
    -------
    list of dict
        The entry of each level in the list ``datasets`` of OME-Zarr.
    """
    dims = [str(dim) for dim in template.dims]
    sizes = template.attrs.get("pixel_size", {})
    made: list[tuple[Factors, OneByOne]] = [({}, finest)]
    datasets: list[dict[str, Any]] = []
    for wanted in template.attrs.get("levels", ()):
        factors = {dim: factor for dim, factor in wanted.items() if dim in dims}
        shape = coarser_shape(dims, template.shape, factors)
        if not factors or 0 in shape:
            continue
        before, source = next(pair for pair in reversed(made) if _divides(pair[0], factors))
        step = {dim: factors[dim] // before.get(dim, 1) for dim in factors}
        name = str(len(made))
        array = create(name, shape)
        for region, block in coarser(source, dims, step, template.dtype):
            array.put(region, block)
        made.append((factors, array))
        datasets.append(_dataset(name, dims, sizes, factors))
    return datasets


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
