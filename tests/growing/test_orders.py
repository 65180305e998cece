"""A block of an output is made from an order and its number, wherever that is."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest

from debcr_core.errors import UsageError
from debcr_core.files.unfinished import Unfinished
from debcr_core.flow import blockwise
from debcr_core.flow.begun import Begun
from debcr_core.flow.blockwise import Order
from debcr_core.flow.journal import done_blocks
from debcr_core.flow.open_benches import close_benches, compute_block
from debcr_core.flow.opening import open_source
from debcr_core.flow.runner import Runner
from debcr_core.flow.sharing import Share, Sharing

FIRST = Sharing(part=Share(1, 4))


@pytest.fixture
def order(noisy, restored, growing_plugins, monkeypatch):
    """Return the order of an output of which the first of four parts is made."""
    monkeypatch.setattr(blockwise.Plugins, "discover", lambda: growing_plugins)
    restored("out.raw", sharing=FIRST)
    output = noisy.with_name("out.raw")
    from debcr_core.catalogs import find_model

    image, source = open_source(noisy, growing_plugins)
    begun = Begun.read(Unfinished(output))
    with Runner(find_model("box", growing_plugins)) as runner:
        plan = replace(runner.plan(image, fitted=begun.record), source=source)
        yield Order.of(begun, plan, output, growing_plugins.create("writer", "raw"))
    close_benches()


def test_blocks_from_orders_are_those_of_one_go(order, restored, noisy):
    travelled = pickle.loads(pickle.dumps(order))
    assert len(pickle.dumps(order)) < 10_000
    restored("whole.raw")
    known = done_blocks(order.output.with_name("out.raw.unfinished"))
    blocks = [compute_block(travelled, number) for number in (3, 0, 2, 1)]
    assert blocks[1] in known[0]
    made = np.load(noisy.with_name("out.raw.unfinished") / "data" / "pixels.npy")
    whole = np.load(noisy.with_name("whole.raw") / "pixels.npy")
    np.testing.assert_array_equal(made[:16, :64], whole[:16, :64])


def test_network_and_image_are_opened_once(order, monkeypatch):
    opened = []
    monkeypatch.setattr(blockwise, "Runner", lambda *a, **k: opened.append(a) or Runner(*a, **k))
    for number in range(3):
        compute_block(order, number)
    assert len(opened) == 1


def test_an_order_of_an_output_that_was_begun_anew_is_over(order, restored):
    restored("out.raw", overwrite=True)
    restored("out.raw", overwrite=True, sharing=FIRST)
    with pytest.raises(UsageError, match="was begun anew meanwhile"):
        compute_block(order, 1)


def test_an_order_of_another_input_is_refused(order, noisy):
    np.save(noisy, np.ones((70, 90), np.uint16))
    with pytest.raises(UsageError, match=r"noisy.npy has changed since the output was begun"):
        compute_block(order, 1)


def test_weights_that_are_not_there_are_named(order, tmp_path):
    trained = replace(order.trained, name="gone", weights=tmp_path / "gone.safetensors")
    with pytest.raises(UsageError, match=r"gone.safetensors are not to be had here"):
        compute_block(replace(order, trained=trained), 1)
