"""Small images are read at once where that is wanted: dask takes longer to import than they."""

from __future__ import annotations

import pytest
import xarray as xr

from debcr_core.files import small_images
from debcr_core.files.reading import read_image
from debcr_core.files.small_images import small_at_once
from debcr_core.files.writing import write_image

FORMATS = ("a.tif", "a.ome.tif", "a.npy", "a.ome.zarr")


@pytest.mark.parametrize("name", FORMATS)
def test_they_are_what_a_lazy_image_would_be(plugins, sample, tmp_path, name):
    path = tmp_path / name
    write_image(sample("tczyx"), path, plugins)
    axes = "tczyx" if name.endswith(".npy") else None
    lazy = read_image(path, plugins, axes=axes)
    with small_at_once():
        small = read_image(path, plugins, axes=axes)
    assert lazy.chunks is not None
    assert small.chunks is None
    xr.testing.assert_identical(small, lazy.compute(scheduler="synchronous"))
    for dim in lazy.coords:
        assert small.coords[dim].dtype == lazy.coords[dim].dtype


def test_an_image_of_a_byte_more_is_lazy(plugins, sample, tmp_path, monkeypatch):
    write_image(sample("yx"), tmp_path / "a.tif", plugins)
    monkeypatch.setattr(small_images, "SMALL", sample("yx").nbytes - 1)
    with small_at_once():
        assert read_image(tmp_path / "a.tif", plugins).chunks is not None
