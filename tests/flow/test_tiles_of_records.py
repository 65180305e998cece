"""The tiles that a record names are made again, whatever is known of the network by now."""

from __future__ import annotations

import json

import pytest

from debcr_core import Predictor, Runner, Signature
from debcr_core.components import Model
from debcr_core.errors import UsageError
from debcr_core.flow.record import check_same_machine


class Here(Model):
    """Returns its input."""

    name = "measured"

    @property
    def signature(self):
        return Signature("yx", (4, 4), (8, 8), memory=20_000)

    def predictor(self, weights, device):
        return Predictor(lambda block, stop: block)


class There(Here):
    """The same network where other figures were measured."""

    @property
    def signature(self):
        return Signature("yx", (4, 4), (12, 4), memory=90_000)


@pytest.fixture
def image(noise):
    return noise(600, 700, dims="yx")


@pytest.fixture
def record(trained, image):
    with Runner(trained(Here())) as runner:
        return json.loads(json.dumps(runner.plan(image).record()))


def layout(plan):
    return [(tile.read, tile.serve) for tile in plan.grid.tiles]


def test_a_plan_of_a_record_has_its_tiles_where_other_figures_were_measured(trained, image, record):
    with Runner(trained(Here())) as here, Runner(trained(There())) as there:
        made, other = layout(here.plan(image)), there.plan(image)
        again = there.plan(image, fitted=record)
    assert len(made) > 4
    assert layout(other) != made
    assert layout(again) == made
    assert again.record() == record
    check_same_machine(again, record)


def test_a_record_from_before_tiles_were_chosen_keeps_the_size_it_names(trained, image, record):
    del record["footprint"]["memory"]
    del record["recipe"]["tiler"]["parameters"]["memory"]
    record["tiles"] = {"shape": [512, 512], "count": 4}
    with Runner(trained(Here())) as runner:
        plan = runner.plan(image, fitted=record)
        check_same_machine(plan, record)
    assert plan.grid.tile_shape == (512, 512)


def test_a_record_of_tiles_that_were_asked_for_needs_no_memory(trained, image):
    asked = trained(Here(), tiler={"name": "halo-grid", "tile": 200})
    with Runner(asked) as runner:
        record = runner.plan(image).record()
        del record["footprint"]["memory"]
        del record["recipe"]["tiler"]["parameters"]["memory"]
        plan = runner.plan(image, fitted=record)
        check_same_machine(plan, record)
    assert plan.grid.tile_shape == (200, 200)


def test_a_record_of_other_tiles_is_one_of_another_machine(trained, image, record):
    record["tiles"]["count"] += 1
    with Runner(trained(Here())) as runner:
        plan = runner.plan(image, fitted=record)
        with pytest.raises(UsageError, match="another kind of machine"):
            check_same_machine(plan, record)
