"""The one data flow keeps axes, shape, metadata and intensity scale, and can be watched."""

from __future__ import annotations

import dask.array as da
import numpy as np
import pytest

from debcr_core import Cancelled, Predictor, Recipe, Runner, TrainedModel, make_image, restore
from debcr_core.errors import DebcrError, DebcrWarning, ImageError, UsageError
from debcr_core.flow.halo import measure_halo
from debcr_core.stopping import Stop
from debcr_core.trained import Card


@pytest.fixture
def recipe(plugins, blur):
    return Recipe(
        model=blur(),
        normalizer=plugins.create("normalizer", "percentile", clip=False),
        tiler=plugins.create("tiler", "halo-grid", tile=48),
        blender=plugins.create("blender", "crop"),
    )


@pytest.mark.parametrize(
    ("dims", "shape"),
    [("yx", (70, 90)), ("zyx", (3, 70, 90)), ("tczyx", (2, 2, 2, 40, 50)), ("cyx", (3, 9, 1))],
)
@pytest.mark.parametrize("lazy", [False, True])
def test_dims_shape_and_metadata_come_back(recipe, plugins, dims, shape, lazy):
    pixels = np.random.default_rng(0).integers(100, 4000, shape, np.uint16)
    image = make_image(
        da.from_array(pixels, chunks=16) if lazy else pixels,
        dims,
        pixel_size={"y": 0.1, "x": 0.1},
        unit={"y": "µm", "x": "µm"},
        channels=[f"dye {i}" for i in range(shape[dims.index("c")])] if "c" in dims else None,
    )
    result = restore(image, recipe, plugins=plugins)
    assert result.dims == image.dims
    assert result.shape == image.shape
    assert result.dtype == np.float32
    assert result.attrs == image.attrs
    if "c" in dims:
        assert list(result.coords["c"].values) == list(image.coords["c"].values)


def test_the_intensity_scale_comes_back(recipe, plugins):
    pixels = np.random.default_rng(0).normal(5000, 30, (200, 200)).astype(np.float32)
    result = restore(pixels, recipe, plugins=plugins)
    inside = result.values[40:-40, 40:-40]
    assert inside.mean() == pytest.approx(pixels.mean(), rel=1e-3)


def test_each_plane_is_restored_as_if_it_were_alone(recipe, plugins):
    pixels = np.random.default_rng(0).random((3, 60, 70)).astype(np.float32)
    per_slice = recipe.model_copy(
        update={"normalizer": plugins.create("normalizer", "min-max", per="slice")}
    )
    stack = restore(make_image(pixels, "zyx"), per_slice, plugins=plugins)
    for z in range(3):
        alone = restore(pixels[z], per_slice, plugins=plugins)
        np.testing.assert_array_equal(stack.values[z], alone.values)


@pytest.mark.parametrize("axes", ["zyx", "cyx", "czyx"])
def test_volumes_and_channels_reach_the_network_together(plugins, identity, axes):
    pixels = np.random.default_rng(0).random((2, 2, 5, 33, 40)).astype(np.float32)
    image = make_image(pixels, "tczyx")
    recipe = Recipe(
        model=identity(dims=axes, step=4, together=2 if "c" in axes else 1),
        normalizer=plugins.create("normalizer", "min-max", per="channel"),
        tiler=plugins.create("tiler", "overlap-grid", tile=24),
        blender=plugins.create("blender", "hann"),
    )
    result = restore(image, recipe, plugins=plugins)
    np.testing.assert_allclose(result.values, pixels, atol=1e-6)


def test_lazy_images_are_read_once_for_statistics_and_about_once_for_tiles(recipe, plugins):
    loaded = 0

    class Pixels:
        shape, dtype, ndim = (2560, 128), np.dtype(np.uint16), 2

        def __getitem__(self, region):
            nonlocal loaded
            block = np.ones(
                [len(range(*r.indices(n))) for r, n in zip(region, self.shape, strict=True)], "u2"
            )
            loaded += block.size
            return block

    lazy = da.from_array(Pixels(), chunks=(8, 128), asarray=False, meta=np.empty((0, 0), "u2"))
    image = make_image(lazy, "yx")
    plan = Runner(TrainedModel("test", recipe)).plan(image)
    parts = [part.size for _, part in plan.blocks()]
    assert max(parts) <= 48 * 48, "finished blocks are handed on"
    # Rows of tiles of 48 pixels, of which 32 are kept, are read in chunks of 8.
    assert loaded <= image.size * (1 + 48 / 32) * 1.05


