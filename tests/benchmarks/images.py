"""Images that the benchmarks restore: a micrograph that is made up, and tiled to any size."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

SIDE = 1024
CHUNK = 256


def micrograph(seed: int = 0) -> np.ndarray:
    """Return 1024×1024 pixels (uint16) of bright shapes with fine structure, noise and offset.

    It is periodic, so that copies beside each other make a larger one.
    """
    from scipy import ndimage

    rng = np.random.default_rng(seed)

    def texture(size: float) -> np.ndarray:
        smooth = ndimage.gaussian_filter(rng.standard_normal((SIDE, SIDE)), size, mode="wrap")
        return np.asarray(smooth / smooth.std())

    shapes = np.clip(texture(8) - 0.7, 0, None) * (1 + 0.4 * np.clip(texture(2), -2, 2))
    photons = rng.poisson(60 * shapes / shapes.max())
    return np.clip(100 + 20 * photons + rng.normal(0, 5, shapes.shape), 0, None).astype(np.uint16)


def write_image(path: Path, shape: tuple[int, int]) -> Path:
    """Write a micrograph of a shape in multiples of 256: TIFF, tiled from 4 Mpx on, or OME-Zarr."""
    import tifffile
    import zarr

    copies = micrograph()
    if path.suffix == ".zarr":
        group = zarr.create_group(path)
        levels = [{"path": "0", "coordinateTransformations": [{"type": "scale", "scale": [1, 1]}]}]
        axes = [{"name": name, "type": "space"} for name in "yx"]
        scales = [{"version": "0.5", "axes": axes, "datasets": levels}]
        group.attrs["ome"] = {"version": "0.5", "multiscales": scales}
        array = group.create_array(
            "0", shape=shape, chunks=(CHUNK, CHUNK), dtype="uint16", dimension_names=["y", "x"]
        )
        for place, tile in _tiles(copies, shape):
            array[place] = tile
    elif shape == copies.shape:
        tifffile.imwrite(path, copies)
    else:
        tiles = (tile for _, tile in _tiles(copies, shape))
        tifffile.imwrite(
            path, tiles, bigtiff=True, shape=shape, dtype=np.uint16, tile=(CHUNK, CHUNK)
        )
    return path


def _tiles(
    copies: np.ndarray, shape: tuple[int, int]
) -> Iterator[tuple[tuple[slice, slice], np.ndarray]]:
    for y in range(0, shape[0], CHUNK):
        for x in range(0, shape[1], CHUNK):
            within = np.s_[y % SIDE : y % SIDE + CHUNK, x % SIDE : x % SIDE + CHUNK]
            yield np.s_[y : y + CHUNK, x : x + CHUNK], copies[within]


if __name__ == "__main__":
    # In a process of its own: what a program is started from counts as memory of that program.
    write_image(Path(sys.argv[1]), (int(sys.argv[2]), int(sys.argv[3])))
