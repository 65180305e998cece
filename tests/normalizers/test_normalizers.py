"""Normalizers map intensities to the network's scale and back without loss."""

from __future__ import annotations

import json

import dask.array as da
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from debcr_core import make_image
from debcr_core.errors import ImageError, UsageError

NAMES = ["min-max", "percentile", "mean-std", "fixed-range", "none"]
DTYPES = ["uint8", "int16", "uint16", "uint32", "float16", "float32", "float64", "bool"]


def undone(part, output, given):
    """Undo an output of intensities, whose channels are those of what was given."""
    if "c" not in given.dims:
        return undone(part, output[np.newaxis], given.expand_dims("c"))[0]
    kinds = ("intensity",) * given.sizes["c"]
    return part.undo(np.asarray(output, np.float32), given.values, kinds)


def everywhere(image):
    return {str(dim): slice(0, size) for dim, size in image.sizes.items()}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("per", ["frame", "image", "channel", "slice"])
def test_undo_is_the_inverse_of_apply(plugins, name, dtype, per):
    pixels = np.random.default_rng(0).integers(0, 200, (2, 3, 2, 9, 8)).astype(dtype)
    image = make_image(pixels, "tczyx")
    parameters = {} if name == "none" else {"per": per}
    if name == "percentile":
        parameters["clip"] = False
    fitted = plugins.create("normalizer", name, **parameters).fit(image)
    part = fitted.at(everywhere(image))
    normal = part.apply(pixels)
    assert normal.dtype == np.float32
    np.testing.assert_allclose(undone(part, normal, image), pixels.astype(float), atol=2e-4)


@pytest.mark.parametrize("name", NAMES)
def test_a_part_is_mapped_as_the_whole_is(plugins, name):
    pixels = np.random.default_rng(0).integers(0, 4000, (4, 3, 16, 20), np.uint16)
    image = make_image(pixels, "zcyx")
    parameters = {} if name == "none" else {"per": "slice"}
    fitted = plugins.create("normalizer", name, **parameters).fit(image)
    whole = fitted.at(everywhere(image)).apply(image.values)
    plane = {"c": 1, "z": 2, "y": slice(4, 9), "x": slice(0, 20)}
    np.testing.assert_array_equal(fitted.at(plane).apply(image.values[1, 2, 4:9]), whole[1, 2, 4:9])
    slab = {"c": 1, "z": slice(1, 3), "y": slice(4, 9), "x": slice(0, 20)}
    np.testing.assert_array_equal(
        fitted.at(slab).apply(image.values[1, 1:3, 4:9]), whole[1, 1:3, 4:9]
    )


def test_per_channel_and_per_slice_fit_each_by_itself(plugins):
    ramp = np.linspace(0, 1, 20).reshape(4, 5)
    image = make_image(np.stack([ramp * 10, ramp * 1000 + 7]), "cyx")
    normal = plugins.create("normalizer", "min-max", per="channel").fit(image)
    mapped = normal.at(everywhere(image)).apply(image.values)
    np.testing.assert_allclose(mapped, [ramp, ramp], atol=1e-6)
    whole = plugins.create("normalizer", "min-max", per="image").fit(image)
    assert whole.at(everywhere(image)).apply(image.values)[0].max() < 0.01


@pytest.mark.parametrize(
    ("axes", "shape"),
    [("yx", (2, 3, 4)), ("zyx", (2, 3, 1)), ("cyx", (2, 3, 4)), ("tczyx", (1, 3, 1))],
)
def test_by_default_each_channel_of_what_the_network_sees_at_once_is_fitted(plugins, axes, shape):
    image = make_image(np.random.default_rng(0).random((2, 3, 4, 6, 5)), "tczyx")
    fitted = plugins.create("normalizer", "percentile").fit_for_axes(image, axes)
    assert fitted.zero.shape == (*shape, 1, 1)
    one = image[1, 2, 3] if shape == (2, 3, 4) else None
    if one is not None:
        assert fitted.one[1, 2, 3] == pytest.approx(np.percentile(one, 99.9))


@given(
    values=st.lists(st.integers(0, 65535), min_size=1, max_size=200),
    low=st.floats(0, 40),
    high=st.floats(60, 100),
    lazy=st.booleans(),
)
def test_percentiles_equal_those_of_numpy(plugins, values, low, high, lazy):
    pixels = np.array([values], np.uint16)
    image = make_image(da.from_array(pixels, chunks=(1, 7)) if lazy else pixels, "yx")
    fitted = plugins.create("normalizer", "percentile", low=low, high=high).fit(image)
    expected = np.percentile(pixels, [low, high])
    if expected[0] == expected[1]:
        expected = np.array([pixels.min(), pixels.max()])
    np.testing.assert_allclose([fitted.zero.item(), fitted.one.item()], expected, rtol=1e-12)


@pytest.mark.parametrize("name", ["min-max", "percentile", "mean-std"])
def test_a_constant_image_comes_back_whatever_the_network_does(plugins, name):
    image = make_image(np.full((5, 5), 321, np.uint16), "yx")
    part = plugins.create("normalizer", name).fit(image).at(everywhere(image))
    normal = part.apply(image.values)
    assert np.all(normal == 0)
    np.testing.assert_array_equal(undone(part, normal + 0.3, image), 321)


def test_a_few_bright_pixels_on_a_flat_background_survive(plugins):
    pixels = np.full((100, 100), 10, np.uint16)
    pixels[50, 50] = 500
    image = make_image(pixels, "yx")
    part = plugins.create("normalizer", "percentile").fit(image).at(everywhere(image))
    np.testing.assert_allclose(undone(part, part.apply(pixels), image), pixels)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_nan_and_infinity_are_refused_with_their_number(plugins, name, bad):
    pixels = np.zeros((6, 6), np.float32)
    pixels[2, 3] = bad
    with pytest.raises(ImageError, match="at least 1 NaN or infinite pixels"):
        plugins.create("normalizer", name).fit(make_image(pixels, "yx"))


@pytest.mark.parametrize("name", NAMES)
def test_the_record_survives_json(plugins, name):
    image = make_image(np.arange(24.0).reshape(2, 3, 4), "cyx")
    record = plugins.create("normalizer", name).fit(image).record()
    assert json.loads(json.dumps(record)) == record


def test_bounds_are_checked(plugins):
    with pytest.raises(UsageError, match="low must be below high"):
        plugins.create("normalizer", "percentile", low=60, high=40)
    with pytest.raises(UsageError, match='"high" of normalizer "percentile" must be less than'):
        plugins.create("normalizer", "percentile", high=101)
    with pytest.raises(UsageError, match='no parameter "hihg". Did you mean "high"'):
        plugins.create("normalizer", "percentile", hihg=99)
