"""The processing of an RDF follows the specification's formulas, with statistics of the whole."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from pydantic import ValidationError

from debcr_core.errors import ImageError, ReadError
from debcr_core.image import make_image
from debcr_plugins.zoo.processing.normalizer import RdfProcessing

CLOSE = {"rtol": 2e-6, "atol": 2e-6}


def pixels(*shape, seed=0):
    return np.random.default_rng(seed).gamma(2.0, 100.0, shape)


def step(name, **kwargs):
    return {"id": name, "kwargs": kwargs}


def whole(image, *, first=None):
    """Return where all of an image is, or the one entry of its first dims."""
    first = first or {}
    return {dim: first.get(dim, slice(0, size)) for dim, size in image.sizes.items()}


def processed(image, *steps, axes="yx", **first):
    """Return an image, or one entry of its first dims, after preprocessing."""
    place = whole(image, first=first)
    block = np.asarray(image.isel(place).data)
    return RdfProcessing(axes=axes, preprocessing=steps).fit(image).at(place).apply(block)


def zero_mean(x, axis=None, eps=1e-6):
    return (x - x.mean(axis, keepdims=True)) / (x.std(axis, keepdims=True) + eps)


def to_range(x, low, high, axis=None, eps=1e-6):
    lower, upper = (np.percentile(x, p, axis, keepdims=True) for p in (low, high))
    return (x - lower) / (upper - lower + eps)


FORMULAS = [
    (step("sigmoid"), lambda x: 1 / (1 + np.exp(-x))),
    (step("clip", min=50.0, max=120.0), lambda x: np.clip(x, 50, 120)),
    (step("scale_linear", gain=2.0, offset=-3.0), lambda x: 2 * x - 3),
    (step("binarize", threshold=90.0), lambda x: x > 90),
    (step("ensure_dtype", dtype="float32"), lambda x: x.astype("float32")),
    (step("zero_mean_unit_variance"), zero_mean),
    (step("zero_mean_unit_variance", eps=0.1), lambda x: zero_mean(x, eps=0.1)),
    (
        step("fixed_zero_mean_unit_variance", mean=103.5, std=13.7),
        lambda x: (x - 103.5) / 13.7,
    ),
    (step("scale_range"), lambda x: to_range(x, 0, 100)),
    (
        step("scale_range", min_percentile=1.0, max_percentile=99.8, eps=0.05),
        lambda x: to_range(x, 1, 99.8, eps=0.05),
    ),
    (
        step("clip", min_percentile=2.0, max_percentile=95.0),
        lambda x: np.clip(x, *np.quantile(x, [0.02, 0.95], method="inverted_cdf")),
    ),
    (
        step("clip", min=10.0, max_percentile=60.0),
        lambda x: np.clip(x, 10, np.quantile(x, 0.6, method="inverted_cdf")),
    ),
    (
        step("scale_mean_variance", reference_tensor="input"),
        lambda x: x,
    ),
]


@pytest.mark.parametrize(
    ("operation", "formula"),
    FORMULAS,
    ids=lambda v: str(v)[:60] if isinstance(v, dict) else "formula",
)
def test_each_operation_is_the_formula_of_the_specification(operation, formula):
    image = make_image(pixels(37, 53), "yx")
    expected = np.asarray(formula(image.values), float)
    np.testing.assert_allclose(processed(image, operation), expected, rtol=2e-5, atol=2e-6)


@pytest.mark.parametrize("operation", [f[0] for f in FORMULAS], ids=lambda v: str(v)[:60])
@pytest.mark.parametrize("listed", [None, ["y", "x"], ["batch", "y", "x"], ["channel", "y", "x"]])
def test_one_plane_comes_out_as_from_bioimageio_core(operation, listed):
    from bioimageio.core import MemberId, Sample, Tensor
    from bioimageio.core.stat_calculators import compute_measures

    from debcr_plugins.zoo.processing.operations import operation as made

    if listed and operation["id"] in ("zero_mean_unit_variance", "scale_range"):
        operation = {**operation, "kwargs": {**operation["kwargs"], "axes": listed}}
    values = pixels(37, 53).astype(np.float32)
    tensor = Tensor.from_numpy(values[None, None], dims=["batch", "channel", "y", "x"])
    sample = Sample(members={MemberId(n): tensor for n in ("tensor", "input")}, stat={}, id="1")
    operator = made(operation)
    with pytest.warns(UserWarning, match="averaging") if _quantiles(operator) else _nothing():
        sample.stat = compute_measures(operator.required_measures, [sample])
    operator(sample)
    expected = sample.members[MemberId("tensor")].data.values[0, 0]
    result = processed(make_image(values, "yx"), operation)
    if _quantiles(operator) and operation["id"] == "clip":
        # Of a data set, core interpolates; of a sample, and here always, it does not.
        np.testing.assert_allclose(result, expected, atol=np.diff(np.sort(values.ravel())).max())
    else:
        np.testing.assert_allclose(result, expected, **CLOSE)


def _quantiles(operator):
    return any(m.scope == "dataset" and m.name == "quantile" for m in operator.required_measures)


def _nothing():
    from contextlib import nullcontext

    return nullcontext()


@pytest.mark.parametrize("listed", [["y", "x"], ["channel", "y", "x"]])
def test_per_sample_each_plane_has_its_own_statistics(listed):
    image = make_image(pixels(3, 20, 30) * [[[1]], [[5]], [[9]]], "zyx")
    operation = step("zero_mean_unit_variance", axes=listed)
    for z in range(3):
        expected = zero_mean(image.values[z])
        np.testing.assert_allclose(processed(image, operation, z=z), expected, **CLOSE)


@pytest.mark.parametrize("listed", [None, ["batch", "y", "x"]])
def test_per_dataset_the_planes_of_a_stack_share_them(listed):
    image = make_image(pixels(2, 3, 20, 30) * np.arange(1, 7).reshape(2, 3, 1, 1), "tzyx")
    operation = step("scale_range", axes=listed, max_percentile=90.0)
    if listed is None:
        del operation["kwargs"]["axes"]
    expected = to_range(image.values, 0, 90)
    np.testing.assert_allclose(processed(image, operation, t=1, z=2), expected[1, 2], **CLOSE)


def test_channels_that_the_network_sees_one_by_one_are_images_of_their_own():
    image = make_image(pixels(2, 3, 20, 30) * [[[[1]]], [[[50]]]], "czyx")
    result = processed(image, step("zero_mean_unit_variance"), c=1, z=0)
    np.testing.assert_allclose(result, zero_mean(image.values[1])[0], **CLOSE)


@pytest.mark.parametrize(
    ("listed", "axis"), [(["y", "x"], (1, 2)), (["channel", "y", "x"], None), (["x"], 2)]
)
def test_channels_that_it_sees_at_once_are_joint_only_if_the_rdf_says_so(listed, axis):
    image = make_image(pixels(2, 20, 30) * [[[1]], [[50]]], "cyx")
    result = processed(image, step("zero_mean_unit_variance", axes=listed), axes="cyx")
    np.testing.assert_allclose(result, zero_mean(image.values, axis), **CLOSE)


def test_gains_and_thresholds_of_each_channel():
    image = make_image(pixels(2, 20, 30), "cyx")
    result = processed(
        image,
        step("scale_linear", axis="channel", gain=[2.0, 3.0], offset=[0.0, 1.0]),
        step("binarize", axis="channel", threshold=[200.0, 700.0]),
        axes="cyx",
    )
    np.testing.assert_array_equal(result, [image[0] * 2 > 200, image[1] * 3 + 1 > 700])


def test_each_step_measures_what_the_one_before_it_returned():
    image = make_image(pixels(20, 30), "yx")
    steps = (step("clip", min=0.0, max=150.0), step("zero_mean_unit_variance"))
    expected = zero_mean(np.clip(image.values, 0, 150).astype(np.float32).astype(float))
    np.testing.assert_allclose(processed(image, *steps), expected, **CLOSE)


@pytest.mark.parametrize("listed", [["y", "x"], ["x"], None])
def test_a_part_of_a_lazy_image_is_that_part_of_the_whole(listed):
    image = make_image(pixels(2, 40, 50), "zyx")
    kwargs = {} if listed is None else {"axes": listed}
    steps = (step("ensure_dtype", dtype="float32"), step("scale_range", **kwargs))
    lazy = image.chunk({"z": 1, "y": 13, "x": 50})
    all_of_it = processed(image, *steps, z=1)
    place = {"z": 1, "y": slice(7, 21), "x": slice(0, 50)}
    fitted = RdfProcessing(preprocessing=steps).fit(lazy).at(place)
    np.testing.assert_array_equal(fitted.apply(image.values[1, 7:21]), all_of_it[7:21])


def restored(image, output, *steps, axes="yx"):
    """Return the network's output for the whole image after postprocessing."""
    fitted = RdfProcessing(axes=axes, postprocessing=steps).fit(image)
    if fitted.needs_output:
        fitted = fitted.fit_output(output)
    return fitted


