"""Where memory runs out in the first tile, smaller ones are planned before anything is written."""

from __future__ import annotations

from math import prod

import numpy as np
import pytest
from pydantic import Field

from debcr_core import Predictor, Runner, Signature, restore, restore_file
from debcr_core.components import Model
from debcr_core.errors import DebcrError
from debcr_core.flow.replay import load_record
from debcr_core.notices import listening

MEMORY = 2**20
"""Bytes a pixel, so that the default budget is of 2048 pixels."""


class Hungry(Model):
    """Returns its input, and has no memory for tiles above a size."""

    name = "hungry"

    most: int = Field(description="Pixels of the largest tile.")
    seen: list[tuple[int, ...]] = Field([], exclude=True, description="Shapes of tiles.")

    @property
    def signature(self):
        return Signature("yx", (1, 1), (2, 2), memory=MEMORY)

    def predictor(self, weights, device):
        def compute(block, stop):
            self.seen.append(block.shape[2:])
            if prod(block.shape[2:]) > self.most:
                raise MemoryError
            return block

        return Predictor(compute)


@pytest.fixture
def image(noise):
    return noise(60, 70, dims="yx")


def counting(trained, monkeypatch):
    """Return how often the normalizer of a model has taken statistics."""
    normalizer, fits = type(trained.recipe.normalizer), []
    fit = normalizer.fit_for_axes
    monkeypatch.setattr(
        normalizer, "fit_for_axes", lambda self, *args: fits.append(1) or fit(self, *args)
    )
    return fits


def test_smaller_tiles_are_taken_and_said_and_statistics_are_taken_once(
    trained, image, monkeypatch
):
    model = Hungry(most=300)
    hungry = trained(model)
    fits = counting(hungry, monkeypatch)
    with listening() as heard:
        result = restore(image, hungry)
    np.testing.assert_allclose(result, image, rtol=1e-5)
    assert len(fits) == 1
    assert [each.kind for each in heard] == ["memory"] * 2
    assert str(heard[0]).startswith("Memory ran out with tiles of ")
    assert prod(model.seen[-1]) <= 300


def test_the_first_tile_is_not_computed_twice(trained, image):
    model = Hungry(most=10_000)
    with Runner(trained(model)) as runner:
        count = len(runner.plan(image).grid.tiles)
    assert count > 1
    restore(image, trained(model))
    assert len(model.seen) == count


def test_a_region_needs_no_tile_beyond_its_own(trained, image):
    model = Hungry(most=10_000)
    whole = restore(image, trained(model))
    model.seen.clear()
    corner = restore(image, trained(model), region="y=58:60,x=68:70")
    assert len(model.seen) == 1
    np.testing.assert_array_equal(corner, whole[58:, 68:])


@pytest.mark.parametrize("contrast_stretch", [False, True])
def test_the_record_names_the_tiles_that_were_used_and_is_replayed_by_them(
    trained, image, tmp_path, plugins, contrast_stretch
):
    source = tmp_path / "in.npy"
    np.save(source, image.values)
    hungry, options = trained(Hungry(most=300)), {"contrast_stretch": contrast_stretch}
    with listening():
        restore_file(source, tmp_path / "out.tif", hungry, plugins=plugins, **options)
    record = load_record(tmp_path / "out.tif", plugins)
    assert prod(record["tiles"]["shape"]) <= 300
    assert record["recipe"]["tiler"]["parameters"]["memory"] < 2
    assert [each["kind"] for each in record["warnings"]] == ["memory"] * 2
    with Runner(hungry) as runner:
        again = runner.plan(image, fitted=record)
        assert list(again.grid.tile_shape) == record["tiles"]["shape"]
        assert len(again.grid.tiles) == record["tiles"]["count"]


def test_tiles_that_were_asked_for_are_kept_and_the_run_ends_with_advice(trained, image):
    asked = trained(Hungry(most=300), tiler={"name": "halo-grid", "tile": 40})
    with pytest.raises(DebcrError, match="Out of memory with tiles of 40×40 pixels.* tile=20"):
        restore(image, asked)


def test_tiles_that_would_be_little_but_halo_are_not_tried(trained, image):
    model = Hungry(most=20)
    with listening(), pytest.raises(DebcrError, match="Out of memory with tiles of "):
        restore(image, trained(model))
    assert min(map(prod, model.seen)) > 50
