"""Real micrographs, where the folder with them is present."""

from __future__ import annotations

import numpy as np
import pytest
import tifffile

from debcr_core.files.writing import write_image


def test_real_micrographs_are_read_as_tifffile_reads_them(shared, read):
    files = sorted((shared / "images").glob("*.tif"))
    assert files
    for file in files:
        image = read(file)
        assert image.dims == ("y", "x")
        np.testing.assert_array_equal(image.values, tifffile.imread(file))


@pytest.mark.parametrize("suffix", [".tif", ".ome.tif", ".ome.zarr", ".npz", ".png"])
def test_a_real_micrograph_survives_a_change_of_format(shared, suffix, read, plugins, tmp_path):
    image = read(shared / "images" / "factin_live_1_confocal.tif")
    write_image(image, tmp_path / f"image{suffix}", plugins)
    np.testing.assert_array_equal(read(tmp_path / f"image{suffix}").values, image.values)