def undone(fitted, output):
    """Undo ``(channel, *spatial)``; what the input was does not matter to an RDF."""
    return fitted.undo(output, output, ("intensity",) * len(output))


def test_the_output_is_given_the_mean_and_variance_of_the_input():
    image, output = make_image(pixels(20, 30), "yx"), make_image(pixels(20, 30, seed=1), "yx")
    fitted = restored(image, output, step("scale_mean_variance", reference_tensor="input"))
    result = undone(fitted.at(whole(image)), output.values[np.newaxis])[0]
    expected = zero_mean(output.values) * (image.values.std() + 1e-6) + image.values.mean()
    np.testing.assert_allclose(result, expected, **CLOSE)


def test_output_statistics_are_those_of_the_step_they_belong_to():
    image, output = make_image(pixels(20, 30), "yx"), make_image(pixels(20, 30, seed=1), "yx")
    steps = (step("scale_linear", gain=-1.0), step("clip", max_percentile=50.0))
    fitted = restored(image, output, *steps).at(whole(image))
    result = undone(fitted, output.values[np.newaxis])[0]
    bound = np.quantile(-output.values.astype(np.float32), 0.5, method="inverted_cdf")
    np.testing.assert_allclose(result, np.minimum(-output.values, bound), **CLOSE)


def test_steps_that_refer_to_the_input_alone_need_no_output():
    step_of_input = step("scale_range", reference_tensor="input")
    assert not RdfProcessing(postprocessing=(step_of_input,)).fit(pixels_image()).needs_output
    step_of_output = step("scale_range")
    assert RdfProcessing(postprocessing=(step_of_output,)).fit(pixels_image()).needs_output


