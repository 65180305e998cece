"""Images as a notebook shows them: coordinates in physical units, labels, upright pictures."""

from __future__ import annotations

import pickle

import matplotlib
import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from debcr_core import Recipe, evaluate, make_image, read_image, restore, write_image
from debcr_core.errors import ImageError, UsageError
from debcr_core.image import in_order, with_axes
from debcr_plugins.metrics.psnr import Psnr

matplotlib.use("agg")

UNITS = {"t": "min", "z": "nm", "y": "µm", "x": "mm"}
IN_OURS = {"t": 60.0, "z": 1e-3, "y": 1.0, "x": 1e3}


@pytest.fixture(autouse=True)
def closed():
    from matplotlib import pyplot

    yield
    pyplot.close("all")


@given(
    dims=st.sampled_from(["yx", "zyx", "tcyx", "tczyx"]),
    sizes=st.dictionaries(st.sampled_from("tzyx"), st.floats(1e-3, 1e3)),
)
def test_coordinates_are_micrometres_and_seconds_and_rise_from_zero(dims, sizes):
    image = make_image(np.zeros(range(2, 2 + len(dims))), dims, pixel_size=sizes, unit=UNITS)
    assert set(image.coords) == set(sizes) & set(dims)
    for dim, coordinate in image.coords.items():
        steps = np.arange(image.sizes[dim]) * sizes[dim]
        np.testing.assert_allclose(coordinate, steps * IN_OURS[dim])
        assert coordinate.attrs["units"] == ("s" if dim == "t" else "µm")


@pytest.mark.parametrize("unit", [{}, {"y": "parsec"}])
def test_an_unknown_unit_gives_no_coordinates(unit):
    assert not make_image(np.eye(4), "yx", pixel_size={"y": 2.0}, unit=unit).coords


@pytest.fixture
def recipe(plugins, identity):
    """Return a recipe that changes little."""
    return Recipe(
        model=identity(),
        normalizer=plugins.create("normalizer", "min-max"),
        tiler=plugins.create("tiler", "halo-grid"),
        blender=plugins.create("blender", "crop"),
    )


@pytest.fixture
def cells():
    pixels = np.random.default_rng(0).poisson(30, (2, 60, 70)).astype(np.uint16)
    sizes = {"y": 0.1, "x": 0.2}
    return make_image(pixels, "cyx", channels=["DAPI", "GFP"], pixel_size=sizes, unit=UNITS)


def test_a_part_keeps_its_place_through_restoring(cells, recipe, plugins):
    whole = restore(cells, recipe, plugins=plugins)
    xr.testing.assert_equal(whole.coords.to_dataset(), cells.coords.to_dataset())
    rows = slice(20, 52)
    region = restore(cells, recipe, region={"y": rows}, plugins=plugins)
    part = restore(cells.isel(y=rows), recipe, plugins=plugins)
    for cut in (region, part):
        np.testing.assert_array_equal(cut.y, cells.y[rows])


def test_places_and_pixel_sizes_do_not_keep_images_from_being_compared(cells):
    elsewhere = with_axes(cells, "cyx").assign_coords(y=cells.y + 7)
    [psnr] = evaluate(cells.astype(float) + 1, elsewhere, [Psnr()])
    assert np.isfinite(psnr.value)


def test_an_image_made_by_hand_keeps_its_own_coordinates():
    by_hand = xr.DataArray(np.eye(3), dims=("y", "x"), coords={"x": [5.0, 6.0, 7.0]})
    assert in_order(by_hand).x.values.tolist() == [5, 6, 7]


@pytest.mark.parametrize("suffix", ["tif", "ome.tif", "ome.zarr", "npz"])
def test_one_channel_of_a_result_is_an_image_again(cells, recipe, plugins, tmp_path, suffix):
    second = restore(cells, recipe, plugins=plugins).isel(c=1)
    assert restore(second, recipe, plugins=plugins).dims == ("y", "x")
    path = tmp_path / f"second.{suffix}"
    write_image(second, path, plugins)
    np.testing.assert_array_equal(read_image(path, plugins).squeeze(), second)


