"""Small images are read at once, since dask takes longer to import than they to read."""

from __future__ import annotations

import pytest
import xarray as xr

from debcr_core.files.reading import read_image
from debcr_core.files.writing import write_image
from debcr_plugins.formats import lazy

FORMATS = ("a.tif", "a.ome.tif", "a.npy", "a.ome.zarr")


@pytest.mark.parametrize("name", FORMATS)
def test_they_are_what_a_lazy_image_would_be(plugins, sample, tmp_path, monkeypatch, name):
    path = tmp_path / name
    write_image(sample("tczyx"), path, plugins)
    axes = "tczyx" if name.endswith(".npy") else None
    large = read_image(path, plugins, axes=axes)
    monkeypatch.setattr(lazy, "SMALL", large.nbytes)
    small = read_image(path, plugins, axes=axes)
    assert large.chunks is not None
    assert small.chunks is None
    xr.testing.assert_identical(small, large.compute(scheduler="synchronous"))
    assert {name: each.dtype for name, each in small.coords.items()} == {
        name: each.dtype for name, each in large.coords.items()
    }


def test_an_image_of_a_byte_more_is_lazy(plugins, sample, tmp_path, monkeypatch):
    write_image(sample("yx"), tmp_path / "a.tif", plugins)
    monkeypatch.setattr(lazy, "SMALL", sample("yx").nbytes - 1)
    assert read_image(tmp_path / "a.tif", plugins).chunks is not None
