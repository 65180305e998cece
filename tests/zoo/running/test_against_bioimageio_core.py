"""Tiled here equals the whole image there; and there runs what is ours."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from debcr_core import load_model, restore
from debcr_core.errors import UsageError
from debcr_core.image import make_image
from debcr_plugins.tilers.halo_grid import HaloGrid

NORMALISED = [
    {"id": "ensure_dtype", "kwargs": {"dtype": "float32"}},
    {"id": "zero_mean_unit_variance", "kwargs": {"axes": ["channel", "y", "x"], "eps": 1e-6}},
]
BY_PERCENTILES = [
    {"id": "ensure_dtype", "kwargs": {"dtype": "float32"}},
    {
        "id": "scale_range",
        "kwargs": {
            "axes": ["channel", "y", "x"],
            "min_percentile": 1.0,
            "max_percentile": 99.0,
            "reference_tensor": "raw",
        },
    },
]
LIKE_THE_INPUT = [
    {
        "id": "scale_mean_variance",
        "kwargs": {"axes": ["channel", "y", "x"], "reference_tensor": "raw", "eps": 1e-6},
    }
]
CLIPPED = [
    {"id": "scale_linear", "kwargs": {"gain": 3.0, "offset": -1.0}},
    {"id": "clip", "kwargs": {"min": -5.0, "max": 5.0}},
]


def described(folder):
    from bioimageio.core import load_model_description

    return load_model_description(folder / "rdf.yaml", perform_io_checks=False)


def predicted(pipeline, images):
    """Return what a pipeline of bioimageio.core makes of a batch of planes, whole."""
    from bioimageio.core import MemberId, Sample, Tensor

    tensor = Tensor.from_numpy(images[:, None], dims=["batch", "channel", "y", "x"])
    sample = Sample(members={MemberId("raw"): tensor}, stat={}, id="1")
    made = pipeline.predict_sample_without_blocking(
        sample, skip_input_padding=True, skip_output_cropping=True
    )
    return made.members[MemberId("restored")].to_numpy()[:, 0]


def pixels(*shape):
    return np.random.default_rng(0).gamma(2.0, 100.0, shape).astype(np.float32)


@pytest.mark.parametrize("preprocessing", [NORMALISED, BY_PERCENTILES])
@pytest.mark.parametrize("postprocessing", [[], CLIPPED])
@pytest.mark.parametrize("batch", [1, 3])
def test_tiles_here_equal_the_whole_image_there(
    bundle, convolution, plugins, preprocessing, postprocessing, batch
):
    from bioimageio.core import create_prediction_pipeline

    network = convolution(cell=4, halo=8)
    folder = bundle(network, preprocessing=preprocessing, postprocessing=postprocessing)
    images = pixels(batch, 96, 132)
    with create_prediction_pipeline(described(folder)) as pipeline:
        expected = predicted(pipeline, images)
    result = restored_in_tiles(folder, images, plugins)
    np.testing.assert_allclose(result, expected, rtol=1e-5, atol=1e-5 * np.ptp(expected))


def restored_in_tiles(folder, images, plugins):
    model = load_model(folder, plugins=plugins)
    recipe = model.recipe.model_copy(update={"tiler": HaloGrid(tile=32)})
    tiled = type(model)(model.name, recipe, model.weights)
    return restore(make_image(images, "zyx"), tiled, plugins=plugins).values


def test_statistics_of_the_output_are_those_of_the_whole(bundle, convolution, plugins):
    """bioimageio.core 0.11 ends with a KeyError here: it measures before there is an output."""
    network = convolution(cell=4, halo=8)
    images = pixels(2, 96, 132)
    result = restored_in_tiles(bundle(network, postprocessing=LIKE_THE_INPUT), images, plugins)
    for image, restored in zip(images.astype(float), result, strict=True):
        output = network.whole(image[None])[0]
        scaled = (output - output.mean()) / (output.std() + 1e-6)
        expected = scaled * (image.std() + 1e-6) + image.mean()
        np.testing.assert_allclose(restored, expected, rtol=1e-5, atol=1e-5 * np.ptp(expected))


def test_its_pipeline_runs_a_model_of_ours(bundle, convolution, plugins):
    from bioimageio.core import create_prediction_pipeline

    from debcr_plugins.zoo.bioimageio_adapter import TrainedModelAdapter

    folder = bundle(convolution(), preprocessing=NORMALISED)
    images = pixels(2, 32, 48)
    description = described(folder)
    with create_prediction_pipeline(description) as pipeline:
        expected = predicted(pipeline, images)
    adapter = TrainedModelAdapter(description, load_model(folder, plugins=plugins), "cpu")
    with create_prediction_pipeline(description, model_adapter=adapter) as pipeline:
        np.testing.assert_allclose(predicted(pipeline, images), expected, rtol=1e-5, atol=1e-5)


def test_a_model_of_other_axes_is_no_part_of_its_pipeline(
    bundle, convolution, plugins, minimal_rdf
):
    from bioimageio.spec import ValidationContext, build_description

    from debcr_plugins.zoo.bioimageio_adapter import TrainedModelAdapter

    model = load_model(bundle(convolution(seen=2)), plugins=plugins)
    weights = {"onnx": {"source": "weights.onnx", "opset_version": 17}}
    rdf = {**minimal_rdf(), **convolution().tensors(), "weights": weights}
    context = ValidationContext(perform_io_checks=False, root=Path())
    with pytest.raises(UsageError, match="sees 2 channels"):
        TrainedModelAdapter(build_description(rdf, context=context), model)