def test_a_colour_bar_says_what_the_pixels_are(cells):
    plot = cells.isel(c=0).plot(yincrease=False)
    assert plot.colorbar.ax.get_ylabel() == "intensity [arbitrary units]"
    assert plot.axes.get_xlabel() == "x [µm]"


def test_before_and_after_stand_upright_side_by_side_in_one_contrast(cells, recipe, plugins):
    restored = restore(cells, recipe, plugins=plugins)
    grid = restored.debcr.show()
    before, after = grid.axs.flat
    assert [axes.get_title() for axes in (before, after)] == ["before", "after"]
    pictures = [axes.get_images()[0] for axes in (before, after)]
    np.testing.assert_array_equal(pictures[0].get_array(), cells[0])
    np.testing.assert_array_equal(pictures[1].get_array(), restored[0])
    assert pictures[0].get_clim() == pictures[1].get_clim()
    for axes in (before, after):
        low, high = axes.get_ylim()
        assert low > high  # the first row is at the top
        assert axes.get_aspect() == 1


def test_a_part_is_shown_beside_the_same_part_of_the_whole(cells, recipe, plugins):
    region = restore(cells, recipe, region={"y": slice(8, 40)}, plugins=plugins)
    for grid in (region.debcr.show(), region.debcr.show(cells), region[:1].debcr.show()):
        before = grid.axs.flat[0].get_images()[0]
        np.testing.assert_array_equal(before.get_array(), cells[0, 8:40])


def test_a_channel_is_shown_beside_itself(cells, recipe, plugins):
    second = restore(cells, recipe, plugins=plugins).isel(c=1)
    before = second.debcr.show().axs.flat[0].get_images()[0]
    np.testing.assert_array_equal(before.get_array(), cells[1])


def test_an_image_from_a_file_can_be_sent_elsewhere(cells, recipe, plugins, tmp_path):
    np.save(tmp_path / "cells.npy", cells[0])
    restored = restore(tmp_path / "cells.npy", recipe, plugins=plugins)
    assert len(restored.debcr.show().axs.flat) == 2
    sent = pickle.loads(pickle.dumps(restored))
    xr.testing.assert_identical(sent, restored)
    assert len(sent.debcr.show().axs.flat) == 1


def test_without_before_the_middle_of_a_stack_is_shown_alone():
    stack = make_image(np.random.default_rng(0).random((5, 8, 9)), "zyx")
    [axes] = stack.debcr.show().axs.flat
    np.testing.assert_allclose(axes.get_images()[0].get_array(), stack[2], rtol=1e-6)


def test_plain_arrays_may_stand_before():
    image = make_image(np.random.default_rng(0).random((8, 9)), "yx")
    before = np.ones((8, 9))
    shown = image.debcr.show(before).axs.flat[0].get_images()[0]
    np.testing.assert_array_equal(shown.get_array(), before)


def test_another_image_before_is_refused():
    image = make_image(np.eye(9), "yx")
    with pytest.raises(UsageError, match="Before, the image is y 5 × x 5, and after y 9 × x 9"):
        image.debcr.show(np.eye(5))
    with pytest.raises(UsageError, match="no plane to show: the dims are x"):
        image[0].debcr.show()


def test_dims_of_other_names_are_told_how_to_be_renamed(recipe, plugins):
    image = xr.DataArray(np.random.default_rng(0).random((30, 40)), dims=("row", "col"))
    with pytest.raises(ImageError, match=r"image\.rename\({'row': 'y', 'col': 'x'}\)"):
        restore(image, recipe, plugins=plugins)
    renamed = restore(image, recipe, axes="yx", plugins=plugins)
    assert renamed.dims == ("y", "x")
    transposed = restore(image, recipe, axes="xy", plugins=plugins)
    assert transposed.dims == ("x", "y")
