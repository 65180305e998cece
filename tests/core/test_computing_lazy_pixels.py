"""What is computed of lazy pixels is told to none of dask's callbacks: those of a host program."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import dask.array as da
import numpy as np
import pytest
from dask.callbacks import Callback

from debcr_core import Recipe, make_image, restore, restore_file
from debcr_core.evaluation import evaluate
from debcr_core.files.reading import read_image
from debcr_core.files.writing import write_image
from debcr_core.image import loaded
from debcr_core.image_blocks import blocks_of


@pytest.fixture
def told():
    """Return what a callback is told that hears of each computation in the program."""
    told = []
    with Callback(start=told.append):
        yield told


@pytest.fixture
def lazy():
    pixels = np.random.default_rng(0).integers(90, 1200, (3, 64, 80), np.uint16)
    return make_image(da.from_array(pixels, chunks=(1, 40, 40)), "zyx")


@pytest.fixture
def percentiles(identity, plugins):
    """Return a recipe that takes statistics and changes nothing."""
    return Recipe(
        model=identity(),
        normalizer=plugins.create("normalizer", "percentile"),
        tiler=plugins.create("tiler", "halo-grid"),
        blender=plugins.create("blender", "crop"),
    )


def test_pixels_that_are_loaded_whole_or_block_by_block(lazy, told):
    whole = loaded(lazy)
    for region, block in blocks_of(lazy):
        np.testing.assert_array_equal(whole[region], block)
    assert not told


def test_an_image_that_is_restored(lazy, percentiles, plugins, told):
    restore(lazy, percentiles, plugins=plugins)
    assert not told


def test_a_file_that_is_read_restored_and_written(lazy, percentiles, plugins, tmp_path, told):
    source = tmp_path / "in.ome.zarr"
    write_image(make_image(da.tile(lazy.data, (1, 30, 30)), "zyx"), source, plugins)
    assert read_image(source, plugins).chunks is not None
    restore_file(source, tmp_path / "out.ome.zarr", percentiles, plugins=plugins)
    assert not told


def test_an_image_that_is_measured(lazy, plugins, told):
    evaluate(lazy, lazy + np.uint16(1), [plugins.create("metric", "rmse")])
    assert not told


@pytest.fixture
def cache():
    """Return the cache that a viewer turns on for all of the program."""
    pytest.importorskip("cachey")
    with pytest.importorskip("dask.cache").Cache(1e6) as cache:
        yield cache


@pytest.fixture
def viewer():
    """Return a thread that computes what is shown."""
    with ThreadPoolExecutor(1) as thread:
        yield thread


class Slow:
    """Pixels that are computed until they may be."""

    def __init__(self):
        self.began, self.may_end = threading.Event(), threading.Event()
        pixels = da.from_array(np.ones((4, 4)), chunks=4)
        self.pixels = pixels.map_blocks(self._waiting, meta=np.empty((0, 0)))

    def _waiting(self, block):
        self.began.set()
        assert self.may_end.wait(20)
        return block


def test_what_is_shown_is_computed_while_we_end_our_own_work(cache, viewer):
    """A cache that two threads tell of their work fails for the one that ends last."""
    shown = Slow()
    # As where both have looked at once who is to be told.
    told = {"scheduler": "synchronous", "callbacks": [cache._callback]}
    drawn = viewer.submit(shown.pixels.compute, **told)
    assert shown.began.wait(20)
    loaded(make_image(da.ones((4, 4), chunks=2), "yx"))
    shown.may_end.set()
    np.testing.assert_array_equal(drawn.result(20), np.ones((4, 4)))


def test_a_viewers_cache_stays_on_however_our_work_and_its_own_overlap(cache, viewer):
    """Whoever computes takes dask's callbacks away meanwhile, and puts back what there was."""
    ours, shown = Slow(), Slow()
    with ThreadPoolExecutor(1) as worker:
        restoring = worker.submit(loaded, make_image(ours.pixels, "yx"))
        assert ours.began.wait(20)
        drawn = viewer.submit(shown.pixels.compute, scheduler="synchronous")
        assert shown.began.wait(20)
        ours.may_end.set()
        restoring.result(20)
    shown.may_end.set()
    drawn.result(20)
    assert cache._callback in Callback.active
