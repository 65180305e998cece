"""Layers become images and images layers; nothing of them is lost on the way."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("napari")

import dask.array as da
import xarray as xr
import zarr
from napari.layers import Image, Labels, Points

from debcr_core import DebcrError, listening, make_image
from debcr_core.image_extras import SLICE_LABEL
from napari_adapter import image_of, layers_of

UNITS = {"t": "second", "z": "micrometer", "y": "nanometer", "x": "nanometer"}
DIMS = ["yx", "zyx", "tyx", "tzyx"]
TYPES = ["uint8", "uint16", "int16", "float32", "float64", "bool"]


def random(shape: tuple[int, ...], dtype: str = "float32", lazy: bool = False) -> Any:
    pixels = (np.random.default_rng(0).random(shape) * 200).astype(dtype)
    return da.from_array(pixels, chunks=pixels.shape) if lazy else pixels


@st.composite
def images(draw: st.DrawFn) -> xr.DataArray:
    """Return an image with any axes, channels, pixel sizes and units, some unknown."""
    dims = draw(st.sampled_from(DIMS))
    dims = dims[:-2] + draw(st.sampled_from(["", "c"])) + dims[-2:]
    shape = tuple(draw(st.integers(1, 6)) for _ in dims)
    names = st.lists(st.sampled_from(["DAPI", "GFP", "RFP"]), min_size=6, max_size=6)
    sized = [dim for dim in dims if dim != "c" and draw(st.booleans())]
    unit = {dim: UNITS[dim] for dim in sized if draw(st.booleans())}
    channels = draw(st.none() | names)
    return make_image(
        random(shape, draw(st.sampled_from(TYPES)), draw(st.booleans())),
        dims,
        pixel_size={dim: draw(st.sampled_from([0.1, 1.0, 12.5])) for dim in sized},
        unit=unit,
        channels=channels[: shape[dims.index("c")]] if channels and "c" in dims else None,
    )


@settings(deadline=None, max_examples=60)
@given(images())
def test_an_image_comes_back_from_its_layers_channel_by_channel_as_it_was(image) -> None:
    layers = layers_of(image, "cells")
    if "c" not in image.dims:
        xr.testing.assert_identical(image_of(layers[0]), image)
        return
    for number, layer in enumerate(layers):
        xr.testing.assert_identical(image_of(layer), image.isel(c=[number]))


@settings(deadline=None, max_examples=60)
@given(st.permutations("tzyx"), st.integers(2, 4), st.booleans(), st.booleans(), st.data())
def test_a_layer_comes_back_from_its_image_with_place_and_look(
    order, ndim, rgb, lazy, data
) -> None:
    axes = [dim for dim in order if dim in "yxzt"[:ndim]]
    shape = (*(data.draw(st.integers(2, 6)) for _ in axes), *([3] if rgb else []))
    layer = Image(
        random(shape, "uint8", lazy),
        rgb=rgb,
        axis_labels=axes,
        scale=[data.draw(st.sampled_from([0.5, 1, -2])) for _ in axes],
        units=[UNITS[dim] for dim in axes],
        translate=np.arange(ndim) + 1.5,
        blending="additive",
        gamma=0.7,
        opacity=0.5,
        **({} if rgb else {"colormap": "magma"}),
    )
    layer.rotate = np.roll(np.eye(ndim), 1, axis=0)
    (again,) = layers_of(image_of(layer), like=layer)
    assert np.array_equal(again.data, layer.data)
    kept = ("axis_labels", "units", "blending", "gamma", "opacity", "rgb")
    for name in kept:
        assert getattr(again, name) == getattr(layer, name), name
    for name in ("scale", "translate", "rotate", "shear"):
        np.testing.assert_allclose(getattr(again, name), getattr(layer, name), err_msg=name)
    assert np.allclose(again.affine, layer.affine)
    assert rgb or again.colormap.name == "magma"


def test_a_result_of_other_values_has_contrast_limits_of_its_own_and_keeps_colours() -> None:
    layer = Image(random((8, 9), "uint16"), contrast_limits=(0, 7), colormap="green")
    (result,) = layers_of(image_of(layer).astype("float32") / 1000, like=layer)
    assert result.contrast_limits == pytest.approx([layer.data.min() / 1e3, layer.data.max() / 1e3])
    assert result.colormap.name == "green"


def test_a_channel_slider_stays_one_layer_with_its_axes_in_order() -> None:
    layer = Image(random((4, 2, 8, 9)), axis_labels=["time", "Channel", "y", "x"])
    image = image_of(layer)
    assert image.dims == ("t", "c", "y", "x")
    (again,) = layers_of(image + 1, like=layer)
    assert np.array_equal(again.data, layer.data + 1)


def test_channels_have_names_and_colours_and_are_seen_together() -> None:
    layers = layers_of(make_image(random((2, 8, 9)), "cyx", channels=["DAPI", "GFP"]), "cells")
    assert [layer.name for layer in layers] == ["cells: DAPI", "cells: GFP"]
    assert [layer.colormap.name for layer in layers] == ["magenta", "green"]
    assert layers[1].blending == "additive"
    assert [layer.metadata["debcr"]["channel"] for layer in layers] == ["DAPI", "GFP"]


def test_channels_of_one_name_are_told_apart_by_number() -> None:
    layers = layers_of(make_image(random((2, 8, 9)), "cyx", channels=["GFP", "GFP"]))
    assert [layer.metadata["debcr"]["channel"] for layer in layers] == ["0", "1"]


@pytest.mark.parametrize(
    ("labels", "axes"),
    [
        (["y", "x"], "yx"),
        (["T", "Y", "X"], "tyx"),
        (["time", "rows", "columns"], "tyx"),
        (["channel", "axis -3", "axis -2", "axis -1"], "czyx"),
        (["axis -2", "axis -1"], "yx"),
        (["axis -3", "axis -2", "axis -1"], "zyx"),
        (["axis -4", "axis -3", "axis -2", "axis -1"], "tzyx"),
        (["axis -5", "axis -4", "axis -3", "axis -2", "axis -1"], "tczyx"),
    ],
)
def test_axes_are_those_of_the_labels_and_else_the_commonest(labels, axes) -> None:
    layer = Image(random((3,) * len(labels)), axis_labels=labels)
    assert set(image_of(layer).dims) == set(axes)
    assert image_of(layer, axes=axes).identical(image_of(layer))


def test_an_axis_in_seconds_is_time() -> None:
    layer = Image(random((3, 8, 9)), units=["second", "um", "um"], scale=[2, 0.1, 0.1])
    assert image_of(layer).dims == ("t", "y", "x")
    assert image_of(layer).attrs["pixel_size"] == {"t": 2, "y": 0.1, "x": 0.1}


def test_given_axes_count_more_than_labels_and_a_channel_can_be_picked() -> None:
    layer = Image(random((3, 8, 9)), axis_labels=["z", "y", "x"])
    assert image_of(layer, axes="cyx").dims == ("c", "y", "x")
    assert np.array_equal(image_of(layer, axes="cyx", channel=2).data[0], layer.data[2])


def test_a_scale_that_the_user_sets_later_counts() -> None:
    (layer,) = layers_of(make_image(random((8, 9)), "yx", pixel_size={"y": 1.0, "x": 1.0}))
    assert image_of(layer).attrs["pixel_size"] == {"y": 1.0, "x": 1.0}
    layer.scale = (0.2, 0.2)
    layer.units = ("um", "um")
    assert image_of(layer).attrs["pixel_size"] == {"y": 0.2, "x": 0.2}
    assert image_of(layer).attrs["unit"] == {"y": "micrometer", "x": "micrometer"}


def test_a_unit_that_napari_does_not_know_comes_back() -> None:
    image = make_image(random((8, 9)), "yx", pixel_size={"y": 3.0}, unit={"y": "blorps"})
    (layer,) = layers_of(image)
    assert list(map(str, layer.units)) == ["pixel", "pixel"]
    xr.testing.assert_identical(image_of(layer), image)


def test_what_else_a_file_said_comes_back() -> None:
    image = make_image(random((2, 8, 9)), "zyx").assign_attrs(
        value_unit="photons", stored_axes="xyz", levels=({"y": 2, "x": 2},), restored=True
    )
    image = image.assign_coords({SLICE_LABEL: ("z", np.array(["top", "bottom"], object))})
    (layer,) = layers_of(image)
    xr.testing.assert_identical(image_of(layer), image)


def test_a_part_of_an_image_lies_where_it_was() -> None:
    sizes = {"y": 100.0, "x": 100.0}
    image = make_image(random((8, 9)), "yx", pixel_size=sizes, unit={"y": "nm", "x": "nm"})
    (layer,) = layers_of(image.isel(y=slice(2, 6), x=slice(3, None)))
    np.testing.assert_allclose(layer.translate, (200, 300))


def test_the_finest_level_is_taken_and_the_others_are_known() -> None:
    pixels = random((64, 64))
    layer = Image([pixels, pixels[::2, ::2], pixels[::4, ::4]], multiscale=True)
    image = image_of(layer)
    assert image.data is pixels or np.shares_memory(image.data, pixels)
    assert image.attrs["levels"] == ({"y": 2, "x": 2}, {"y": 4, "x": 4})


def test_levels_are_known_by_the_axes_that_are_given() -> None:
    pixels = random((3, 64, 64))
    layer = Image([pixels, pixels[:, ::2, ::2]], multiscale=True)
    assert image_of(layer, axes="tyx").attrs["levels"] == ({"y": 2, "x": 2},)


def test_levels_of_an_image_become_one_layer() -> None:
    image = make_image(random((2, 64, 64), lazy=True), "cyx", channels=["DAPI", "GFP"])
    layers = layers_of(image, coarser=[image[:, ::2, ::2]])
    assert all(layer.multiscale for layer in layers)
    assert [level.shape for level in layers[0].data] == [(64, 64), (32, 32)]


class Counting:
    """A large array that counts the pixels that are read of it."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.shape, self.ndim, self.dtype = shape, len(shape), np.dtype("uint16")
        self.read = 0

    def __getitem__(self, index: Any) -> np.ndarray:
        block = np.broadcast_to(np.uint16(7), self.shape)[index]
        self.read += block.size
        return np.array(block)