def pixels_image():
    return make_image(pixels(20, 30), "yx")


def test_softmax_over_the_channels_that_the_network_returns():
    image, output = pixels_image(), pixels(3, 20, 30) / 100
    fitted = restored(image, None, step("softmax", axis="channel")).at(whole(image))
    result = undone(fitted, output)
    expected = np.exp(output) / np.exp(output).sum(0)
    np.testing.assert_allclose(result, expected, **CLOSE)


@pytest.mark.parametrize("listed", [["y", "x"], ["channel", "y", "x"]])
def test_returned_channels_of_each_image_channel_are_measured_together(listed):
    """Two image channels, each of which becomes two."""
    image = make_image(pixels(2, 20, 30), "cyx")
    output = make_image(pixels(4, 20, 30, seed=1) * [[[1]], [[2]], [[30]], [[40]]], "cyx")
    fitted = restored(image, output, step("zero_mean_unit_variance", axes=listed))
    axis = (1, 2) if "channel" not in listed else None
    for c in range(2):
        block = output.values[2 * c : 2 * c + 2]
        result = undone(fitted.at(whole(image, first={"c": c})), block)
        np.testing.assert_allclose(result, zero_mean(block, axis), **CLOSE)


def test_a_film_seen_at_once_with_its_channels():
    image = make_image(pixels(4, 2, 20, 30), "tcyx")
    operation = step("zero_mean_unit_variance", axes=["time", "y", "x"])
    result = processed(image, operation, axes="ctyx")
    np.testing.assert_allclose(result, zero_mean(image.values, (0, 2, 3)), **CLOSE)


