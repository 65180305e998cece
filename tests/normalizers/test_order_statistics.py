"""Percentiles are exact for every pixel type, without holding or sorting the image."""

from __future__ import annotations

import tracemalloc

import dask.array as da
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from debcr_core import make_image
from debcr_core.order_statistics import Tallied, order_statistics, percentiles

INTEGERS = [f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)]
REALS = ["float16", "float32", "float64"]
SHAPES = st.tuples(st.integers(1, 8), st.integers(1, 8))


def numbers(dtype):
    """All finite values, zeros of both signs and denormal ones included."""
    if np.dtype(dtype).kind != "f":
        return arrays.from_dtype(np.dtype(dtype))
    # Where numpy's own interpolation overflows there is nothing to compare with.
    largest = float(np.finfo(dtype).max) / 4
    return arrays.from_dtype(
        np.dtype(dtype), min_value=-largest, max_value=largest, allow_nan=False
    )


def image_of(pixels, *, lazy):
    return make_image(da.from_array(pixels, chunks=(5, 4)) if lazy else pixels, "yx")


@pytest.mark.parametrize("dtype", ["bool", *INTEGERS, *REALS, ">u2", ">i4", ">f4"])
@settings(deadline=None, max_examples=40)
@given(data=st.data(), lazy=st.booleans())
def test_every_pixel_is_found_at_its_rank(dtype, data, lazy):
    pixels = data.draw(arrays.arrays(np.dtype(dtype), SHAPES, elements=numbers(dtype)))
    image = image_of(pixels, lazy=lazy)
    found = order_statistics(image, list(range(image.size)))
    np.testing.assert_array_equal(found, np.sort(pixels, axis=None).astype(np.float64))


@pytest.mark.parametrize("dtype", ["bool", *INTEGERS, *REALS])
@settings(deadline=None, max_examples=40)
@given(data=st.data(), low=st.floats(0, 50), high=st.floats(50, 100), lazy=st.booleans())
def test_percentiles_equal_those_of_numpy(dtype, data, low, high, lazy):
    pixels = data.draw(arrays.arrays(np.dtype(dtype), SHAPES, elements=numbers(dtype)))
    found = percentiles(image_of(pixels, lazy=lazy), low, high)
    expected = np.percentile(pixels.astype(np.float64), [low, high])
    scale = np.abs(pixels.astype(np.float64)).max()
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-15 * scale)


@pytest.mark.parametrize("dtype", [*INTEGERS, *REALS])
@pytest.mark.parametrize("shape", [(1, 1), (7, 9)])
def test_a_constant_image_has_one_percentile(dtype, shape):
    image = make_image(np.full(shape, 100, dtype), "yx")
    assert percentiles(image, 0.1, 99.9) == (100, 100)


@pytest.mark.parametrize("dtype", ["uint16", "float32", "float64"])
def test_a_large_image_is_counted_in_pieces_of_any_layout(dtype):
    pixels = (np.random.default_rng(0).normal(size=(700, 900)) * 300 + 2000).astype(dtype)
    expected = np.percentile(pixels.astype(np.float64), [0.1, 99.9])
    for view in (pixels, pixels.T, pixels[::-1, ::-1]):
        np.testing.assert_allclose(percentiles(make_image(view, "yx"), 0.1, 99.9), expected)


def test_numbers_wider_than_64_bits_are_taken_as_float64():
    pixels = np.linspace(-1, 1, 99, dtype=np.longdouble)[np.newaxis]
    np.testing.assert_allclose(percentiles(make_image(pixels, "yx"), 25, 75), [-0.5, 0.5])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("lazy", [False, True])
def test_memory_does_not_grow_with_the_image(dtype, lazy):
    pixels = np.zeros((3000, 3000), dtype)
    data = da.zeros(pixels.shape, dtype=dtype, chunks=500) if lazy else pixels
    image = make_image(data, "yx")
    percentiles(image[:1, :1], 0, 100)  # imports what it needs
    tracemalloc.start()
    try:
        percentiles(image, 0.1, 99.9)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    # Looking for NaN takes a byte per pixel of a block, which may be the image.
    assert peak < (0 if lazy else image.size) + 25e6 < image.nbytes


@pytest.mark.parametrize(("dtype", "passes"), [("uint8", 1), ("uint16", 1), ("float32", 3)])
def test_what_is_tallied_is_read_once_for_its_leading_digits(dtype, passes):
    pixels = (np.random.default_rng(0).normal(size=(60, 90)) * 20 + 100).astype(dtype)
    read = []
    data = da.from_array(pixels, chunks=30).map_blocks(lambda b: read.append(b.size) or b)
    read.clear()  # dask has looked at an empty block
    tallied = Tallied(make_image(data, "yx"))
    for low, high in [(0.1, 99.9), (5, 50)]:
        expected = np.percentile(pixels.astype(np.float64), [low, high])
        np.testing.assert_allclose(percentiles(tallied, low, high), expected)
    assert sum(read) == passes * pixels.size
