"""Colours that are none: every format gives the same answer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from debcr_core.errors import ImageError

GREY = np.random.default_rng(5).integers(0, 256, (70, 90), np.uint8)
COLOURS = np.random.default_rng(6).integers(0, 256, (70, 90, 3), np.uint8)
EQUAL = np.repeat(GREY[..., np.newaxis], 3, -1)
RAMP = np.arange(256, dtype=np.uint16) * 257
TIFFS = {
    "uncompressed": {},
    "strips": {"compression": "zlib", "rowsperstrip": 16},
    "tiles": {"compression": "zlib", "tile": (32, 32)},
    "separate": {"planarconfig": "separate"},
    "jpeg": {"compression": "jpeg"},
}


@pytest.mark.parametrize("layout", TIFFS)
def test_a_tiff_of_equal_colours_is_grey(layout, read, tmp_path: Path):
    stored = EQUAL.transpose(2, 0, 1) if layout == "separate" else EQUAL
    tifffile.imwrite(tmp_path / "a.tif", stored, photometric="rgb", **TIFFS[layout])
    image = read(tmp_path / "a.tif")
    assert image.dims == ("y", "x")
    assert "rgb" not in image.attrs
    if layout != "jpeg":
        np.testing.assert_array_equal(image.values, GREY)


@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
def test_a_stack_of_equal_colours_keeps_its_planes(depth, read, tmp_path: Path):
    stack = np.stack([EQUAL, EQUAL[::-1]]).astype(depth)
    tifffile.imwrite(tmp_path / "a.tif", stack, photometric="rgb", metadata={"axes": "ZYXS"})
    image = read(tmp_path / "a.tif")
    assert image.dims == ("z", "y", "x")
    np.testing.assert_array_equal(image.values, stack[..., 0])


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(y=st.integers(0, 69), x=st.integers(0, 89), channel=st.integers(0, 2))
def test_one_pixel_of_colour_makes_a_picture_one_of_colours(y, x, channel, read, tmp_path: Path):
    pixels = EQUAL.copy()
    pixels[y, x, channel] ^= 1
    tifffile.imwrite(tmp_path / "a.tif", pixels, photometric="rgb", tile=(32, 32))
    Image.fromarray(pixels).save(tmp_path / "a.png")
    for name in ("a.tif", "a.png"):
        image = read(tmp_path / name)
        assert image.attrs["rgb"] is True
        np.testing.assert_array_equal(image.values, pixels.transpose(2, 0, 1))


@pytest.mark.parametrize("table", [RAMP, RAMP[::-1]], ids=["ramp", "inverted"])
def test_a_palette_of_greys_is_read_as_the_intensities_that_it_stands_for(
    table, read, tmp_path: Path
):
    tifffile.imwrite(tmp_path / "a.tif", GREY, colormap=np.stack([table] * 3), photometric=3)
    picture = Image.fromarray(GREY, mode="P")
    picture.putpalette(np.repeat(table // 257, 3).astype(np.uint8).tobytes())
    picture.save(tmp_path / "a.png")
    picture.save(tmp_path / "b.tif")
    for name in ("a.tif", "a.png", "b.tif"):
        image = read(tmp_path / name)
        assert image.dims == ("y", "x")
        assert image.dtype == np.uint8
        np.testing.assert_array_equal(image.values, (table // 257)[GREY])


@pytest.mark.parametrize("bits", [1, 2, 4])
def test_a_png_palette_of_few_greys_is_read_as_well(bits, read, tmp_path: Path):
    numbers = GREY % 2**bits
    picture = Image.fromarray(numbers, mode="P")
    greys = np.linspace(10, 200, 2**bits).astype(np.uint8)
    picture.putpalette(np.repeat(greys, 3).tobytes())
    picture.save(tmp_path / "a.png", bits=bits)
    np.testing.assert_array_equal(read(tmp_path / "a.png").values, greys[numbers])


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_a_palette_of_colours_is_refused(suffix, read, tmp_path: Path):
    picture = Image.fromarray(GREY, mode="P")
    picture.putpalette(COLOURS.reshape(-1)[:768].tobytes())
    picture.save(tmp_path / f"a.{suffix}")
    with pytest.raises(ImageError, match="convert it to grey or RGB"):
        read(tmp_path / f"a.{suffix}")
