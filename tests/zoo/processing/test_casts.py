"""Casts of an RDF to whole numbers wrap no pixel, and cut no fraction off in silence."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from debcr_core.errors import UsageError
from debcr_core.image import make_image
from debcr_core.notices import listening
from debcr_plugins.zoo.processing.normalizer import RdfProcessing

WHOLE = ["uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64"]
SMALL = WHOLE[:4]


def step(name, **kwargs):
    return {"id": name, "kwargs": kwargs}


def cast(dtype):
    return step("ensure_dtype", dtype=dtype)


UNIT = step("scale_linear", gain=0.5)
OWN = [step("zero_mean_unit_variance"), step("scale_range", max_percentile=90.0)]


def processed(pixels, *steps, after=False):
    """Return an image after preprocessing, or an output after postprocessing, and what was said."""
    image = make_image(pixels, "yx")
    side = "postprocessing" if after else "preprocessing"
    place = {dim: slice(0, size) for dim, size in image.sizes.items()}
    with listening() as said:
        fitted = RdfProcessing(**{side: steps}).fit(image)
        if after:
            output = np.asarray(pixels, np.float32)[np.newaxis]
            return fitted.at(place).undo(output, output, ("intensity",))[0], said
        return fitted.at(place).apply(image.values), said


def twelve_bit():
    return np.random.default_rng(0).integers(0, 4096, (20, 30)).astype(np.uint16)


MISFITS = {
    "uint8": twelve_bit(),
    "int8": twelve_bit() // 20,
    "uint16": twelve_bit() * np.float32(20),
    "int16": twelve_bit() * np.uint16(15),
    "uint32": -twelve_bit().astype(np.int32),
    "bool": twelve_bit(),
}


@pytest.mark.parametrize("dtype", MISFITS)
def test_what_lies_beyond_the_type_is_refused_where_the_unit_counts(dtype):
    with pytest.raises(UsageError) as caught:
        processed(MISFITS[dtype], cast(dtype), UNIT)
    said = str(caught.value)
    assert f"made for images of {dtype} (whole numbers from" in said
    assert f"values from {MISFITS[dtype].min():.6g} to {MISFITS[dtype].max():.6g}" in said
    assert f'.astype("{dtype}")' in said


@pytest.mark.parametrize("dtype", WHOLE)
def test_fractions_are_refused_where_the_unit_counts(dtype):
    unit = twelve_bit() / np.float32(4096)
    with pytest.raises(UsageError, match="with fractions"):
        processed(unit, cast(dtype), UNIT)


@pytest.mark.parametrize("steps", [(), (cast("float32"),), (UNIT,), (step("clip", min=0, max=9),)])
def test_a_cast_at_the_end_or_before_anything_that_keeps_the_unit_is_no_exception(steps):
    with pytest.raises(UsageError, match="made for images of uint8"):
        processed(twelve_bit(), cast("uint8"), *steps)


@pytest.mark.parametrize("own", OWN, ids=lambda own: own["id"])
@pytest.mark.parametrize("dtype", MISFITS)
def test_where_the_image_is_normalised_next_it_is_taken_as_it_is_and_said(own, dtype):
    result, said = processed(MISFITS[dtype], cast(dtype), own, cast("float32"))
    expected, _ = processed(MISFITS[dtype], cast("float32"), own)
    np.testing.assert_array_equal(result, expected)
    (remark,) = said
    assert remark.kind == "pixel-type"
    assert "taken as they are" in str(remark)


@pytest.mark.parametrize("own", OWN, ids=lambda own: own["id"])
def test_what_is_on_record_takes_it_as_it_is_too(own):
    image = make_image(twelve_bit(), "yx")
    processing = RdfProcessing(preprocessing=(cast("uint8"), own))
    with listening():
        fitted = processing.fit(image)
    again = processing.recall(fitted.record(), image)
    place = {"y": slice(0, 20), "x": slice(0, 30)}
    np.testing.assert_array_equal(
        again.at(place).apply(image.values), fitted.at(place).apply(image.values)
    )


@settings(deadline=None, max_examples=50)
@given(st.data(), st.sampled_from(SMALL), st.sampled_from([UNIT, *OWN]))
def test_an_image_of_the_type_itself_is_as_without_any_cast(data, dtype, after):
    pixels = data.draw(arrays(dtype, (3, 4)))
    held = data.draw(st.sampled_from([dtype, "float32", "int64"]))
    result, said = processed(pixels.astype(held), cast(dtype), after)
    expected, _ = processed(pixels.astype(np.float32), after)
    np.testing.assert_allclose(result, expected, rtol=1e-5, atol=1e-5)
    assert said == []


@pytest.mark.parametrize("dtype", WHOLE)
def test_later_casts_are_the_models_and_silent_where_they_leave_the_levels(dtype):
    top = min(float(np.iinfo(dtype).max), 2.0**20)
    steps = (step("scale_range"), step("scale_linear", gain=top), cast(dtype))
    result, said = processed(twelve_bit(), *steps)
    expected, _ = processed(twelve_bit(), *steps[:-1])
    np.testing.assert_array_equal(result, np.trunc(result))
    np.testing.assert_allclose(result, np.trunc(expected), atol=1)
    assert said == []


@pytest.mark.parametrize("dtype", [*WHOLE, "bool"])
def test_a_later_cast_that_leaves_few_levels_is_said(dtype):
    _, said = processed(twelve_bit(), step("scale_range"), cast(dtype))
    (remark,) = said
    assert f"casts values from 0 to 1 to {dtype}: that leaves 2 levels" in str(remark)


@pytest.mark.parametrize("dtype", SMALL)
def test_a_later_cast_holds_what_lies_beyond_at_the_ends_and_says_so(dtype):
    shifted = (UNIT, step("scale_linear", gain=100.0, offset=-60_000.0))
    result, said = processed(twelve_bit(), *shifted, cast(dtype))
    bounds = np.iinfo(dtype)
    before = twelve_bit() * 50.0 - 60_000
    np.testing.assert_allclose(result, np.trunc(before.clip(bounds.min, bounds.max)), atol=1)
    assert "held at these ends" in str(said[0])


def test_a_mask_loses_nothing_and_nothing_is_said():
    result, said = processed(twelve_bit(), step("binarize", threshold=9.0), cast("uint8"))
    np.testing.assert_array_equal(result, twelve_bit() > 9)
    assert said == []


@settings(deadline=None, max_examples=50)
@given(
    st.sampled_from(WHOLE),
    arrays(np.float32, (3, 4), elements=st.floats(-(2.0**70), 2.0**70, width=32)),
)
def test_no_output_wraps_around(dtype, pixels):
    result, _ = processed(pixels, cast(dtype), after=True)
    bounds = np.iinfo(dtype)
    expected = np.trunc(pixels.astype(np.float64)).clip(bounds.min, bounds.max)
    np.testing.assert_allclose(result, expected, rtol=1e-6)


def test_a_bundle_for_eight_bit_takes_images_of_sixteen(bundle, convolution, plugins):
    from debcr_core import load_model, restore

    network = convolution()
    steps = [cast("uint8"), step("zero_mean_unit_variance", axes=["y", "x"]), cast("float32")]
    model = load_model(bundle(network, preprocessing=steps), plugins=plugins)
    image = twelve_bit().astype(np.uint16)
    with listening() as said:
        result = restore(image, model, plugins=plugins).values
    normal = (image - image.mean()) / image.std()
    np.testing.assert_allclose(result, network.whole(normal[None])[0], rtol=1e-4, atol=1e-4)
    assert [remark.kind for remark in said] == ["pixel-type"]
