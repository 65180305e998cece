"""What is calculated of pixels, without a window."""

from __future__ import annotations

import dask.array as da
import numpy as np
import pytest
from dask.callbacks import Callback
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("napari")

from debcr_core.errors import ImageError
from debcr_core.image import make_image
from napari_adapter.compare.borrowed import Borrowed
from napari_adapter.compare.difference import difference_of, symmetric_limits
from napari_adapter.compare.noise import noise_of
from napari_adapter.compare.profile import profile_along
from napari_adapter.compare.window import Place, values_along, values_around

RAMP = np.add.outer(10.0 * np.arange(20), np.arange(30))


def place(pixels, *points, shown=(0, 1), rgb=False) -> Place:
    return Place(pixels, np.array(points, np.float64), shown, rgb)


@given(
    start=st.tuples(st.floats(0, 19), st.floats(0, 29)),
    end=st.tuples(st.floats(0, 19), st.floats(0, 29)),
    count=st.integers(2, 50),
)
def test_along_a_line_a_plane_is_read_exactly(start, end, count) -> None:
    y, x = np.linspace(start, end, count).T
    np.testing.assert_allclose(values_along(place(RAMP, start, end), count), 10 * y + x, atol=1e-9)


def test_beyond_the_borders_there_is_nothing() -> None:
    found = values_along(place(RAMP, (5, -10), (5, 40)), 51)
    assert np.isnan(found[:9]).all()
    assert np.isfinite(found[10:40]).all()
    assert np.isnan(values_along(place(RAMP, (-9, -9), (-5, -5)), 4)).all()


def test_of_a_lazy_stack_only_the_line_in_view_is_read() -> None:
    read = []

    def block(block_info=None) -> np.ndarray:
        read.append(block_info[None]["chunk-location"])
        return np.full((1, 10, 10), block_info[None]["chunk-location"][0], np.float32)

    stack = da.map_blocks(block, chunks=((1,) * 3, (10,) * 4, (10,) * 4), dtype=np.float32)
    read.clear()
    line = place(stack, (2, 12, 12), (2, 17, 18), shown=(1, 2))
    np.testing.assert_array_equal(values_along(line, 5), 2)
    assert read == [(2, 1, 1)]


def test_of_colours_the_mean_is_read() -> None:
    pixels = np.zeros((8, 8, 4), np.uint8)
    pixels[..., 0], pixels[..., 3] = 30, 255
    np.testing.assert_allclose(values_along(place(pixels, (1, 1), (6, 6), rgb=True), 3), 10)


@pytest.mark.parametrize(
    ("point", "shape"),
    [((10, 10), (8, 8)), ((0, 0), (4, 4)), ((19, 29), (5, 5)), ((25, 3), (0, 0))],
)
def test_around_a_point_a_square_is_read_as_far_as_there_are_pixels(point, shape) -> None:
    assert values_around(place(RAMP, point), 8).shape == shape


def test_a_square_lies_in_the_plane_in_view_whichever_axes_are_shown() -> None:
    stack = np.arange(20)[:, None, None] * np.ones((20, 20, 20))
    found = values_around(place(stack, (7, 10, 10), shown=(0, 2)), 8)
    assert found.shape == (8, 8)
    assert found.min() == 3


def photon_image(gain, offset, photons) -> np.ndarray:
    return gain * np.random.default_rng(0).poisson(photons) + offset


def test_photons_are_told_whatever_the_cameras_gain_and_offset() -> None:
    y, x = np.mgrid[:256, :256]
    photons = 60 + 40 * np.sin(y / 20) * np.sin(x / 25)
    for gain, offset in ((1.0, 0.0), (2.5, 100.0), (0.4, -20.0)):
        image = photon_image(gain, offset, photons)
        part = slice(100, 132), slice(30, 62)
        noise = noise_of(image[part], image)
        assert noise.mean == pytest.approx(image[part].mean())
        assert noise.variance == pytest.approx(image[part].var())
        assert noise.photons == pytest.approx(photons[part].mean(), rel=0.25)
        expected = gain * np.sqrt(photons[part].mean())
        assert noise.noise == pytest.approx(expected, rel=0.15)


def test_where_brightness_does_not_vary_no_photons_are_told() -> None:
    image = photon_image(1, 0, np.full((128, 128), 50))
    assert noise_of(image[:32, :32], image).photons is None
    flat = np.full((64, 64), 3.0)
    assert noise_of(flat[:32, :32], flat).photons is None


@pytest.mark.parametrize("pixels", [np.zeros((3, 3)), np.full((32, 32), np.nan)])
def test_noise_of_too_few_or_no_numbers_is_refused(pixels) -> None:
    with pytest.raises(ImageError, match="around this point"):
        noise_of(pixels, pixels)


def test_the_difference_of_unsigned_pixels_does_not_wrap_around() -> None:
    before, after = (make_image(np.full((4, 4), v, np.uint8), "yx") for v in (200, 100))
    np.testing.assert_array_equal(difference_of(before, after), -100)
    flags = make_image(np.ones((4, 4), bool), "yx")
    np.testing.assert_array_equal(difference_of(flags, flags), 0)


def test_the_difference_of_lazy_images_is_lazy() -> None:
    lazy = make_image(da.zeros((4, 64, 64), chunks=(1, 64, 64), dtype=np.uint16), "zyx")
    assert difference_of(lazy, lazy).chunks is not None


def test_the_viewers_cache_of_dask_is_told_of_none_of_it() -> None:
    told = []
    lazy = make_image(da.ones((64, 64), chunks=16), "yx")
    with Callback(start=told.append):
        symmetric_limits(difference_of(lazy, lazy))
        values_along(place(lazy.data, (5, 5), (50, 50)), 10)
        values_around(place(lazy.data, (30, 30)), 8)
    assert not told


@given(st.lists(st.floats(-1e6, 1e6), min_size=4, max_size=4))
def test_limits_of_a_difference_have_zero_in_the_middle(values) -> None:
    image = make_image(np.array([*values, np.nan, np.inf]).reshape(2, 3), "yx")
    low, high = symmetric_limits(image)
    assert low == -high
    assert 0 < high < np.inf


def test_a_profile_has_a_sample_for_each_pixel_of_the_finest_layer() -> None:
    profile = profile_along(
        {"fine": place(RAMP, (0, 0), (0, 20)), "coarse": place(RAMP, (0, 0), (0, 5))}, 2.0, "um"
    )
    assert len(profile.distance) == 21
    lines = profile.as_csv().splitlines()
    assert lines[0] == "distance (um),fine,coarse"
    assert lines[2] == "0.1,1,0.25"


def test_what_was_borrowed_is_given_back_but_what_others_have_changed() -> None:
    class Thing:
        colour, size = "red", 1

    thing, borrowed = Thing(), Borrowed()
    borrowed.set(thing, "colour", "green")
    borrowed.set(thing, "colour", "blue")
    borrowed.set(thing, "size", 2)
    thing.size = 3
    borrowed.give_back()
    assert (thing.colour, thing.size) == ("red", 3)
