"""The image in memory has named axes, a pixel size with unit, and channel names."""

from __future__ import annotations

import numpy as np
import pytest

from debcr_core.errors import ImageError, UsageError
from debcr_core.flow.contrast import Stretch
from debcr_core.image import make_image, pixel_size_micrometers, select_channel, with_axes


def test_axes_are_brought_into_order():
    image = make_image(np.zeros((5, 4, 3, 2)), "yxcz", channels=["a", "b", "c"])
    assert image.dims == ("c", "z", "y", "x")
    assert image.shape == (3, 2, 5, 4)


@pytest.mark.parametrize(
    ("shape", "dims", "fragment"),
    [
        ((5, 5), "zyx", "name 3 axes, but the data have 2"),
        ((5, 5), "yy", "at most once"),
        ((5, 5), "ay", "at most once"),
        ((5, 5), "zx", "lack y or x"),
        ((0, 5), "yx", "has no pixels"),
    ],
)
def test_wrong_axes_are_refused(shape, dims, fragment):
    with pytest.raises(ImageError, match=fragment):
        make_image(np.zeros(shape), dims)


@pytest.mark.parametrize("dtype", [complex, object, "U3", "M8[s]"])
def test_pixels_that_are_no_real_numbers_are_refused(dtype):
    with pytest.raises(ImageError, match="cannot be restored"):
        make_image(np.zeros((3, 3)).astype(dtype), "yx")


@pytest.mark.parametrize(
    ("size", "unit", "expected"),
    [(65, "nm", 0.065), (0.1, "µm", 0.1), (0.1, "um", 0.1), (1e-4, "mm", 0.1), (3, "", None)],
)
def test_pixel_sizes_are_known_in_micrometres(size, unit, expected):
    image = make_image(np.eye(3), "yx", pixel_size={"x": size}, unit={"x": unit})
    found = pixel_size_micrometers(image, "x")
    assert found == (None if expected is None else pytest.approx(expected))


@pytest.mark.parametrize("size", [0, -1, None, float("nan")])
def test_a_pixel_size_that_is_none_is_unknown(size):
    image = make_image(np.eye(3), "yx", pixel_size={"x": size})
    assert image.attrs["pixel_size"] == {}


def test_renamed_axes_keep_what_still_holds():
    image = make_image(np.zeros((3, 4, 5)), "zyx", pixel_size={"y": 0.1, "x": 0.1, "z": 1})
    renamed = with_axes(image, "tyx")
    assert renamed.dims == ("t", "y", "x")
    assert renamed.attrs["pixel_size"] == {"y": 0.1, "x": 0.1}


def test_a_channel_is_selected_by_name_or_number():
    image = make_image(np.arange(8).reshape(2, 2, 2), "cyx", channels=["DAPI", "GFP"])
    for wanted in ("GFP", "1"):
        chosen = select_channel(image, wanted)
        assert chosen.values.ravel().tolist() == [4, 5, 6, 7]
        assert list(chosen.coords["c"].values) == ["GFP"]


def test_of_channels_with_one_name_a_number_must_be_chosen():
    names = ["GFP", "DAPI", "GFP"]
    image = make_image(np.arange(12).reshape(3, 2, 2), "cyx", channels=names)
    with pytest.raises(UsageError, match='2 channels named "GFP": choose by number, 0 or 2'):
        select_channel(image, "GFP")
    for number in range(3):
        chosen = select_channel(image, str(number))
        assert chosen.values.ravel().tolist() == list(range(4 * number, 4 * number + 4))
        assert list(chosen.coords["c"].values) == [names[number]]


@pytest.mark.parametrize(("dtype", "top"), [("uint8", 255), ("uint16", 65535), ("float32", 1)])
def test_contrast_is_stretched_channel_by_channel(dtype, top):
    ramp = np.linspace(0, 1, 10_000).reshape(100, 100)
    image = make_image(np.stack([ramp * 7, ramp * 7000 + 3]), "cyx")
    stretch = Stretch.fit(image, np.dtype(dtype))
    for channel in stretch.apply(image.values, slice(0, 2), axis=0):
        assert channel.min() == 0
        assert channel.max() == pytest.approx(top)
        assert np.median(channel) == pytest.approx(top / 2, rel=0.01)


def test_a_constant_channel_becomes_black():
    image = make_image(np.full((1, 5, 5), 9.0), "cyx")
    stretch = Stretch.fit(image, np.dtype("uint8"))
    assert not stretch.apply(image.values, slice(0, 1), axis=0).any()