def test_progress_counts_every_tile(recipe, plugins):
    seen = []
    restore(np.eye(100), recipe, plugins=plugins, progress=seen.append)
    tiles = [step for step in seen if step.stage == "tiles"]
    assert [step.done for step in tiles] == list(range(tiles[-1].total + 1))
    assert tiles[-1].total == 9


def test_raising_cancelled_from_the_callback_stops_the_work(recipe, plugins):
    def stop(progress):
        if progress.stage == "tiles" and progress.done == 2:
            raise Cancelled("enough")

    with pytest.raises(Cancelled):
        restore(np.eye(100), recipe, plugins=plugins, progress=stop)


def test_results_do_not_depend_on_how_the_image_is_chunked(recipe, plugins):
    pixels = np.random.default_rng(0).integers(0, 999, (150, 170), np.uint16)
    whole = restore(make_image(pixels, "yx"), recipe, plugins=plugins)
    for chunks in [(7, 13), (150, 1), (64, 64)]:
        lazy = make_image(da.from_array(pixels, chunks=chunks), "yx")
        np.testing.assert_array_equal(restore(lazy, recipe, plugins=plugins), whole)


def test_a_big_endian_image_is_restored_alike(recipe, plugins):
    pixels = np.random.default_rng(0).integers(0, 999, (50, 70), np.uint16)
    whole = restore(make_image(pixels, "yx"), recipe, plugins=plugins)
    swapped = restore(make_image(pixels.astype(">u2"), "yx"), recipe, plugins=plugins)
    np.testing.assert_array_equal(swapped, whole)


@pytest.mark.parametrize("dtype", ["bool", "float16", "uint8", "int64", "float64"])
def test_all_real_pixel_types_are_restored(recipe, plugins, dtype):
    pixels = np.random.default_rng(0).integers(0, 2, (50, 70)).astype(dtype)
    assert np.isfinite(restore(pixels, recipe, plugins=plugins)).all()


def test_a_colour_image_asks_which_channel(recipe, plugins):
    pixels = np.random.default_rng(0).integers(0, 255, (20, 30, 3), np.uint8)
    photograph = make_image(pixels, "yxc", channels=["red", "green", "blue"], rgb=True)
    with pytest.raises(UsageError, match="--channel red, --channel green or --channel blue"):
        restore(photograph, recipe, plugins=plugins)
    green = restore(photograph, recipe, plugins=plugins, channel="green")
    assert green.shape == (1, 20, 30)


def test_an_unknown_channel_is_refused_with_the_known_ones(recipe, plugins):
    image = make_image(np.zeros((2, 5, 5)), "cyx", channels=["DAPI", "GFP"])
    with pytest.raises(UsageError, match='no channel "dapi".*Known: 0, 1, DAPI, GFP'):
        restore(image, recipe, plugins=plugins, channel="dapi")


def test_a_model_for_volumes_refuses_a_plane(plugins, identity, recipe):
    volumes = recipe.model_copy(update={"model": identity(dims="zyx")})
    with pytest.raises(UsageError, match="lacks z"):
        restore(np.eye(9), volumes, plugins=plugins)


def test_an_array_of_more_axes_needs_names(recipe, plugins):
    with pytest.raises(UsageError, match="needs names for them"):
        restore(np.zeros((3, 5, 5)), recipe, plugins=plugins)


@pytest.mark.parametrize(
    ("size", "fragment"), [(None, "does not say its pixel size"), (5.0, "far from that")]
)
def test_an_unfamiliar_pixel_size_is_said_aloud(recipe, plugins, size, fragment):
    trained = TrainedModel("test", recipe, card=Card(pixel_size=(0.05, 0.2)))
    sizes = {"y": size, "x": size} if size else {}
    image = make_image(np.eye(20), "yx", pixel_size=sizes, unit={"x": "µm", "y": "µm"})
    with pytest.warns(DebcrWarning, match=fragment):
        restore(image, trained, plugins=plugins)


@pytest.mark.parametrize(("value", "dtype"), [(2**60, "u8"), (-(2**60), "i8"), (2**25, "u4")])
def test_integers_that_float32_cannot_hold_are_said_aloud(recipe, plugins, value, dtype):
    pixels = np.full((9, 9), value, dtype)
    with pytest.warns(DebcrWarning, match="exceed 2²⁴"):
        restore(pixels, recipe, plugins=plugins)