def test_no_pixel_of_a_lazy_layer_is_read_to_make_an_image_of_it() -> None:
    array = Counting((1000, 2048, 1024))
    layer = Image(array, multiscale=False, contrast_limits=(0, 1))
    array.read = 0
    assert image_of(layer).chunks is not None
    assert array.read == 0


def test_little_of_a_lazy_image_is_read_to_make_layers_of_it() -> None:
    array = Counting((1000, 2048, 1024))
    pixels = da.from_array(array, chunks=(1, 512, 1024), meta=np.empty((0, 0, 0), "uint16"))
    (layer,) = layers_of(make_image(pixels, "zyx"))
    assert array.read < 20e6
    assert layer.contrast_limits == [0, 7]


def test_a_zarr_array_becomes_a_lazy_image(tmp_path) -> None:
    array = zarr.create_array(
        tmp_path / "a.zarr", shape=(4, 64, 64), chunks=(1, 32, 32), dtype="u2"
    )
    array[:] = pixels = random((4, 64, 64), "uint16")
    image = image_of(Image(array, multiscale=False))
    assert image.chunks is not None
    assert np.array_equal(image.data.compute(), pixels)


def test_colours_in_a_file_are_read_in_pieces_of_many_rows(tmp_path) -> None:
    array = zarr.create_array(
        tmp_path / "a.zarr", shape=(2048, 2048, 3), chunks=(64, 64, 3), dtype="uint8"
    )
    image = image_of(Image(array, rgb=True, multiscale=False))
    assert image.data.npartitions <= 8


