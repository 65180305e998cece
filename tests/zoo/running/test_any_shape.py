"""A bundle restores an image of any shape, and tiles show no seam."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from debcr_core import load_model, restore
from debcr_core.errors import ReadError
from debcr_core.image import make_image
from debcr_plugins.tilers.halo_grid import HaloGrid

TILED = {"rtol": 1e-5, "atol": 1e-5}


def restore_tiled(image, trained, tile, plugins):
    recipe = trained.recipe.model_copy(update={"tiler": HaloGrid(tile=tile)})
    return restore(image, type(trained)(trained.name, recipe, trained.weights), plugins=plugins)


def pixels(*shape):
    return np.random.default_rng(0).normal(size=shape).astype(np.float32)


@pytest.fixture(scope="module")
def strided(tmp_path_factory, convolution):
    """A network on a grid of 4 pixels, as a session-wide bundle for hypothesis."""
    return convolution(cell=4, halo=8)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(1, 70), st.integers(1, 70))
def test_every_plane_of_one_pixel_or_more_comes_back_in_its_shape(strided_model, height, width):
    model, network, plugins = strided_model
    image = pixels(height, width)
    result = restore_tiled(image, model, 24, plugins).values
    assert result.shape == (height, width)
    rows, columns = height // 4 * 4, width // 4 * 4
    inside = network.whole(image[None, :rows, :columns])[0]
    # The last cells are completed by reflection, which their neighbours see.
    np.testing.assert_allclose(
        result[: rows - 4, : columns - 4],
        inside[: max(rows - 4, 0), : max(columns - 4, 0)],
        **TILED,
    )


@pytest.fixture
def strided_model(bundle, strided, plugins):
    return load_model(bundle(strided), plugins=plugins), strided, plugins


@pytest.mark.parametrize("shape", [(64, 96), (96, 64), (200, 40)])
def test_tiles_equal_the_whole_image_on_the_grid(strided_model, shape):
    model, network, plugins = strided_model
    image = pixels(*shape)
    result = restore_tiled(image, model, 32, plugins)
    np.testing.assert_allclose(result, network.whole(image[None])[0], **TILED)


@pytest.mark.parametrize(
    ("layout", "seen", "returned"),
    [
        ("bcyx", 1, 1),
        ("byxc", 1, 1),
        ("byxc", 3, 2),
        ("cyx", 2, 2),
        ("yx", 1, 1),
        ("bxyc", 1, 1),
        ("bcsyx", 1, 1),
        ("bcyx", 1, 3),
        ("bcyx", 4, 1),
    ],
)
def test_any_order_of_axes_and_number_of_channels(
    bundle, convolution, plugins, layout, seen, returned
):
    network = convolution(layout=layout, seen=seen, returned=returned)
    image = pixels(seen, 30, 41)
    given = make_image(image, "cyx") if seen > 1 else image[0]
    model = load_model(bundle(network), plugins=plugins)
    result = restore_tiled(given, model, 16, plugins).values
    np.testing.assert_allclose(result.reshape(returned, 30, 41), network.whole(image), **TILED)


@pytest.mark.parametrize("halo", [None, 1])
def test_networks_without_padding_are_given_more(bundle, convolution, plugins, halo):
    network = convolution(padded=False, halo=halo)
    image = pixels(1, 40, 50)
    model = load_model(bundle(network), plugins=plugins)
    result = restore_tiled(image[0], model, 16, plugins).values
    continued = np.pad(image, [(0, 0), (1, 1), (1, 1)], mode="symmetric")
    np.testing.assert_allclose(result, network.whole(continued)[0, 1:-1, 1:-1], **TILED)


@pytest.mark.parametrize("shape", [(1, 1), (5, 100), (32, 32), (33, 31), (70, 90)])
def test_networks_of_one_size_take_images_of_any(bundle, convolution, plugins, shape):
    network = convolution(sizes={"y": 32, "x": 32}, halo=4)
    model = load_model(bundle(network), plugins=plugins)
    result = restore(pixels(*shape), model, plugins=plugins).values
    assert result.shape == shape
    expected = network.whole(pixels(*shape)[None])[0]
    np.testing.assert_allclose(result[1:-1, 1:-1], expected[1:-1, 1:-1], **TILED)


def test_a_fixed_depth_and_free_planes(bundle, convolution, plugins):
    network = convolution(layout="bczyx", sizes={"z": 8, "y": (16, 4), "x": (16, 4)}, halo=2)
    image = pixels(1, 11, 40, 30)
    model = load_model(bundle(network), plugins=plugins)
    result = restore(make_image(image[0], "zyx"), model, plugins=plugins).values
    expected = network.whole(image)[0]
    np.testing.assert_allclose(result[1:-1, 1:-1, 1:-1], expected[1:-1, 1:-1, 1:-1], **TILED)


def test_stacks_go_plane_by_plane_where_the_network_sees_planes(bundle, convolution, plugins):
    network = convolution()
    image = pixels(3, 2, 20, 25)
    model = load_model(bundle(network), plugins=plugins)
    result = restore(make_image(image, "tzyx"), model, plugins=plugins).values
    for t, z in np.ndindex(3, 2):
        np.testing.assert_allclose(result[t, z], network.whole(image[t, z][None])[0], **TILED)


STEPS = {
    "preprocessing": [
        {"id": "ensure_dtype", "kwargs": {"dtype": "float32"}},
        {"id": "zero_mean_unit_variance", "kwargs": {"axes": ["y", "x"], "eps": 1e-6}},
    ],
    "postprocessing": [{"id": "sigmoid"}, {"id": "ensure_dtype", "kwargs": {"dtype": "float32"}}],
}


@pytest.mark.parametrize("axes", ["cyx", "tzcyx", "czyx"])
def test_channels_are_processed_one_by_one(bundle, convolution, plugins, axes):
    network = convolution()
    shape = tuple({"t": 2, "z": 2, "c": 3, "y": 20, "x": 25}[axis] for axis in axes)
    image = make_image(pixels(*shape), axes)
    model = load_model(bundle(network, **STEPS), plugins=plugins)
    result = restore(image, model, plugins=plugins).transpose(*image.dims).values
    for place in np.ndindex(*image.shape[:-2]):
        plane = image.values[place].astype(float)
        normal = (plane - plane.mean()) / (plane.std() + 1e-6)
        expected = 1 / (1 + np.exp(-network.whole(normal[None])[0]))
        np.testing.assert_allclose(result[place], expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("letter", ["z", "t"])
def test_volumes_and_films_go_whole_where_the_network_sees_them(
    bundle, convolution, plugins, letter
):
    network = convolution(layout=f"bc{letter}yx", halo=2)
    image = pixels(1, 12, 20, 24)
    model = load_model(bundle(network), plugins=plugins)
    result = restore_tiled(make_image(image[0], f"{letter}yx"), model, 9, plugins).values
    np.testing.assert_allclose(result, network.whole(image)[0], **TILED)


@pytest.fixture
def old_bundle(bundle, convolution):
    """A bundle of format 0.4, and its network."""
    network = convolution(cell=4)
    old = {
        "format_version": "0.4.10",
        "test_inputs": ["in.npy"],
        "test_outputs": ["out.npy"],
        "tags": [],
        "covers": [],
        "inputs": [
            {
                "name": "raw",
                "axes": "bcyx",
                "data_type": "float32",
                "shape": {"min": [1, 1, 20, 20], "step": [0, 0, 4, 4]},
            }
        ],
        "outputs": [
            {
                "name": "restored",
                "axes": "bcyx",
                "data_type": "float32",
                "halo": [0, 0, 8, 8],
                "shape": {"reference_tensor": "raw", "scale": [1.0] * 4, "offset": [0.0] * 4},
            }
        ],
    }
    return bundle(network, **old), network


def test_format_0_4_is_tiled_too(old_bundle, plugins):
    folder, network = old_bundle
    model = load_model(folder, plugins=plugins)
    image = pixels(96, 64)
    result = restore_tiled(image, model, 32, plugins)
    np.testing.assert_allclose(result, network.whole(image[None])[0], **TILED)


def test_checksums_of_format_0_4_count_too(old_bundle, plugins):
    folder, _ = old_bundle
    with (folder / "weights.onnx").open("ab") as file:
        file.write(b"more")
    with pytest.raises(ReadError, match="not the file that was published"):
        load_model(folder, plugins=plugins)


def test_tied_axes_get_tiles_of_one_size(bundle, convolution, plugins):
    network = convolution(halo=2)
    tensors = network.tensors()
    tensors["inputs"][0]["axes"][3]["size"] = {"tensor_id": "raw", "axis_id": "y"}
    for axis in tensors["outputs"][0]["axes"][2:]:
        axis["size"] = {"tensor_id": "raw", "axis_id": "y"}
    model = load_model(bundle(network, **tensors), plugins=plugins)
    assert len(set(model.recipe.model.signature.fixed_size)) == 1
    image = pixels(600, 40)
    result = restore(image, model, plugins=plugins).values
    np.testing.assert_allclose(
        result[1:-1, 1:-1], network.whole(image[None])[0][1:-1, 1:-1], **TILED
    )
