"""PNG and JPEG as other programs write them."""

from __future__ import annotations

from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from PIL import Image

from debcr_core.errors import DebcrWarning
from debcr_core.files.reading import read_image

COLOURS = np.random.default_rng(2).integers(0, 256, (7, 9, 3), np.uint8)
GREY = COLOURS[..., 0]


@pytest.mark.parametrize(
    ("pixels", "dtype"),
    [(GREY > 90, "bool"), (GREY, "uint8"), (GREY.astype(np.uint16) * 256, "uint16")],
)
def test_grey_pngs_of_1_8_and_16_bits_are_read_exactly(pixels, dtype, read, tmp_path: Path):
    Image.fromarray(pixels).save(tmp_path / "a.png")
    image = read(tmp_path / "a.png")
    assert image.dims == ("y", "x")
    assert image.dtype == dtype
    np.testing.assert_array_equal(image.values, pixels)


def test_rgb_becomes_named_channels(read, tmp_path: Path):
    Image.fromarray(COLOURS).save(tmp_path / "a.png")
    image = read(tmp_path / "a.png")
    assert image.attrs["rgb"] is True
    assert list(image.coords["c"].values) == ["red", "green", "blue"]
    np.testing.assert_array_equal(image.values, COLOURS.transpose(2, 0, 1))


def test_colours_of_16_bits_keep_them_all(read, tmp_path: Path):
    pixels = COLOURS.astype(np.uint16) * 257 - 3
    (tmp_path / "a.png").write_bytes(imagecodecs.png_encode(pixels))
    image = read(tmp_path / "a.png")
    assert image.dtype == np.uint16
    np.testing.assert_array_equal(image.values, pixels.transpose(2, 0, 1))


@pytest.mark.parametrize("suffix", ["png", "jpg"])
def test_rgb_of_equal_channels_is_grey(suffix, read, tmp_path: Path):
    Image.fromarray(np.stack([GREY] * 3, -1)).save(tmp_path / f"a.{suffix}")
    image = read(tmp_path / f"a.{suffix}")
    assert image.dims == ("y", "x")
    assert "rgb" not in image.attrs


@pytest.mark.parametrize("channels", [2, 4])
@pytest.mark.parametrize("deep", [False, True])
def test_alpha_is_left_out_with_a_warning(channels, deep, plugins, tmp_path: Path):
    pixels = np.random.default_rng(1).integers(0, 255, (7, 9, channels), np.uint8)
    stored = pixels.astype(np.uint16) * 256 if deep else pixels
    (tmp_path / "a.png").write_bytes(imagecodecs.png_encode(stored))
    with pytest.warns(DebcrWarning, match="alpha channel"):
        image = read_image(tmp_path / "a.png", plugins)
    expected = stored[..., 0] if channels == 2 else stored[..., :3].transpose(2, 0, 1)
    np.testing.assert_array_equal(image.values, expected)


@pytest.mark.parametrize(
    ("dots_per_inch", "size"), [((254_000, 254_000), 0.1), ((72, 72), None), ((300, 300), None)]
)
def test_a_pngs_resolution_is_a_pixel_size_unless_it_is_a_printers(
    dots_per_inch, size, read, tmp_path: Path
):
    Image.fromarray(GREY).save(tmp_path / "a.png", dpi=dots_per_inch)
    expected = {"y": size, "x": size} if size else {}
    assert read(tmp_path / "a.png").attrs["pixel_size"] == pytest.approx(expected, rel=1e-6)


def test_of_an_animation_the_first_picture_is_read_with_a_warning(plugins, tmp_path: Path):
    frames = [Image.fromarray(GREY), Image.fromarray(255 - GREY)]
    frames[0].save(tmp_path / "a.png", save_all=True, append_images=frames[1:])
    with pytest.warns(DebcrWarning, match="an animation"):
        image = read_image(tmp_path / "a.png", plugins)
    np.testing.assert_array_equal(image.values, GREY)