def test_an_array_of_xarray_becomes_an_image() -> None:
    pixels = random((8, 9))
    assert np.shares_memory(image_of(Image(xr.DataArray(pixels))).data, pixels)


def test_pixels_in_memory_are_shared_not_copied() -> None:
    layer = Image(random((8, 9)))
    assert np.shares_memory(image_of(layer).data, layer.data)


def test_colours_are_channels_and_each_can_be_picked() -> None:
    layer = Image(random((8, 9, 3), "uint8"), rgb=True)
    image = image_of(layer)
    assert image.attrs["rgb"]
    assert list(image.c.values) == ["red", "green", "blue"]
    assert np.array_equal(image_of(layer, channel="green").data[0], layer.data[..., 1])


def test_transparency_is_left_out_with_a_warning() -> None:
    with listening() as heard:
        image = image_of(Image(random((8, 9, 4), "uint8"), rgb=True, name="figure"))
    assert image.sizes["c"] == 3
    assert str(heard[0]) == 'The transparency (alpha) of the layer "figure" is left out.'


def test_restored_colours_beyond_what_napari_shows_as_such_are_layers_in_these_colours() -> None:
    layer = Image(random((8, 9, 3), "uint8"), rgb=True, translate=(4, 5))
    layers = layers_of(image_of(layer).astype("float32"), "photo", like=layer)
    assert [each.name for each in layers] == ["photo: red", "photo: green", "photo: blue"]
    assert [each.colormap.name for each in layers] == ["red", "green", "blue"]
    assert all(each.translate.tolist() == [4, 5] for each in layers)


