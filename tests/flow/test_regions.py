"""Any part of the result is, bit for bit, that part of the whole, whoever computes it and when."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from debcr_core import Recipe, Runner, TrainedModel, make_image
from debcr_core.errors import UsageError
from debcr_core.flow.joining import reflected
from debcr_core.flow.regions import parse_region
from debcr_core.plugins import Plugins
from debcr_core.stopping import Stop

BUILT_IN = Plugins.discover()
PERS = ("image", "channel", "slice")
TILERS = st.one_of(
    st.builds(
        lambda tile, halo: BUILT_IN.create("tiler", "halo-grid", tile=tile, halo=halo),
        st.integers(24, 40),
        st.sampled_from([None, 0, 5]),
    ),
    st.builds(
        lambda tile, overlap: BUILT_IN.create("tiler", "overlap-grid", tile=tile, overlap=overlap),
        st.integers(16, 40),
        st.sampled_from([0.0, 0.25, 0.6, 0.8]),
    ),
)
BLENDERS = st.sampled_from(["crop", "hann", "cosine", "gaussian", "mean"])
PLANES = st.tuples(st.integers(1, 90), st.integers(1, 90))
VOLUMES = st.tuples(st.integers(1, 50), st.integers(1, 40), st.integers(1, 40))


def made_of(model, tiler, blender, per="image"):
    return Recipe(
        model=model,
        normalizer=BUILT_IN.create("normalizer", "min-max", per=per),
        tiler=tiler,
        blender=BUILT_IN.create("blender", blender),
    )


def by_the_definition(image, recipe):
    """Restore an image of spatial axes alone, as a whole and with no thought of memory."""
    signature = recipe.model.signature
    fitted = recipe.normalizer.fit(image)
    everywhere = {str(dim): slice(0, size) for dim, size in image.sizes.items()}
    whole = fitted.at(everywhere)
    normal = whole.apply(image.values)
    network = recipe.model.predictor(None, "cpu")
    total, weight = np.zeros(image.shape), np.zeros(image.shape)
    for tile in recipe.tiler.grid(image.shape, signature.footprint):
        index = np.ix_(
            *(
                reflected(part.start, part.stop, size)
                for part, size in zip(tile.read, image.shape, strict=True)
            )
        )
        block = np.ascontiguousarray(normal[index])[np.newaxis, np.newaxis]
        output = network.compute(block, Stop())[0, 0]
        served = tuple(
            slice(s.start - r.start, s.stop - r.start)
            for s, r in zip(tile.serve, tile.read, strict=True)
        )
        share = recipe.blender.weights(
            tuple(part.stop - part.start for part in tile.serve), tile.overlap
        )
        total[tile.serve] += share * output[served]
        weight[tile.serve] += share
    joined = (total / weight).astype(np.float32)
    return whole.undo(joined[np.newaxis], image.values, ("intensity",))[0]


@st.composite
def regions(draw, shape):
    """Draw a region of an image."""
    ends = [sorted(draw(st.tuples(*[st.integers(0, n)] * 2))) for n in shape]
    return tuple(
        slice(a, max(b, a + 1)) if a < n else slice(n - 1, n)
        for (a, b), n in zip(ends, shape, strict=True)
    )


@settings(max_examples=120, deadline=None)
@given(data=st.data(), shape=st.one_of(PLANES, VOLUMES), tiler=TILERS, blender=BLENDERS)
def test_a_region_alone_is_that_region_of_the_whole(blur, data, shape, tiler, blender):
    dims = "zyx"[-len(shape) :]
    image = make_image(np.random.default_rng(1).random(shape, np.float32), dims)
    recipe = made_of(blur(dims=dims, radius=1, step=2), tiler, blender)
    expected = by_the_definition(image, recipe)
    region = data.draw(regions(shape))
    with Runner(TrainedModel("test", recipe)) as runner:
        plan = runner.plan(image)
        part = plan.restore(dict(zip(dims, region, strict=True)))
        np.testing.assert_array_equal(plan.restore().values, expected)
    np.testing.assert_array_equal(part.values, expected[region])


@pytest.mark.parametrize("per", PERS)
@pytest.mark.parametrize("blender", ["crop", "hann"])
@pytest.mark.parametrize("name", ["halo-grid", "overlap-grid"])
def test_regions_of_all_dims_are_those_of_the_whole(blur, name, blender, per):
    pixels = np.random.default_rng(0).integers(0, 999, (3, 2, 3, 50, 45), np.uint16)
    image = make_image(pixels, "tczyx", channels=["a", "b"])
    recipe = made_of(blur(), BUILT_IN.create("tiler", name, tile=24), blender, per)
    with Runner(TrainedModel("test", recipe)) as runner:
        plan = runner.plan(image)
        whole = plan.restore()
        region = {"t": slice(1, 3), "c": slice(1, 2), "z": slice(0, 2), "x": slice(7, 44)}
        part = plan.restore(region)
    np.testing.assert_array_equal(part.values, whole.isel(region).values)
    assert part.dims == whole.dims
    assert list(part.c.values) == ["b"]


@pytest.mark.parametrize("blender", ["crop", "gaussian"])
def test_the_order_of_blocks_does_not_matter(blur, blender):
    image = make_image(np.random.default_rng(0).random((3, 100, 90), np.float32), "zyx")
    recipe = made_of(blur(), BUILT_IN.create("tiler", "overlap-grid", tile=32), blender)
    with Runner(TrainedModel("test", recipe)) as runner:
        plan = runner.plan(image)
        whole = plan.restore().values
        places = [place for place, _ in plan.blocks()]
        result = np.full_like(whole, np.nan)
        for place in reversed(places):
            region = dict(zip("zyx", place, strict=True))
            result[place] = plan.restore(region).values
    assert len(places) > 20
    np.testing.assert_array_equal(result, whole)


def test_two_threads_at_once_compute_the_same(blur):
    image = make_image(np.random.default_rng(0).random((120, 110), np.float32), "yx")
    recipe = made_of(blur(), BUILT_IN.create("tiler", "overlap-grid", tile=32), "hann")
    with Runner(TrainedModel("test", recipe)) as runner, ThreadPoolExecutor(2) as pool:
        plan = runner.plan(image)
        whole = plan.restore().values
        regions = [
            {"y": slice(y, y + 40), "x": slice(x, x + 55)} for y in (0, 40, 80) for x in (0, 55)
        ]
        parts = list(pool.map(plan.restore, regions))
    for region, part in zip(regions, parts, strict=True):
        np.testing.assert_array_equal(part.values, whole[region["y"], region["x"]])


def test_the_number_of_threads_of_the_network_does_not_matter(plugins):
    from debcr_core import load_model

    image = make_image(np.random.default_rng(0).poisson(20, (300, 280)), "yx")
    before = torch.get_num_threads()
    results = []
    try:
        with Runner(load_model("denoise"), "cpu") as runner:
            plan = runner.plan(image)
            for threads in (1, 4):
                torch.set_num_threads(threads)
                results.append(plan.restore().values)
    finally:
        torch.set_num_threads(before)
    np.testing.assert_array_equal(*results)


@pytest.mark.parametrize(
    ("tiler", "blender", "region", "count"),
    [
        (
            {"name": "halo-grid", "tile": 32, "halo": 8},
            "crop",
            {"y": slice(0, 8), "x": slice(0, 8)},
            1,
        ),
        (
            {"name": "halo-grid", "tile": 32, "halo": 8},
            "crop",
            {"y": slice(20, 30), "x": slice(0, 8)},
            2,
        ),
        (
            {"name": "overlap-grid", "tile": 32, "overlap": 0.5},
            "hann",
            {"y": slice(20, 24), "x": slice(20, 24)},
            4,
        ),
        # Of two tiles that overlap, crop takes each pixel from one: the other is not computed.
        (
            {"name": "overlap-grid", "tile": 32, "overlap": 0.5},
            "crop",
            {"y": slice(0, 20), "x": slice(0, 20)},
            1,
        ),
    ],
)
def test_only_the_tiles_that_a_region_needs_are_computed(
    identity, trained, noise, monkeypatch, tiler, blender, region, count
):
    computed = []
    predict = Runner.predict
    monkeypatch.setattr(
        Runner,
        "predict",
        lambda self, block, stop: computed.append(1) or predict(self, block, stop),
    )
    model = trained(identity(), tiler=dict(tiler), blender=blender)
    with Runner(model) as runner:
        runner.plan(noise(200, 200)).restore(region)
    assert len(computed) == count


def test_a_whole_restoration_computes_each_tile_once(identity, trained, noise, monkeypatch):
    computed = []
    predict = Runner.predict
    monkeypatch.setattr(
        Runner,
        "predict",
        lambda self, block, stop: computed.append(1) or predict(self, block, stop),
    )
    model = trained(identity(), tiler={"name": "overlap-grid", "tile": 32}, blender="hann")
    with Runner(model) as runner:
        plan = runner.plan(noise(2, 300, 200))
        plan.restore()
    assert len(computed) == 2 * len(plan.grid.tiles)


def test_statistics_are_those_of_the_whole_image(identity, trained):
    pixels = np.zeros((60, 60), np.float32)
    pixels[:30] = np.random.default_rng(0).random((30, 60))
    pixels[50:, 50:] = np.linspace(1000, 2000, 100).reshape(10, 10)
    with Runner(trained(identity())) as runner:
        plan = runner.plan(make_image(pixels, "yx"))
        assert plan.normalization.record()["one"] == [[2000.0]]


BAD = [
    ({"q": slice(0, 5)}, 'names the axis "q". Known: x, y'),
    ({"y": slice(0, 999)}, "y=0:999, which is empty or not inside the image: y goes from 0 to 60"),
    ({"y": slice(-5, 10)}, "not inside the image"),
    ({"y": slice(10, 10)}, "is empty"),
    ({"y": slice(20, 10)}, "is empty"),
    ({"y": slice(0, 10, 2)}, "y=0:10:2: give a range without a step"),
    ({"y": 7}, "y=7: give a range"),
]


@pytest.mark.parametrize(("region", "sentence"), BAD)
def test_a_region_that_is_none_is_a_sentence(identity, trained, noise, region, sentence):
    with Runner(trained(identity())) as runner:
        plan = runner.plan(noise(60, 60))
        with pytest.raises(UsageError, match=sentence.replace(".", r"\.")):
            plan.restore(region)


@pytest.mark.parametrize("text", ["", "y", "y=1", "y=a:b", "y=0:5,y=5:9", "=0:4", "y=0:1:2:3"])
def test_a_region_that_cannot_be_read_is_a_sentence(text):
    with pytest.raises(UsageError, match=r"should name ranges of axes, .* y=0:512,x=100:300"):
        parse_region(text)


def test_spaces_do_not_matter():
    assert parse_region(" y = 3 : 9, x=:5") == {"y": slice(3, 9), "x": slice(None, 5)}


def test_a_plan_travels_between_threads_but_not_beyond_its_runner(identity, trained, noise):
    runner = Runner(trained(identity()))
    plan = runner.plan(noise(20, 20))
    done = []
    worker = threading.Thread(target=lambda: done.append(plan.restore()))
    worker.start()
    worker.join()
    assert done[0].shape == (20, 20)
    runner.close()
    runner.close()
    for use in (plan.restore, lambda: list(plan.blocks()), lambda: runner.plan(noise(9, 9))):
        with pytest.raises(UsageError, match="The runner of test was closed"):
            use()


def test_another_models_recipe_is_refused(identity, recipe, trained, noise):
    with Runner(trained(identity())) as runner:
        with pytest.raises(UsageError, match='for "identity" with other parameters'):
            runner.plan(noise(20, 20), recipe=recipe(identity(step=2)))
        other = recipe(identity(), normalizer={"name": "percentile", "high": 90})
        assert runner.plan(noise(20, 20), recipe=other).recipe == other