def test_running_out_of_memory_proposes_smaller_tiles(recipe, plugins, identity, monkeypatch):
    def predictor(self, weights, device):
        def predict(block, stop):
            raise MemoryError

        return Predictor(predict)

    monkeypatch.setattr(identity, "predictor", predictor)
    hungry = recipe.model_copy(update={"model": identity()})
    with pytest.raises(DebcrError, match="Out of memory with tiles of 48×48 pixels.* tile=24"):
        restore(np.eye(100), hungry, plugins=plugins)


def halo_of(model):
    network = model.predictor(None, "cpu")
    return measure_halo(model.name, model.signature, lambda block: network.compute(block, Stop()))


@pytest.mark.parametrize(("radius", "expected"), [(2, 11), (40, 163)])
def test_an_unknown_halo_is_measured(blur, radius, expected):
    model = blur(known=False, radius=radius)
    assert halo_of(model) == (expected, expected)


def test_a_halo_beyond_what_is_probed_is_said_aloud(blur):
    model = blur(known=False, radius=200)
    with pytest.warns(DebcrWarning, match="looks farther than 512 pixels"):
        halo_of(model)


def test_a_halo_is_measured_with_as_many_channels_as_the_network_sees(identity):
    model = identity(dims="cyx", together=2)
    assert halo_of(model) == (0, 0)


@pytest.mark.parametrize(
    ("output", "fragment"),
    [
        (lambda block: block.repeat(2, -1), r"made an output of shape \(1, 1, 48, 96\)"),
        (lambda block: block * np.nan, "made NaN or infinite pixels on a tile of 48×48"),
        (lambda block: block @ np.eye(3), "failed on a tile of 48×48 pixels: ValueError"),
    ],
)
def test_a_networks_faults_are_sentences(recipe, plugins, identity, monkeypatch, output, fragment):
    made = Predictor(lambda block, stop: output(block))
    monkeypatch.setattr(identity, "predictor", lambda self, weights, device: made)
    faulty = recipe.model_copy(update={"model": identity()})
    with pytest.raises(DebcrError, match=fragment):
        restore(np.eye(100), faulty, plugins=plugins)


def test_a_network_that_cannot_be_made_is_a_sentence(recipe, plugins, identity, monkeypatch):
    def predictor(self, weights, device):
        raise FileNotFoundError("libexotic.so")

    monkeypatch.setattr(identity, "predictor", predictor)
    with pytest.raises(DebcrError, match='"identity" failed when it was made: FileNotFoundError'):
        restore(np.eye(9), recipe.model_copy(update={"model": identity()}), plugins=plugins)


def test_a_wrong_number_of_channels_is_refused(recipe, plugins, identity):
    image = make_image(np.zeros((3, 9, 9)), "cyx")
    together = recipe.model_copy(update={"model": identity(dims="cyx")})
    with pytest.raises(UsageError, match="works on 1 channels at once, but the image has 3"):
        restore(image, together, plugins=plugins)


def test_images_made_by_hand_come_back_in_their_own_order(recipe, plugins):
    import xarray as xr

    pixels = np.random.default_rng(0).random((30, 40, 3))
    by_hand = xr.DataArray(pixels, dims=("x", "y", "z"))
    result = restore(by_hand, recipe, plugins=plugins)
    assert result.dims == ("x", "y", "z")
    swapped = restore(by_hand.transpose("z", "y", "x"), recipe, plugins=plugins)
    np.testing.assert_array_equal(result.transpose("z", "y", "x"), swapped)


@pytest.mark.parametrize("dims", [("a", "b"), ("x", "q")])
def test_images_with_unknown_axes_are_refused(recipe, plugins, dims):
    import xarray as xr

    with pytest.raises(ImageError, match="at most once"):
        restore(xr.DataArray(np.eye(9), dims=dims), recipe, plugins=plugins)


def test_lists_and_dask_arrays_are_images_too(recipe, plugins):
    pixels = np.random.default_rng(0).random((20, 30))
    expected = restore(pixels, recipe, plugins=plugins)
    for same in (pixels.tolist(), da.from_array(pixels)):
        np.testing.assert_array_equal(restore(same, recipe, plugins=plugins), expected)


def test_a_measured_halo_serves_as_well_as_a_known_one(recipe, plugins, blur):
    pixels = np.random.default_rng(0).random((120, 100))
    known = restore(pixels, recipe, plugins=plugins)
    measured = recipe.model_copy(update={"model": blur(known=False)})
    np.testing.assert_array_equal(restore(pixels, measured, plugins=plugins), known)