@pytest.mark.parametrize(
    "layer",
    [
        None,
        Labels(np.zeros((8, 9), int), name="cells"),
        Points(np.zeros((2, 2)), name="spots"),
        Image(np.zeros((2,) * 6), name="hypercube"),
        Image(np.zeros((2, 8, 9)), axis_labels=["y", "y", "x"], name="twice"),
    ],
    ids=["none", "labels", "points", "six axes", "y twice"],
)
def test_what_is_no_image_is_refused_in_a_sentence(layer) -> None:
    with pytest.raises(DebcrError, match=r"\.$"):
        image_of(layer)


@pytest.mark.parametrize(
    "pixels",
    [
        np.full((8, 9), np.nan),
        np.full((8, 9), 3.5),
        np.ones((1, 1), "uint16"),
        np.eye(8, dtype=bool),
        np.array([[np.inf, 1.0], [-np.inf, 2.0]]),
    ],
    ids=["NaN", "constant", "one pixel", "bool", "infinite"],
)
def test_odd_pixels_become_layers_with_limits_that_napari_takes(pixels) -> None:
    (layer,) = layers_of(make_image(pixels, "yx"))
    low, high = layer.contrast_limits
    assert np.isfinite([low, high]).all()
    assert low < high
    np.testing.assert_array_equal(image_of(layer).data, pixels)


def test_dims_of_other_names_are_refused_with_how_to_rename_them() -> None:
    with pytest.raises(DebcrError, match="rename"):
        layers_of(xr.DataArray(np.zeros((8, 9)), dims=("rows", "x")))


@pytest.mark.each_napari
def test_the_viewer_of_the_console_gives_images_too(viewer) -> None:
    from napari.utils._proxies import PublicOnlyProxy

    viewer.add_image(np.arange(12.0).reshape(3, 4), name="noisy", scale=(0.5, 0.5), units="µm")
    layer = PublicOnlyProxy(viewer).layers["noisy"]
    image = image_of(layer)
    (made,) = layers_of(image + 1, "restored", like=layer)
    np.testing.assert_array_equal(made.data, viewer.layers["noisy"].data + 1)
    assert tuple(made.scale) == (0.5, 0.5)
    assert image.attrs["pixel_size"] == {"y": 0.5, "x": 0.5}
