"""Uncompressed TIFF and NPY grow block by block, in any order, to the same bytes."""

from __future__ import annotations

import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import tifffile
import xarray as xr
import zarr
from growing import check_growing, contents, grow
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from debcr_core.files.writing import write_image
from debcr_core.image import make_image
from debcr_core.notices import listening
from debcr_plugins.formats.numpy.npy import NpyReader, NpyWriter
from debcr_plugins.formats.pictures.pictures import PngWriter
from debcr_plugins.formats.tiff.reading import TiffReader
from debcr_plugins.formats.tiff.writing import OmeTiffWriter, TiffWriter

VARIANTS = [
    (TiffWriter(), TiffReader()),
    (TiffWriter(tile=32), TiffReader()),
    (OmeTiffWriter(), TiffReader()),
    (OmeTiffWriter(tile=16), TiffReader()),
    (NpyWriter(), NpyReader()),
]
NAMES = ["imagej", "tiles", "ome", "ome-tiles", "npy"]
BY_NAME = pytest.mark.parametrize(("writer", "reader"), VARIANTS, ids=NAMES)
LEVELS = ({"y": 2, "x": 2}, {"y": 4, "x": 4})


def noise(dims: str, *shape: int, dtype: str = "uint16", **facts: object) -> xr.DataArray:
    values = np.random.default_rng(0).integers(0, 200, shape)
    # A record names the file: without one, each OME-TIFF has a name of its own.
    return make_image(values.astype(dtype), dims, **facts).assign_attrs(restoration="{}")


@BY_NAME
@settings(max_examples=8)
@given(
    shape=st.tuples(st.integers(2, 3), st.integers(33, 70), st.integers(33, 70)),
    seed=st.integers(0, 99),
)
def test_the_order_of_blocks_does_not_show(writer, reader, shape, seed, tmp_path_factory):
    image = noise("zyx", *shape)
    output = check_growing(writer, image, tmp_path_factory.mktemp("grown"), seed)
    with listening():  # NPY names no axes
        np.testing.assert_array_equal(reader.read(output).values, image.values)


@BY_NAME
def test_it_is_what_is_written_in_one_go(writer, reader, plugins, tmp_path: Path):
    image = noise("zyx", 3, 61, 50)
    grown = grow(writer, image, tmp_path / f"grown{writer.suffixes[0]}", (2, 20, 30))
    written = tmp_path / f"written{writer.suffixes[0]}"
    write_image(image, written, plugins, writer=writer)
    assert contents(grown) == contents(written)


@pytest.mark.parametrize("tile", [0, 16])
def test_levels_are_made_when_it_is_finished(tile, tmp_path: Path):
    image = noise("czyx", 2, 3, 70, 91).assign_attrs(levels=LEVELS)
    output = check_growing(OmeTiffWriter(tile=tile), image, tmp_path, 3)
    with tifffile.TiffFile(output) as tif:
        levels = [level.asarray() for level in tif.series[0].levels]
    np.testing.assert_array_equal(levels[0], image.values)
    half = image.values[..., :70, :90].reshape(2, 3, 35, 2, 45, 2).mean((3, 5))
    assert np.abs(levels[1] - half).max() <= 0.5
    assert levels[2].shape == (2, 3, 17, 22)


@pytest.mark.parametrize("tile", [0, 16])
def test_colours_grow_as_well(tile, plugins, tmp_path: Path):
    image = noise("cyx", 3, 61, 50, dtype="uint8", channels=["r", "g", "b"]).assign_attrs(rgb=True)
    output = check_growing(OmeTiffWriter(tile=tile), image, tmp_path, 1)
    np.testing.assert_array_equal(TiffReader().read(output).values, image.values)


def test_yes_and_no_are_read_back_as_such_while_it_grows(tmp_path: Path):
    image = noise("yx", 40, 50) > 100
    writer = TiffWriter()
    writer.begin(image, tmp_path / "a.tif", image.shape)
    with writer.growing(image, tmp_path / "a.tif") as growing:
        region = (slice(3, 7), slice(0, 50))
        growing.put(region, image.values[region])
        assert growing.read(region).dtype == bool
        np.testing.assert_array_equal(growing.read(region), image.values[region])


@pytest.mark.skipif(sys.platform == "win32", reason="NTFS would write all 5 GB of zeros")
def test_a_large_plane_has_tiles_that_are_read_by_region(tmp_path: Path):
    """A sparse file: of the 5 GB only what is put is written."""
    empty = np.broadcast_to(np.uint16(0), (50_000, 50_000))
    image, path = make_image(empty, "yx"), tmp_path / "a.ome.tif"
    writer = OmeTiffWriter()
    assert writer.piece(image) == (512, 512)
    region, block = (slice(40_960, 41_984), slice(49_664, 50_000)), noise("yx", 1024, 336).values
    tracemalloc.start()
    writer.begin(image, path, (1024, 1024))
    with writer.growing(image, path) as growing:
        growing.put(region, block)
    writer.finish(image, path, (0, 200))
    again = TiffReader().read(path)
    np.testing.assert_array_equal(again[region].values, block)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 40 * 2**20
    with tifffile.TiffFile(path) as tif:
        assert tif.is_bigtiff
        assert tif.pages.first.tile == (512, 512)
        store = zarr.open(tif.aszarr(), mode="r")
        np.testing.assert_array_equal(store[region], block)
    assert path.stat().st_blocks * 512 < 2**24


def test_a_format_without_a_piece_is_written_whole():
    image = noise("yx", 20, 20)
    for writer in (TiffWriter(compression="zlib"), PngWriter()):
        assert writer.piece(image) is None


def test_tiles_are_not_compressed():
    with pytest.raises(ValidationError, match="leave one of the two out"):
        TiffWriter(tile=256, compression="zlib")
