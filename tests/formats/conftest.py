"""The formats alone, and images to write in them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from debcr_core.files.reading import read_image
from debcr_core.image import make_image
from debcr_core.plugins import Plugins
from debcr_plugins.formats.numpy import npy, npz
from debcr_plugins.formats.pictures import pictures
from debcr_plugins.formats.tiff import reading, writing
from debcr_plugins.formats.vendor import bioio
from debcr_plugins.formats.zarr import ome_zarr

SIZES = {"t": 2, "c": 3, "z": 4, "y": 20, "x": 34}
PIXEL_SIZE = {"t": 1.5, "z": 0.3, "y": 0.0651, "x": 0.08}
UNIT = {"t": "millisecond", "z": "micrometer", "y": "micrometer", "x": "micrometer"}
CHANNELS = ["DAPI", 'a<&"b', "µ–β"]

MakeImage = Callable[..., xr.DataArray]
ReadImage = Callable[..., xr.DataArray]


@pytest.fixture(scope="session")
def plugins() -> Plugins:
    found = Plugins()
    for module in (npy, npz, ome_zarr, pictures, reading, writing, bioio):
        found.register(module, name=module.__name__)
    return found


@pytest.fixture(scope="session")
def sample() -> MakeImage:
    """Make an image with all its metadata and distinct pixels over the dtype's range."""

    def make(dims: str, dtype: str = "uint16", **sizes: int) -> xr.DataArray:
        shape = [(SIZES | sizes)[dim] for dim in dims]
        values = np.random.default_rng(7).random(shape)
        kind = np.dtype(dtype).kind
        top = {"b": 1.0, "f": 1000.0}.get(kind) or float(np.iinfo(dtype).max // 2)
        data = values > 0.5 if kind == "b" else (values * top).astype(dtype)
        count = (SIZES | sizes)["c"]
        return make_image(
            data,
            dims,
            pixel_size={dim: PIXEL_SIZE[dim] for dim in dims if dim != "c"},
            unit={dim: UNIT[dim] for dim in dims if dim != "c"},
            channels=CHANNELS[:count] if "c" in dims else None,
        )

    return make


@pytest.fixture
def read(plugins: Plugins) -> ReadImage:
    """Read a file, pixels included."""

    def read_whole(path: Path, **options: Any) -> xr.DataArray:
        return read_image(path, plugins, **options).load()

    return read_whole
