"""What an output holds decides what is undone; statistics of the whole of it take a pass."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from pydantic import Field

from debcr_core import (
    Cancelled,
    Channel,
    Normalization,
    Normalizer,
    Predictor,
    Runner,
    Signature,
    Stop,
    make_image,
    restore,
)
from debcr_core.components import Model
from debcr_core.errors import UsageError
from debcr_core.flow.contrast import Stretch
from debcr_plugins.zoo.processing.normalizer import RdfProcessing


class Several(Model):
    """Returns its input, a spread of 0.1, a label of 1 and a probability of 0.9."""

    name = "several"

    @property
    def signature(self):
        kinds = ("intensity", "spread", "label", "probability")
        return Signature(
            "yx", (1, 1), (0, 0), channels_out=tuple(Channel(kind, kind) for kind in kinds)
        )

    def predictor(self, weights, device):
        def compute(block, stop):
            ones = np.ones_like(block)
            return np.concatenate([block, 0.1 * ones, ones, 0.9 * ones], axis=1)

        return Predictor(compute)


class Mean(Model):
    """Returns the mean of the channels that it sees."""

    name = "mean-of-channels"

    dims: str = Field("cyx", description="Axes.")

    @property
    def signature(self):
        axes = len(self.dims) - 1
        return Signature(
            self.dims, (1,) * axes, (0,) * axes, channels_in=3, channels_out=(Channel("mean"),)
        )

    def predictor(self, weights, device):
        return Predictor(lambda block, stop: block.mean(axis=1, keepdims=True))


@pytest.mark.parametrize("per", ["image", "channel", "slice"])
@pytest.mark.parametrize("name", ["min-max", "mean-std", "percentile", "fixed-range"])
def test_a_spread_is_scaled_and_not_shifted_and_labels_are_left_alone(trained, name, per):
    pixels = np.random.default_rng(0).uniform(5000, 6000, (40, 40)).astype(np.float32)
    pixels[0, 0], pixels[0, 1] = 5000, 6000
    parameters = {"low": 5000, "high": 6000} if name == "fixed-range" else {}
    model = trained(Several(), normalizer={"name": name, "per": per, **parameters})
    result = restore(make_image(pixels, "yx"), model)
    scale = {
        "mean-std": pixels.std(dtype=np.float64),
        "percentile": np.subtract(*np.percentile(pixels.astype(float), [99.9, 0.1])),
    }.get(name, 1000)
    assert list(result.c.values) == ["intensity", "spread", "label", "probability"]
    inside = slice(1, None)
    np.testing.assert_allclose(result[0, inside], pixels[inside], rtol=2e-3)
    np.testing.assert_allclose(result[1], 0.1 * scale, rtol=1e-5)
    assert (result[2] == 1).all()
    assert (result[3] == np.float32(0.9)).all()


@pytest.mark.parametrize("per", ["image", "channel", "slice"])
@pytest.mark.parametrize("dims", ["cyx", "czyx", "ctyx"])
def test_three_channels_become_one_whatever_the_statistics_are_per(trained, dims, per):
    own = "".join(sorted(dims, key="tczyx".index))
    sizes = {"t": 2, "c": 3, "z": 2, "y": 20, "x": 30}
    pixels = np.random.default_rng(0).random([sizes[dim] for dim in own]).astype(np.float32)
    image = make_image(pixels + 7, own)
    model = trained(Mean(dims=dims), normalizer={"name": "min-max", "per": per})
    result = restore(image, model)
    assert result.sizes["c"] == 1
    # Maps of their own are nearly alike here: their mean undoes to nearly the mean.
    np.testing.assert_allclose(result.isel(c=0), image.mean("c"), atol=0.02)


class Looks(Normalizer):
    """Gives back the largest pixel of the input wherever the network lost it."""

    name = "looks"

    def fit(self, image):
        return LooksMap()


class LooksMap(Normalization):
    def at(self, position):
        return self

    def apply(self, block):
        return np.minimum(block, 100).astype(np.float32)

    def undo(self, output, given, kinds):
        excess = given.astype(np.float32) - np.minimum(given, 100)
        return output + excess[np.newaxis]

    def record(self):
        return {}


def test_undoing_sees_the_part_of_the_input_that_it_undoes(trained, identity):
    pixels = np.full((70, 90), 40, np.float32)
    pixels[33, 50] = 4095
    model = trained(
        identity(), normalizer=Looks(), tiler={"name": "halo-grid", "tile": 24, "halo": 4}
    )
    np.testing.assert_array_equal(restore(make_image(pixels, "yx"), model), pixels)


ZERO_MEAN = {"id": "zero_mean_unit_variance", "kwargs": {"axes": ["channel", "y", "x"]}}


def two_pass(trained, identity):
    processing = RdfProcessing(preprocessing=(ZERO_MEAN,), postprocessing=(ZERO_MEAN,))
    return trained(identity(), normalizer=processing, tiler={"name": "halo-grid", "tile": 24})


@pytest.mark.parametrize("dims", ["yx", "zyx", "cyx"])
def test_a_region_of_what_needs_the_whole_output_waits_for_it(trained, identity, noise, dims):
    image = noise(2, 40, 50, dims=dims) if len(dims) == 3 else noise(40, 50)
    region = {"y": slice(5, 33), "x": slice(20, 50)}
    with Runner(two_pass(trained, identity)) as runner:
        plan = runner.plan(image)
        assert plan.two_passes
        with pytest.raises(UsageError, match=r"settle the plan first .*provisional=True"):
            plan.restore(region)
        settled = plan.settle()
        assert not settled.two_passes
        assert settled.settle() is settled
        whole = settled.restore()
        np.testing.assert_array_equal(settled.restore(region).values, whole.isel(region).values)
        assert "provisional" not in settled.restore(region).attrs
        # The record of that pass is enough for another plan, which makes no such pass.
        again = runner.plan(image, fitted=settled.record())
        assert not again.two_passes
        np.testing.assert_array_equal(again.restore(region).values, whole.isel(region).values)
        with pytest.raises(UsageError, match="made before the network's whole output was there"):
            runner.plan(image, fitted=plan.record())


@pytest.mark.parametrize("stretch", [None, "uint8"])
@pytest.mark.parametrize("dims", ["yx", "zyx", "cyx"])
def test_a_provisional_region_says_so_and_has_the_regions_statistics(
    trained, identity, noise, dims, stretch
):
    image = noise(2, 40, 50, dims=dims) if len(dims) == 3 else noise(40, 50)
    region = {"y": slice(5, 33), "x": slice(20, 50)}
    if len(dims) == 3:
        region[dims[0]] = slice(1, 2)
    with Runner(two_pass(trained, identity)) as runner:
        dtype = np.dtype(stretch) if stretch else None
        result = runner.plan(image, contrast_stretch=dtype).restore(region, provisional=True)
    assert result.attrs["provisional"] is True
    assert result.shape == tuple(region[d].stop - region[d].start for d in map(str, image.dims))
    if stretch:
        assert (float(result.min()), float(result.max())) == (0, 255)
    else:
        assert float(result.mean()) == pytest.approx(0, abs=1e-5)
        assert float(result.std()) == pytest.approx(1, abs=1e-3)


def test_the_contrast_of_the_whole_result_is_stretched_in_any_region(trained, identity, noise):
    image = noise(2, 60, 70, dims="cyx")
    region = {"c": slice(1, 2), "x": slice(10, 30)}
    with Runner(trained(identity(), tiler={"name": "halo-grid", "tile": 24})) as runner:
        settled = runner.plan(image, contrast_stretch=np.dtype("uint8")).settle()
        whole = settled.restore()
        np.testing.assert_array_equal(settled.restore(region).values, whole.isel(region).values)
        again = runner.plan(image, fitted=settled.record())
        np.testing.assert_array_equal(again.restore(region).values, whole.isel(region).values)
    for channel in whole.values:
        assert channel.min() == 0
        assert channel.max() == 255


def test_a_plan_of_one_pass_is_never_provisional(trained, identity, noise):
    with Runner(trained(identity())) as runner:
        result = runner.plan(noise(30, 30)).restore({"y": slice(0, 9)}, provisional=True)
    assert "provisional" not in result.attrs


CUT = {"id": "clip", "kwargs": {"min_percentile": 1.0, "max_percentile": 99.0}}
SCALED = [
    {"id": "scale_mean_variance", "kwargs": {"reference_tensor": "input"}},
    {"id": "scale_range", "kwargs": {}},
]


@pytest.mark.parametrize("after", SCALED, ids=lambda step: step["id"])
def test_the_stretch_is_taken_of_the_result_and_not_of_the_networks_output(
    trained, identity, noise, after
):
    processing = RdfProcessing(preprocessing=(ZERO_MEAN,), postprocessing=(after, CUT))
    model = trained(identity(), normalizer=processing, tiler={"name": "halo-grid", "tile": 24})
    image, uint8 = noise(40, 50), np.dtype("uint8")
    with Runner(model) as runner:
        plain = runner.plan(image).settle().restore()
        plan = runner.plan(image, contrast_stretch=uint8)
        settled = plan.settle()
        stretched, at_once = settled.restore(), plan.restore(provisional=True)
    expected = Stretch.fit(plain, uint8).apply(plain.values, slice(0, 1), None)
    np.testing.assert_array_equal(stretched.values, expected)
    np.testing.assert_array_equal(at_once.values, expected)


def test_what_is_set_aside_stays_on_disk():
    from debcr_core.flow.output_on_disk import lazily, on_disk

    values = on_disk((3, 20, 30), Stop())
    image = lazily(values, make_image(np.zeros((3, 20, 30), np.float32), "zyx"))
    values[1] = 7  # A copy in memory would not see it.
    assert image.values[1].min() == 7
    assert image.chunks[0] == (1, 1, 1)
    huge = make_image(np.broadcast_to(np.float32(0), (1, 10000, 10000)), "zyx")
    assert lazily(np.broadcast_to(np.float32(0), huge.shape), huge).chunks[1][0] < 200


def test_statistics_of_the_output_take_no_memory_of_its_size(trained, identity):
    tiles = {"name": "halo-grid", "tile": 256}
    pixels = np.random.default_rng(0).integers(0, 255, (3000, 3000), np.uint8)
    with Runner(trained(identity(), tiler=tiles)) as runner:
        plan = runner.plan(make_image(pixels, "yx"), contrast_stretch=np.dtype("uint8"))
        tracemalloc.start()
        settled = plan.settle()
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert not settled.two_passes
    assert peak < 30_000_000 < 4 * pixels.size


def test_making_room_on_disk_can_be_stopped():
    from debcr_core.flow.output_on_disk import on_disk

    stop = Stop()
    stop.request()
    with pytest.raises(Cancelled):
        on_disk((100, 1000, 1000), stop)
