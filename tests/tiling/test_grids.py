"""Every tiler × blender gives back what it was given, whatever the image's shape."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from debcr_core import Runner, make_image
from debcr_core.components import Predictor
from debcr_core.errors import UsageError
from debcr_core.flow.joining import reflected
from debcr_core.plugins import Plugins
from debcr_core.recipe import Recipe
from debcr_core.signature import Footprint, Signature
from debcr_core.trained import TrainedModel

BUILT_IN = Plugins.discover()
TILERS = st.one_of(
    st.builds(
        lambda tile, halo: BUILT_IN.create("tiler", "halo-grid", tile=tile, halo=halo),
        st.integers(24, 64),
        st.integers(0, 5),
    ),
    st.builds(
        lambda tile, overlap: BUILT_IN.create("tiler", "overlap-grid", tile=tile, overlap=overlap),
        st.integers(24, 64),
        st.floats(0, 0.9),
    ),
)
BLENDERS = st.one_of(
    st.sampled_from(["mean", "crop", "hann", "cosine"]).map(
        lambda name: BUILT_IN.create("blender", name)
    ),
    st.floats(0.05, 10).map(lambda sigma: BUILT_IN.create("blender", "gaussian", sigma=sigma)),
)
SHAPES = st.one_of(
    st.tuples(st.integers(1, 150), st.integers(1, 150)),
    st.tuples(st.integers(1, 60), st.integers(1, 60), st.integers(1, 60)),
)


def footprint(*, axes=2, stride=1, halo=0, smallest=None, fixed=None):
    def everywhere(number):
        return (number,) * axes

    only = None if fixed is None else everywhere(fixed)
    return Footprint(everywhere(stride), everywhere(halo), everywhere(smallest or stride), only)


def restored(image, model, tiler, blender):
    normalizer = BUILT_IN.create("normalizer", "none")
    recipe = Recipe(model=model, normalizer=normalizer, tiler=tiler, blender=blender)
    result = np.full(image.shape, np.nan, np.float32)
    plan = Runner(TrainedModel("test", recipe)).plan(image)
    for region, block in plan.blocks():
        assert np.isnan(result[region]).all(), "a pixel came twice"
        result[region] = block
    return result


@settings(max_examples=150, deadline=None)
@given(shape=SHAPES, tiler=TILERS, blender=BLENDERS, step=st.sampled_from([1, 2, 4]))
def test_a_constant_image_comes_back_constant(identity, shape, tiler, blender, step):
    dims = "zyx"[-len(shape) :]
    image = make_image(np.full(shape, 0.7, np.float32), dims)
    result = restored(image, identity(dims=dims, step=step), tiler, blender)
    np.testing.assert_allclose(result, 0.7, rtol=1e-6)


@settings(max_examples=80, deadline=None)
@given(shape=SHAPES, tiler=TILERS, blender=BLENDERS, seed=st.integers(0, 99))
def test_an_identity_network_gives_the_image_back(identity, shape, tiler, blender, seed):
    dims = "zyx"[-len(shape) :]
    pixels = np.random.default_rng(seed).random(shape, dtype=np.float32)
    result = restored(make_image(pixels, dims), identity(dims=dims, step=2), tiler, blender)
    np.testing.assert_allclose(result, pixels, rtol=2e-6)


@settings(max_examples=60, deadline=None)
@given(
    shape=st.tuples(st.integers(1, 200), st.integers(1, 200)),
    tile=st.integers(24, 120),
    seed=st.integers(0, 99),
)
def test_aligned_tiles_with_a_sufficient_halo_equal_the_whole_image_exactly(
    blur, shape, tile, seed
):
    image = make_image(np.random.default_rng(seed).random(shape, dtype=np.float32), "yx")
    crop = BUILT_IN.create("blender", "crop")
    tiled = restored(image, blur(), BUILT_IN.create("tiler", "halo-grid", tile=tile), crop)
    whole = restored(image, blur(), BUILT_IN.create("tiler", "halo-grid", tile=1000), crop)
    np.testing.assert_array_equal(tiled, whole)


def test_a_halo_that_is_too_small_does_not_equal_the_whole_image(blur):
    """The test above can fail: without a halo the seams show."""
    image = make_image(np.random.default_rng(0).random((100, 100), dtype=np.float32), "yx")
    crop = BUILT_IN.create("blender", "crop")
    tiled = restored(image, blur(), BUILT_IN.create("tiler", "halo-grid", tile=32, halo=0), crop)
    whole = restored(image, blur(), BUILT_IN.create("tiler", "halo-grid", tile=1000), crop)
    assert np.abs(tiled - whole).max() > 0.01


@pytest.mark.parametrize("blender", ["mean", "hann", "cosine", "gaussian"])
def test_the_most_overlapping_tiles_do_not_add_up_rounding_errors(identity, blender):
    image = make_image(np.full((40, 40, 40), 0.7, np.float32), "zyx")
    tiler = BUILT_IN.create("tiler", "overlap-grid", tile=24, overlap=0.9)
    parameters = {"sigma": 0.05} if blender == "gaussian" else {}
    result = restored(
        image, identity(dims="zyx"), tiler, BUILT_IN.create("blender", blender, **parameters)
    )
    np.testing.assert_allclose(result, 0.7, rtol=1e-6)


def test_a_narrow_gaussian_leaves_no_pixel_undefined(identity):
    image = make_image(np.full((60, 60, 60), 0.7, np.float32), "zyx")
    tiler = BUILT_IN.create("tiler", "overlap-grid", tile=24, overlap=0.05)
    result = restored(
        image, identity(dims="zyx"), tiler, BUILT_IN.create("blender", "gaussian", sigma=0.05)
    )
    np.testing.assert_allclose(result, 0.7, rtol=1e-6)


@settings(max_examples=300, deadline=None)
@given(
    shape=SHAPES,
    tiler=TILERS,
    step=st.sampled_from([1, 2, 4, 8]),
    smallest=st.integers(1, 40),
)
def test_tiles_keep_the_contract(shape, tiler, step, smallest):
    needs = footprint(axes=len(shape), stride=step, halo=2, smallest=smallest)
    try:
        tiles = tiler.grid(shape, needs)
    except UsageError:
        assert tiler.name == "halo-grid"
        assert tiler.tile - 2 * max(tiler.halo, step) < 2 * step + smallest
        return
    served = np.zeros(shape, int)
    sizes = {tuple(part.stop - part.start for part in tile.read) for tile in tiles}
    assert len(sizes) == 1, "all tiles have one shape"
    for tile in tiles:
        for read, serve, pixels in zip(tile.read, tile.serve, shape, strict=True):
            length = read.stop - read.start
            assert read.start % step == 0
            assert length >= smallest
            assert (length - smallest) % step == 0
            assert 0 <= read.start <= serve.start < serve.stop <= min(read.stop, pixels)
            assert read.stop < max(pixels + step, smallest + 1), "shifted inward, not padded"
            assert length <= max(tiler.tile, smallest, step + smallest - 1)
        served[tile.serve] += 1
    assert served.min() >= 1
    if tiler.name == "halo-grid":
        assert served.max() == 1
    begins = [tuple(part.start for part in tile.serve) for tile in tiles]
    assert begins == sorted(begins)


@settings(deadline=None)
@given(tiler=TILERS, size=st.integers(1, 200), smallest=st.integers(8, 40))
def test_tiles_reach_as_far_beyond_their_neighbours_as_the_halo(tiler, size, smallest):
    needs = footprint(axes=1, stride=4, halo=3, smallest=smallest)
    if tiler.name == "overlap-grid":
        return
    try:
        tiles = tiler.grid((size,), needs)
    except UsageError:
        return
    for tile in tiles:
        (read,), (serve,) = tile.read, tile.serve
        assert serve.start == 0 or serve.start - read.start >= tiler.halo
        assert serve.stop == size or read.stop - serve.stop >= tiler.halo


@pytest.mark.parametrize("name", ["halo-grid", "overlap-grid"])
def test_an_image_below_the_smallest_size_is_continued_by_reflection(identity, name):
    seen = []

    class Demanding(identity):
        """Accepts 22, 26, 30… pixels."""

        @property
        def signature(self):
            return Signature("yx", (4, 4), (0, 0), min_size=(22, 22))

        def predictor(self, weights, device):
            return Predictor(lambda block, stop: seen.append(block[0, 0]) or block)

    pixels = np.random.default_rng(0).random((9, 24), dtype=np.float32)
    crop = BUILT_IN.create("blender", "crop")
    result = restored(make_image(pixels, "yx"), Demanding(), BUILT_IN.create("tiler", name), crop)
    np.testing.assert_array_equal(result, pixels)
    assert len(seen) == 1
    np.testing.assert_array_equal(seen[0], np.pad(pixels, ((0, 13), (0, 2)), mode="reflect"))


def test_the_default_tile_that_overlaps_is_smaller_in_3_d():
    tiler = BUILT_IN.create("tiler", "overlap-grid")
    for axes, length in ((2, 256), (3, 64)):
        tile = tiler.grid((600,) * axes, footprint(axes=axes, stride=16, halo=16))[0]
        assert {part.stop - part.start for part in tile.read} == {length}


@pytest.mark.parametrize("name", ["halo-grid", "overlap-grid"])
def test_each_axis_can_have_its_own_size(name):
    tiler = BUILT_IN.create("tiler", name, tile=[8, 32, 48])
    tile = tiler.grid((100, 100, 100), footprint(axes=3, halo=2))[0]
    assert [part.stop - part.start for part in tile.read] == [8, 32, 48]
    assert type(tiler).model_validate_json(tiler.model_dump_json()) == tiler


def test_each_axis_can_have_its_own_halo():
    tiler = BUILT_IN.create("tiler", "halo-grid", tile=32, halo=[2, 5])
    tile = tiler.grid((100, 100), footprint())[0]
    assert [part.stop for part in tile.serve] == [30, 27]


@pytest.mark.parametrize("name", ["halo-grid", "overlap-grid"])
def test_more_numbers_than_axes_are_refused(name):
    tiler = BUILT_IN.create("tiler", name, tile=[32, 256, 256])
    with pytest.raises(UsageError, match=r"tile=\[32,256,256\] is for 3 axes, .* works on 2"):
        tiler.grid((500, 500), footprint())


@pytest.mark.parametrize("name", ["halo-grid", "overlap-grid"])
@pytest.mark.parametrize("tile", [0, [32, 0], "wide", 1.5])
def test_sizes_below_one_are_refused_in_one_sentence(name, tile):
    with pytest.raises(UsageError) as caught:
        BUILT_IN.create("tiler", name, tile=tile)
    said = str(caught.value)
    assert f'"tile" of tiler "{name}" must be a whole number greater than or equal to 1' in said
    assert said.count(".") == 1 + (tile == 1.5)


@pytest.mark.parametrize("name", ["halo-grid", "overlap-grid"])
def test_the_json_schema_offers_a_number_and_a_list(name):
    tile = BUILT_IN.find("tiler", name).model_json_schema()["properties"]["tile"]
    assert {option["type"] for option in tile["anyOf"]} == {"integer", "array", "null"}


@settings(deadline=None)
@given(
    tile=st.integers(24, 64),
    shape=SHAPES,
    blender=st.sampled_from(["mean", "hann", "cosine", "gaussian"]),
)
def test_smooth_blenders_have_positive_weights_up_to_the_border(tile, shape, blender):
    tiler = BUILT_IN.create("tiler", "overlap-grid", tile=tile, overlap=0.5)
    for part in tiler.grid(shape, footprint(axes=len(shape)))[:20]:
        size = tuple(serve.stop - serve.start for serve in part.serve)
        assert (BUILT_IN.create("blender", blender).weights(size, part.overlap) > 0).all()


def test_a_model_of_fixed_size_gets_only_that_size(identity):
    pixels = np.random.default_rng(1).random((150, 20), dtype=np.float32)
    for name in ("halo-grid", "overlap-grid"):
        result = restored(
            make_image(pixels, "yx"),
            identity(size=64),
            BUILT_IN.create("tiler", name),
            BUILT_IN.create("blender", "hann"),
        )
        np.testing.assert_allclose(result, pixels, rtol=2e-6)


@pytest.mark.parametrize(
    ("named", "tile", "larger"),
    [
        ("32 pixels", 32, "tile=64"),
        ("32 pixels", [32, 200], r"tile=\[64,200\]"),
        (r"10 pixels \(for this model 8\)", [96, 10], r"=\[96,64"),
    ],
)
def test_a_tile_that_its_halo_uses_up_is_refused_with_a_proposal_that_works(named, tile, larger):
    tiler = BUILT_IN.create("tiler", "halo-grid", tile=tile, halo=15)
    halo = r"a halo of 15 pixels \(for this model 16\)"
    said = rf"A tile of {named} is used up by {halo} .* larger tile, .*{larger}"
    with pytest.raises(UsageError, match=said):
        tiler.grid((500, 500), footprint(stride=4))
    assert BUILT_IN.create("tiler", "halo-grid", tile=64, halo=15).grid(
        (500, 500), footprint(stride=4)
    )


@settings(deadline=None)
@given(fixed=st.integers(1, 16), stride=st.sampled_from([1, 4, 8]))
def test_a_model_of_fixed_size_is_not_told_to_use_larger_tiles(fixed, stride):
    size = fixed * stride
    needs = footprint(stride=stride, halo=size, fixed=size)
    with pytest.raises(UsageError, match=r"smaller halo, .*tiler overlap-grid") as caught:
        BUILT_IN.create("tiler", "halo-grid").grid((150, 150), needs)
    assert "larger tile" not in str(caught.value)
    proposed = int(re.search(r"halo=(\d+)", str(caught.value))[1])
    assert BUILT_IN.create("tiler", "halo-grid", halo=proposed).grid((150, 150), needs)


@given(size=st.integers(1, 30), start=st.integers(-70, 10), length=st.integers(1, 100))
def test_reflection_agrees_with_numpy(size, start, length):
    expected = np.pad(np.arange(size), 200, mode="reflect")[200 + start : 200 + start + length]
    np.testing.assert_array_equal(reflected(start, start + length, size), expected)