@pytest.mark.parametrize("steps", [(), (step("scale_linear", gain=2.0),), (step("scale_range"),)])
def test_nan_in_the_image_is_refused(steps):
    image = make_image(np.where(np.eye(9) > 0, np.nan, 1.0), "yx")
    with pytest.raises(ImageError, match="NaN"):
        RdfProcessing(preprocessing=steps).fit(image)


def test_a_constant_image_is_no_division_by_zero():
    image = make_image(np.full((9, 9), 7.0), "yx")
    assert not processed(image, step("zero_mean_unit_variance"), step("scale_range")).any()


@pytest.mark.parametrize(
    ("wrong", "fragment"),
    [
        (step("custom"), '"custom" does not run here'),
        (step("stardist_postprocessing"), "does not run here"),
        (step("scale_linear", axis="y", gain=[1.0]), 'works along "y"'),
        (step("scale_range", min_percentile=200.0), "scale_range.*min_percentile"),
        (step("sigmoid", gain=2.0), "sigmoid"),
    ],
)
def test_steps_that_do_not_run_are_named(wrong, fragment):
    with pytest.raises(ReadError, match=fragment):
        RdfProcessing(preprocessing=(wrong,)).fit(pixels_image())


def test_what_was_fitted_is_on_record():
    record = RdfProcessing(preprocessing=(step("scale_range"),)).fit(pixels_image()).record()
    (found,) = record["preprocessing"]
    image = pixels_image().values
    values = {key: value["values"] for key, value in found["ScaleRange"].items()}
    assert values == {
        "quantile 0 of tensor": pytest.approx(image.min()),
        "quantile 1 of tensor": pytest.approx(image.max()),
    }


def test_what_is_on_record_gives_the_same_map(plugins):
    image = make_image(pixels(3, 20, 30), "zyx")
    scaled = step("zero_mean_unit_variance", axes=["y", "x"])
    processing = RdfProcessing(preprocessing=(scaled, step("scale_range")))
    fitted = processing.fit(image)
    again = processing.recall(fitted.record(), image)
    for plane in range(3):
        place = {"z": plane, "y": slice(0, 20), "x": slice(0, 30)}
        block = image.values[plane]
        np.testing.assert_array_equal(again.at(place).apply(block), fitted.at(place).apply(block))


def test_a_recipe_with_it_can_be_written_and_read(plugins):
    steps = (step("scale_range", axes=["y", "x"], max_percentile=99.0),)
    processing = RdfProcessing(axes="cyx", preprocessing=steps)
    assert RdfProcessing(**processing.model_dump(mode="json")) == processing


def test_pixels_come_back_in_the_blocks_own_shape():
    image = make_image(pixels(2, 3, 20, 30), "tzyx")
    place = whole(image, first={"t": 1})
    block = image.values[1]
    fitted = RdfProcessing(axes="zyx", preprocessing=(step("scale_range"),)).fit(image)
    assert fitted.at(place).apply(block).shape == block.shape
    assert isinstance(image, xr.DataArray)


@pytest.mark.parametrize("side", ["preprocessing", "postprocessing"])
def test_more_steps_than_anybody_needs_are_refused_in_recipes_too(side):
    with pytest.raises(ValidationError, match="at most 20"):
        RdfProcessing(**{side: [step("scale_range")] * 21})
