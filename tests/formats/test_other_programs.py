"""What we write, other programs read as meant."""

from __future__ import annotations

import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import tifffile
import zarr
from yaozarrs import validate_ome_object

from debcr_core.files.writing import write_image
from debcr_core.image import make_image


def test_imagej_finds_its_description(sample, plugins, tmp_path: Path):
    write_image(sample("tczyx"), tmp_path / "image.tif", plugins)
    with tifffile.TiffFile(tmp_path / "image.tif") as tif:
        assert tif.byteorder == ">"
        assert tif.series[0].axes == "TZCYX"
        metadata = tif.imagej_metadata
        assert (metadata["frames"], metadata["slices"], metadata["channels"]) == (2, 4, 3)
        assert (metadata["unit"], metadata["spacing"]) == ("um", 0.3)
        assert (metadata["finterval"], metadata["tunit"]) == (1.5, "ms")
        assert metadata["Labels"][:4] == ["DAPI", 'a<&"b', "µ–β", "DAPI"]
        assert tif.pages[0].resolutionunit == 1
        assert tif.pages[0].resolution == pytest.approx((1 / 0.08, 1 / 0.0651))


def test_ome_readers_find_their_metadata(sample, plugins, tmp_path: Path):
    image = sample("czyx", "float32")
    write_image(image, tmp_path / "image.ome.tif", plugins)
    with tifffile.TiffFile(tmp_path / "image.ome.tif") as tif:
        assert tif.series[0].kind == "ome"
        np.testing.assert_array_equal(tif.asarray(), image.values)
        pixels = ElementTree.fromstring(tif.ome_metadata).find("{*}Image/{*}Pixels")
    assert pixels is not None
    assert (pixels.get("PhysicalSizeZ"), pixels.get("PhysicalSizeZUnit")) == ("0.3", "µm")
    names = [channel.get("Name") for channel in pixels.findall("{*}Channel")]
    assert names == ["DAPI", 'a<&"b', "µ–β"]


@pytest.mark.parametrize(
    ("dtype", "kind"), [("uint8", "imagej"), ("float32", "imagej"), ("float64", "ome")]
)
def test_a_tif_is_an_imagej_hyperstack_where_that_holds_the_dtype(
    dtype, kind, sample, plugins, tmp_path: Path
):
    write_image(sample("zyx", dtype), tmp_path / "image.tif", plugins)
    with tifffile.TiffFile(tmp_path / "image.tif") as tif:
        assert tif.series[0].kind == kind


@pytest.mark.skipif(sys.platform == "win32", reason="NTFS would write all 5 GB of zeros")
@pytest.mark.parametrize("tile", [0, None])
def test_an_image_beyond_4_gb_becomes_a_bigtiff(tile, plugins, tmp_path: Path):
    """A sparse file: nothing of the 5 GB is written."""
    import dask.array as da

    lazy = da.zeros((50, 10_000, 10_000), dtype=np.uint8, chunks=(1, 10_000, 10_000))
    writer = plugins.create("writer", "tiff", tile=tile)
    with writer.sink(make_image(lazy, "zyx"), tmp_path / "big.tif") as put:
        put((slice(49, 50), slice(9_999, 10_000), slice(0, 3)), np.array([[[1, 2, 3]]], np.uint8))
    with tifffile.TiffFile(tmp_path / "big.tif") as tif:
        assert tif.is_bigtiff
        assert tif.is_ome
        assert tif.series[0].shape == (50, 10_000, 10_000)
        np.testing.assert_array_equal(tif.pages[49].asarray()[-1, :4], [1, 2, 3, 0])


@pytest.mark.parametrize("version", ["0.4", "0.5"])
def test_an_ome_zarr_is_valid(version, sample, plugins, tmp_path: Path):
    writer = plugins.create("writer", "ome-zarr", version=version)
    write_image(sample("tczyx"), tmp_path / "image.ome.zarr", plugins, writer=writer)
    group = zarr.open_group(tmp_path / "image.ome.zarr", mode="r")
    attributes = dict(group.attrs)
    validate_ome_object(attributes["ome"] if version == "0.5" else attributes)
    assert group.metadata.zarr_format == (3 if version == "0.5" else 2)
    assert group["0"].shape == (2, 3, 4, 20, 34)


def test_an_ome_zarr_of_zeros_has_all_its_chunks(read, plugins, tmp_path: Path):
    image = make_image(np.zeros((600, 600), np.uint8), "yx")
    write_image(image, tmp_path / "image.ome.zarr", plugins)
    assert read(tmp_path / "image.ome.zarr").sum() == 0
