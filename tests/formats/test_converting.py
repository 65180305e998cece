"""Pixel types are converted by rounding and clipping, never by wrapping around."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from debcr_core.errors import ImageError, UsageError
from debcr_core.files.pixel_types import DTYPES, convert_block, convert_dtype
from debcr_core.image import make_image

INTEGERS = [np.dtype(name) for name in DTYPES if "int" in name]
FLOATS = [np.dtype(name) for name in DTYPES if "float" in name]


@given(st.data(), st.sampled_from(FLOATS), st.sampled_from(INTEGERS))
def test_floats_become_the_nearest_integer_of_the_range(data, source, target):
    values = data.draw(arrays.arrays(source, (2, 3), elements={"allow_nan": False}))
    limits = np.iinfo(target)
    for value, result in zip(values.flat, convert_block(values, target).flat, strict=True):
        nearest = round(float(value)) if np.isfinite(value) else int(np.sign(value)) * 2**70
        assert int(result) == min(max(nearest, limits.min), limits.max)


@given(st.data(), st.sampled_from(INTEGERS), st.sampled_from(INTEGERS))
def test_integers_are_clipped_to_the_range(data, source, target):
    values = data.draw(arrays.arrays(source, (2, 3)))
    limits = np.iinfo(target)
    for value, result in zip(values.flat, convert_block(values, target).flat, strict=True):
        assert int(result) == min(max(int(value), limits.min), limits.max)


@given(st.data(), st.sampled_from([*FLOATS, *INTEGERS]), st.sampled_from(FLOATS))
def test_finite_values_stay_finite_in_narrower_floats(data, source, target):
    values = data.draw(arrays.arrays(source, (2, 3)))
    result = convert_block(values, target)
    assert result.dtype == target
    np.testing.assert_array_equal(np.isfinite(result), np.isfinite(values))
    np.testing.assert_array_equal(np.isnan(result), np.isnan(values))


def test_rounding_is_half_to_even_and_clipped():
    block = np.array([-3.0, 0.5, 1.5, 254.6, 300.0, np.inf], np.float32)
    assert convert_block(block, np.dtype("u1")).tolist() == [0, 0, 2, 255, 255, 255]


def test_bool_is_what_rounds_to_more_than_nothing():
    block = np.array([-1.0, 0.4, 0.6, 7.0])
    assert convert_block(block, np.dtype(bool)).tolist() == [False, False, True, True]
    assert convert_block(np.array([True, False]), np.dtype("u2")).tolist() == [1, 0]
    assert convert_block(np.array([True, False]), np.dtype("f4")).tolist() == [1.0, 0.0]


def test_nan_cannot_become_an_integer():
    with pytest.raises(ImageError, match="NaN, which uint8 cannot express"):
        convert_block(np.array([np.nan]), np.dtype("u1"))


def test_a_lazy_image_is_converted_when_it_is_loaded():
    image = make_image(np.array([[1.6, 400.0]]), "yx").chunk({"x": 1})
    converted = convert_dtype(image, "uint8")
    assert converted.chunks is not None
    assert converted.dtype == np.uint8
    assert converted.values.tolist() == [[2, 255]]
    assert converted.attrs == image.attrs


def test_an_unknown_type_suggests_the_nearest():
    image = make_image(np.zeros((2, 2)), "yx")
    with pytest.raises(UsageError, match='no pixel type "unit16". Did you mean "uint16"'):
        convert_dtype(image, "unit16")
    with pytest.raises(UsageError, match="complex64"):
        convert_dtype(image, "complex64")
