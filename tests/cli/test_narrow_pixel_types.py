"""What a narrow pixel type takes from a result is said, with its size and a cure that works."""

from __future__ import annotations

import numpy as np
import pytest
import tifffile
from PIL import Image

from debcr_core import listening, make_image, write_image


@pytest.fixture
def written(debcr, tmp_path):
    """Return a function that restores pixels by a model that changes nothing: what was said."""

    def restored(pixels, *options, output="out.tif"):
        tifffile.imwrite("in.tif", pixels)
        with listening() as heard:
            result = debcr("restore", "in.tif", output, "--model", "same", "--overwrite", *options)
        assert result.exit_code == 0, result.output
        return " ".join(map(str, heard))

    return restored


def ramp(low, high, dtype):
    return np.linspace(low, high, 100 * 100).reshape(100, 100).astype(dtype)


def test_clipped_pixels_are_said_with_their_share(written):
    said = written(ramp(0, 1020, "u2"), "--dtype", "uint8")
    assert "out.tif: 74.9" in said
    assert "clipped to the range of uint8" in said
    assert (
        "Choose --contrast-stretch (for looking at), or --dtype input, or --dtype float32." in said
    )


def test_negative_pixels_are_clipped_aloud_by_unsigned_types(written):
    assert "out.tif: 19.5" in written(ramp(-20, 80, "f4"), "--dtype", "uint16")
    assert written(ramp(-20, 80, "f4"), "--dtype", "int16") == ""


def test_a_unit_range_leaves_no_more_than_two_levels_of_an_integer_type(written):
    said = written(ramp(0, 1, "f4"), "--dtype", "uint16")
    assert "only 2 levels are left as uint16" in said
    assert "--dtype input" in said
    assert np.unique(tifffile.imread("out.tif")).tolist() == [0, 1]


@pytest.mark.parametrize(
    ("dtype", "options"),
    [
        ("u2", ("--dtype", "input")),
        ("u2", ()),
        ("u2", ("--dtype", "uint8", "--contrast-stretch")),
        ("f4", ("--dtype", "float16")),
    ],
)
def test_a_type_that_holds_the_result_is_taken_in_silence(written, dtype, options):
    output = "out.npy"
    assert written(ramp(0, 1020, dtype), *options, output=output) == ""


def test_a_thousandth_of_the_pixels_may_be_clipped_in_silence(written):
    pixels = ramp(0, 200, "u2")
    pixels.flat[-10:] = 300
    assert written(pixels, "--dtype", "uint8") == ""
    pixels.flat[-11:] = 300
    assert "0.11% of its pixels" in written(pixels, "--dtype", "uint8")


def test_an_image_of_few_levels_loses_none(written):
    mask = np.zeros((100, 100), np.uint16)
    mask[40:60, 30:80] = 7
    assert written(mask, "--dtype", "uint8") == ""


def test_a_cure_is_one_that_the_format_can_hold(written):
    said = written(ramp(0, 1020, "u2"), "--dtype", "uint8", output="out.png")
    assert "--dtype input" in said
    assert "float32" not in said
    assert (np.asarray(Image.open("out.png")) == 255).mean() > 0.7


def test_it_is_said_once_for_each_file_of_a_folder(debcr, tmp_path):
    (tmp_path / "raw").mkdir()
    for name in "ab":
        tifffile.imwrite(tmp_path / "raw" / f"{name}.tif", ramp(0, 1020, "u2"))
    with listening() as heard:
        debcr("restore", "raw", "out", "--model", "same", "--dtype", "uint8")
    assert [str(warning)[:6] for warning in heard] == ["a.tif:", "b.tif:"]


@pytest.mark.parametrize("lazy", [False, True])
def test_writing_from_python_says_it_too(tmp_path, plugins, lazy):
    image = make_image(ramp(0, 1020, "f4"), "yx")
    with listening() as heard:
        write_image(
            image.chunk({"y": 10}) if lazy else image, tmp_path / "o.tif", plugins, dtype="uint8"
        )
    assert [warning.kind for warning in heard] == ["narrow-dtype"]
    assert "74.9" in str(heard[0])
