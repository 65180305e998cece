"""Restoring that changes no pixel, so that what stands beside them can be compared."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xarray as xr

from debcr_core import Recipe
from debcr_core.files.reading import read_image

ReadImage = Callable[..., xr.DataArray]


@pytest.fixture
def unchanged(identity, plugins) -> Recipe:
    """Return a recipe that changes nothing."""
    parts = {"normalizer": "none", "tiler": "halo-grid", "blender": "crop"}
    return Recipe(
        model=identity(), **{kind: plugins.create(kind, name) for kind, name in parts.items()}
    )


@pytest.fixture
def read(plugins) -> ReadImage:
    """Read a file, pixels included."""

    def read_whole(path: Path, **options: Any) -> xr.DataArray:
        return read_image(path, plugins, **options).load()

    return read_whole
