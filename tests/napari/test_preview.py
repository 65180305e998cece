"""The preview shows the very pixels of the result, where the user looks, and computes no others."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import dask.array as da
import numpy as np
import pytest

pytest.importorskip("napari")

from gaps import Gaps

from debcr_core.errors import Cancelled
from debcr_core.flow.plan import Plan
from debcr_core.image import make_image
from debcr_plugins.tilers.halo_grid import HaloGrid
from napari_adapter.engine import Choice
from napari_adapter.planner import Wish
from napari_adapter.preview import making, sentences
from napari_adapter.preview.preview import Preview
from napari_adapter.preview.sight import camera_of

SMALL = {"tiler": HaloGrid(tile=160)}
"""Tiles that serve 64 pixels: a cell is there soon."""
PATIENCE = 60_000


@pytest.fixture
def preview(dock: Any) -> Iterator[Preview]:
    made = Preview(dock.context)
    made.said = []
    made.status.connect(made.said.append)
    yield made
    made.stop()


def noisy(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).poisson(50, shape).astype(np.uint16)


def wish_of(pixels: Any, dims: str, **options: Any) -> Wish:
    # Of such small tiles m-rBCR, the default, would leave nothing but its halo.
    options.setdefault("choice", Choice("denoise-unet"))
    return Wish(make_image(pixels, dims), parts=SMALL, **options)


def look_at(viewer: Any, centre: tuple[float, float], zoom: float) -> None:
    camera = camera_of(viewer)
    camera.zoom = zoom
    camera.center = (0, *centre)


def overlay_in(viewer: Any) -> Any:
    found = [layer for layer in viewer.layers if layer.metadata.get("debcr", {}).get("preview")]
    return found[0] if found else None


def wait_until_there(preview: Preview, qtbot: Any, sentence: str = sentences.THERE) -> None:
    qtbot.wait(100)  # what has just changed is looked at soon
    qtbot.waitUntil(lambda: bool(preview.said) and preview.said[-1] == sentence, timeout=PATIENCE)
    qtbot.wait(200)  # several cells may be painted together


def start_of(overlay: Any, layer: Any) -> list[int]:
    """Return which pixel of the layer lies under the first one of the preview."""
    world = overlay.data_to_world([0] * overlay.ndim)
    return np.round(layer.world_to_data(world)).astype(int).tolist()


def assert_equals_result(preview: Preview, viewer: Any, layer: Any, wish: Wish) -> None:
    """Compare each pixel that the preview shows, for images whose dims are the layer's axes."""
    overlay = overlay_in(viewer)
    result = preview._context.planner.settled(wish).restore().to_numpy()
    start = start_of(overlay, layer)
    place = tuple(slice(at, at + size) for at, size in zip(start, overlay.data.shape, strict=True))
    shown = ~np.isnan(overlay.data)
    assert shown.any()
    np.testing.assert_array_equal(overlay.data[shown], result[place][shown])


@pytest.fixture
def restored(monkeypatch: pytest.MonkeyPatch) -> list[tuple[dict[str, slice], bool]]:
    """Return a list that fills with the regions that are computed, and whether each was stopped."""
    regions: list[tuple[dict[str, slice], bool]] = []
    restore = Plan.restore

    def spy(self: Plan, region: Any = None, **options: Any) -> Any:
        try:
            result = restore(self, region, **options)
        except Cancelled:
            regions.append((region, True))
            raise
        regions.append((region, False))
        return result

    monkeypatch.setattr(Plan, "restore", spy)
    return regions


@pytest.mark.each_napari
def test_a_part_of_a_plane_equals_the_result_bit_for_bit(preview, viewer, qtbot) -> None:
    pixels = noisy(230, 310)
    layer = viewer.add_image(pixels, name="noisy", scale=(0.5, 0.5), translate=(7, -3))
    look_at(viewer, (60, 110), zoom=6)
    wish = wish_of(pixels, "yx")
    preview.show(wish, layer)
    wait_until_there(preview, qtbot)
    assert_equals_result(preview, viewer, layer, wish)
    assert overlay_in(viewer).data.size < pixels.size


def test_the_preview_lies_on_a_layer_that_is_turned_and_sheared(preview, viewer, qtbot) -> None:
    pixels = noisy(200, 200)
    affine = [[0.9, -0.3, 4], [0.4, 1.1, -2], [0, 0, 1]]
    layer = viewer.add_image(pixels, scale=(0.5, 0.25), rotate=30, shear=[0.2], affine=affine)
    look_at(viewer, tuple(layer.data_to_world((150, 150))), zoom=12)
    wish = wish_of(pixels, "yx")
    preview.show(wish, layer)
    wait_until_there(preview, qtbot)
    overlay = overlay_in(viewer)
    start = start_of(overlay, layer)
    corner = np.array(start) + 20
    np.testing.assert_allclose(
        overlay.data_to_world((20, 20)), layer.data_to_world(corner), rtol=0, atol=1e-6
    )
    assert_equals_result(preview, viewer, layer, wish)


@pytest.mark.each_napari
def test_each_plane_of_a_stack_is_shown_as_the_slider_moves(preview, viewer, qtbot) -> None:
    pixels = noisy(3, 120, 120)
    layer = viewer.add_image(pixels, scale=(2, 1, 1))
    wish = wish_of(pixels, "zyx")
    viewer.dims.set_point(0, 0)
    preview.show(wish, layer)
    for z in (0, 2):
        viewer.dims.set_point(0, 2 * z)
        wait_until_there(preview, qtbot)
        overlay = overlay_in(viewer)
        assert overlay.data.shape[0] == 1
        assert start_of(overlay, layer)[0] == z
        assert_equals_result(preview, viewer, layer, wish)


def test_channels_of_very_different_brightness_are_each_restored_by_the_whole_image(
    preview, viewer, qtbot
) -> None:
    rng = np.random.default_rng(1)
    pixels = rng.poisson(5, (2, 2, 2, 96, 96)).astype(np.uint16)
    pixels[:, 1] = rng.poisson(5000, (2, 2, 96, 96))
    layer = viewer.add_image(pixels, axis_labels="tczyx")
    wish = wish_of(pixels, "tczyx")
    preview.show(wish, layer)
    for place in ((1, 1, 0), (0, 0, 1)):
        viewer.dims.set_point((0, 1, 2), place)
        wait_until_there(preview, qtbot)
        assert tuple(start_of(overlay_in(viewer), layer)[:3]) == place
        assert_equals_result(preview, viewer, layer, wish)


def test_planes_across_the_stack_are_previewed_too(preview, viewer, qtbot) -> None:
    pixels = noisy(4, 96, 96)
    layer = viewer.add_image(pixels)
    wish = wish_of(pixels, "zyx")
    viewer.dims.order = (1, 0, 2)
    viewer.dims.set_point(1, 50)
    viewer.reset_view()
    preview.show(wish, layer)
    wait_until_there(preview, qtbot)
    assert overlay_in(viewer).data.shape == (4, 1, 96)
    assert_equals_result(preview, viewer, layer, wish)


def test_axes_of_a_layer_in_another_order_than_the_image(preview, viewer, qtbot) -> None:
    pixels = noisy(3, 2, 96, 96)
    layer = viewer.add_image(pixels, metadata={"debcr": {"axes": "ztyx"}})
    wish = wish_of(pixels, "ztyx")
    viewer.dims.set_point((0, 1), (2, 1))
    preview.show(wish, layer)
    wait_until_there(preview, qtbot)
    result = preview._context.planner.plan(wish).restore({"t": slice(1, 2), "z": slice(2, 3)})
    np.testing.assert_array_equal(overlay_in(viewer).data[0, 0], result.to_numpy()[0, 0])


PLANE = noisy(192, 192)
LAYERS: dict[str, tuple[Callable[[Any], Any], Any]] = {
    "one channel of a photograph": (
        lambda viewer: viewer.add_image(np.stack([PLANE.astype(np.uint8)] * 3, -1), rgb=True),
        PLANE.astype(np.uint8),
    ),
    "a multiscale layer": (
        lambda viewer: viewer.add_image([PLANE, PLANE[::2, ::2]], multiscale=True),
        PLANE,
    ),
    "a lazy layer": (lambda viewer: viewer.add_image(da.from_array(PLANE, chunks=64)), PLANE),
}


@pytest.mark.parametrize("kind", LAYERS)
def test_the_result_is_shown_upon(kind: str, preview, viewer, qtbot) -> None:
    add, pixels = LAYERS[kind]
    layer, wish = add(viewer), wish_of(pixels, "yx")
    preview.show(wish, layer)
    wait_until_there(preview, qtbot)
    assert_equals_result(preview, viewer, layer, wish)


def test_of_layers_that_are_channels_of_one_image_the_first_lies_under_its_own(
    preview, viewer, qtbot
) -> None:
    pixels = noisy(2, 96, 96)
    layer = viewer.add_image(pixels[0])
    wish = wish_of(pixels, "cyx")
    preview.show(wish, layer)
    wait_until_there(preview, qtbot)
    result = preview._context.planner.plan(wish).restore({"c": slice(0, 1)}).to_numpy()
    np.testing.assert_array_equal(overlay_in(viewer).data, result[0])


def test_only_what_is_seen_is_computed_and_nothing_while_nothing_changes(
    preview, viewer, qtbot, restored
) -> None:
    pixels = noisy(640, 640)
    layer = viewer.add_image(pixels)
    look_at(viewer, (200, 200), zoom=20)
    preview.show(wish_of(pixels, "yx"), layer)
    wait_until_there(preview, qtbot)
    window = layer.corner_pixels
    for region, _ in restored:
        for axis, dim in enumerate("yx"):
            assert region[dim].start <= window[1, axis]
            assert region[dim].stop >= window[0, axis]
    number = len(restored)
    assert 1 <= number <= 9
    qtbot.wait(300)
    assert len(restored) == number
    qtbot.waitUntil(lambda: not ours(), timeout=2000)


def test_the_centre_comes_first(preview, viewer, qtbot, restored) -> None:
    pixels = noisy(448, 448)
    layer = viewer.add_image(pixels)
    look_at(viewer, (130, 300), zoom=3)
    preview.show(wish_of(pixels, "yx"), layer)
    qtbot.waitUntil(lambda: len(restored) > 0, timeout=PATIENCE)
    first = restored[0][0]
    assert first["y"].start <= 130 < first["y"].stop
    assert first["x"].start <= 300 < first["x"].stop


def test_each_cell_is_drawn_as_it_comes(preview, viewer, qtbot) -> None:
    layer = begin(preview, viewer, qtbot)
    overlay, drawn = overlay_in(viewer), []
    overlay.events.set_data.connect(lambda: drawn.append(np.isnan(overlay.data).mean()))
    wait_until_there(preview, qtbot)
    assert drawn[-1] == 0
    assert len(set(drawn)) > 2
    assert overlay.data.shape == layer.data.shape


def test_what_was_seen_before_is_there_at_once(preview, viewer, qtbot, restored) -> None:
    pixels = noisy(640, 640)
    layer = viewer.add_image(pixels)
    wish = wish_of(pixels, "yx")
    look_at(viewer, (150, 150), zoom=20)
    preview.show(wish, layer)
    wait_until_there(preview, qtbot)
    look_at(viewer, (500, 500), zoom=20)
    wait_until_there(preview, qtbot)
    number = len(restored)
    look_at(viewer, (150, 150), zoom=20)
    wait_until_there(preview, qtbot)
    assert len(restored) == number
    assert_equals_result(preview, viewer, layer, wish)


def test_what_is_no_longer_seen_is_given_up(preview, viewer, qtbot, restored) -> None:
    pixels = noisy(1200, 1200)
    layer = viewer.add_image(pixels)
    # A tile of the model's own size takes long enough to be stopped.
    wish = Wish(make_image(pixels, "yx"), choice=Choice("denoise-unet"))
    look_at(viewer, (150, 150), zoom=20)
    preview.show(wish, layer)
    qtbot.waitUntil(lambda: preview.said[-1] == sentences.of_cells(0, 1), timeout=PATIENCE)
    qtbot.wait(60)
    look_at(viewer, (1100, 1100), zoom=20)
    wait_until_there(preview, qtbot)
    stopped = [stopped for _, stopped in restored]
    assert stopped[0]
    assert not any(stopped[1:])
    assert start_of(overlay_in(viewer), layer)[0] == restored[-1][0]["y"].start > 150


def test_another_wish_takes_the_place_of_the_first(preview, viewer, qtbot) -> None:
    pixels = noisy(96, 96)
    layer = viewer.add_image(pixels)
    preview.show(wish_of(pixels, "yx"), layer)
    wait_until_there(preview, qtbot)
    shown, before = overlay_in(viewer), overlay_in(viewer).data.copy()
    brighter = wish_of(pixels * 2, "yx")
    preview.show(brighter, layer)
    assert np.isnan(shown.data).all()
    wait_until_there(preview, qtbot)
    assert overlay_in(viewer) is shown
    assert not np.array_equal(shown.data, before)
    assert_equals_result(preview, viewer, layer, brighter)


def test_integers_are_shown_as_they_are_stored(preview, viewer, qtbot, restored) -> None:
    pixels = noisy(96, 96)
    layer = viewer.add_image(pixels)
    wish = wish_of(pixels, "yx", dtype="input")
    preview.show(wish, layer)
    wait_until_there(preview, qtbot)
    stored = preview._context.planner.settled(wish).restore().to_numpy().round()
    np.testing.assert_array_equal(overlay_in(viewer).data, stored)
    computed = len(restored)
    unrounded = replace(wish, dtype=None)
    preview.show(unrounded, layer)
    wait_until_there(preview, qtbot)
    assert len(restored) == computed  # the pixels are there: they are stored otherwise
    assert_equals_result(preview, viewer, layer, unrounded)


def test_it_is_told_how_far_the_statistics_are(preview, viewer, qtbot) -> None:
    pixels = da.from_array(noisy(96, 96), chunks=24)
    layer = viewer.add_image(pixels)
    preview.show(wish_of(pixels, "yx"), layer)
    assert preview.said[-1] == sentences.OPENING
    wait_until_there(preview, qtbot)
    assert any(said.startswith("Statistics ") for said in preview.said)


def test_a_small_image_whose_result_needs_two_passes_is_settled_first(
    preview, viewer, qtbot
) -> None:
    pixels = noisy(130, 130)
    layer = viewer.add_image(pixels)
    wish = wish_of(pixels, "yx", contrast_stretch=True)
    preview.show(wish, layer)
    wait_until_there(preview, qtbot)
    assert any(said.startswith("First pass over the whole image") for said in preview.said)
    assert_equals_result(preview, viewer, layer, wish)
    assert tuple(overlay_in(viewer).contrast_limits) == (0, 1)


def test_a_large_one_is_shown_provisionally_and_that_is_said(
    preview, viewer, qtbot, monkeypatch, restored
) -> None:
    monkeypatch.setattr(making, "SETTLED", 100)
    pixels = noisy(3, 320, 320)
    layer = viewer.add_image(pixels)
    look_at(viewer, (90, 90), zoom=12)
    preview.show(wish_of(pixels, "zyx", contrast_stretch=True), layer)
    wait_until_there(preview, qtbot, sentences.PROVISIONAL)
    assert len(restored) == 1  # one part of a plane, for one pair of statistics
    assert overlay_in(viewer).data.size < pixels[0].size


def test_the_layer_is_the_users_own_in_colours_place_and_selection(preview, viewer, qtbot) -> None:
    pixels = noisy(96, 96)
    layer = viewer.add_image(
        pixels, name="cells", scale=(0.1, 0.1), units="um", axis_labels="yx", colormap="green"
    )
    above = viewer.add_image(pixels, name="above", visible=False)
    viewer.layers.selection = {layer}
    preview.show(wish_of(pixels, "yx"), layer)
    wait_until_there(preview, qtbot)
    overlay = overlay_in(viewer)
    assert [each.name for each in viewer.layers] == ["cells", "cells preview", "above"]
    assert set(viewer.layers.selection) == {layer}
    assert viewer.layers.selection.active is layer
    assert overlay.units == layer.units
    assert overlay.axis_labels == ("y", "x")
    assert overlay.colormap.name == "green"
    layer.contrast_limits = (10, 80)
    assert tuple(overlay.contrast_limits) == (10, 80)
    layer.translate = (3, 4)
    qtbot.waitUntil(lambda: tuple(overlay.translate) == (3, 4), timeout=2000)
    preview.stop()
    qtbot.waitUntil(lambda: overlay_in(viewer) is None, timeout=2000)
    assert list(viewer.layers) == [layer, above]
    assert not preview.running


def begin(preview: Preview, viewer: Any, qtbot: Any) -> Any:
    """Begin a preview that goes on for a while, and wait for its first cell."""
    pixels = noisy(448, 448)
    layer = viewer.add_image(pixels)
    preview.show(wish_of(pixels, "yx"), layer)
    qtbot.waitUntil(lambda: overlay_in(viewer) is not None, timeout=PATIENCE)
    return layer


ENDINGS: dict[str, Callable[[Any, Any], object]] = {
    "the preview's layer is deleted": lambda viewer, _: viewer.layers.remove(overlay_in(viewer)),
    "the layer is deleted": lambda viewer, layer: viewer.layers.remove(layer),
    "all layers are deleted": lambda viewer, _: viewer.layers.clear(),
    "the layer's pixels change": lambda _, layer: setattr(layer, "data", layer.data + 1),
}


@pytest.mark.parametrize("what", ENDINGS)
def test_it_ends_and_leaves_nothing_when(what: str, preview, viewer, qtbot) -> None:
    layer = begin(preview, viewer, qtbot)
    ENDINGS[what](viewer, layer)
    assert not preview.running
    qtbot.waitUntil(lambda: overlay_in(viewer) is None, timeout=2000)
    qtbot.waitUntil(lambda: not ours(), timeout=5000)


def ours() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "DeBCR"]


@pytest.mark.each_napari
def test_closing_the_dock_ends_it_and_takes_its_layer_away(preview, viewer, dock, qtbot) -> None:
    begin(preview, viewer, qtbot)
    viewer.window.remove_dock_widget(dock)
    assert not preview.running
    assert overlay_in(viewer) is None
    qtbot.waitUntil(lambda: not ours(), timeout=5000)


def test_closing_the_window_ends_it(preview, viewer, qtbot) -> None:
    begin(preview, viewer, qtbot)
    viewer.window._qt_window.hide()
    assert not preview.running
    qtbot.waitUntil(lambda: not ours(), timeout=5000)


@pytest.mark.each_napari
def test_in_3_d_it_says_that_it_needs_the_2_d_view_and_comes_back(preview, viewer, qtbot) -> None:
    pixels = noisy(2, 96, 96)
    layer = viewer.add_image(pixels)
    preview.show(wish_of(pixels, "zyx"), layer)
    wait_until_there(preview, qtbot)
    viewer.dims.ndisplay = 3
    qtbot.waitUntil(lambda: preview.said[-1] == sentences.FLAT, timeout=2000)
    assert overlay_in(viewer) is None
    viewer.dims.ndisplay = 2
    wait_until_there(preview, qtbot)
    assert overlay_in(viewer) is not None


def test_a_preview_that_is_hidden_is_not_computed(preview, viewer, qtbot, restored) -> None:
    pixels = noisy(640, 640)
    layer = viewer.add_image(pixels)
    look_at(viewer, (150, 150), zoom=20)
    preview.show(wish_of(pixels, "yx"), layer)
    wait_until_there(preview, qtbot)
    overlay_in(viewer).visible = False
    look_at(viewer, (500, 500), zoom=20)
    number = len(restored)
    qtbot.waitUntil(lambda: preview.said[-1] == sentences.HIDDEN, timeout=2000)
    assert len(restored) == number
    overlay_in(viewer).visible = True
    wait_until_there(preview, qtbot)
    assert len(restored) > number


def test_a_layer_out_of_view_and_an_image_of_another_size_are_told_of(
    preview, viewer, qtbot
) -> None:
    pixels = noisy(96, 96)
    layer = viewer.add_image(pixels)
    look_at(viewer, (9000, 9000), zoom=20)
    preview.show(wish_of(pixels, "yx"), layer)
    wait_until_there(preview, qtbot, sentences.OUTSIDE)
    preview.show(wish_of(noisy(64, 96), "yx"), layer)
    qtbot.waitUntil(lambda: preview.said[-1] == sentences.OTHER_SIZE, timeout=PATIENCE)
    assert not preview.running


def test_what_goes_wrong_is_notified_and_ends_it(preview, viewer, dock, qtbot) -> None:
    pixels = np.full((64, 64), np.nan, np.float32)
    layer = viewer.add_image(pixels, contrast_limits=(0, 1))
    preview.show(wish_of(pixels, "yx"), layer)
    qtbot.waitUntil(lambda: not preview.running, timeout=PATIENCE)
    assert "NaN" in dock.context.log.entries[-1].sentence


def test_a_plan_that_another_model_took_the_place_of_is_made_again(
    preview, viewer, dock, qtbot
) -> None:
    pixels = noisy(640, 640)
    layer = viewer.add_image(pixels)
    wish = wish_of(pixels, "yx")
    look_at(viewer, (150, 150), zoom=20)
    preview.show(wish, layer)
    wait_until_there(preview, qtbot)
    dock.context.planner.forget()
    dock.context.engine.close()
    look_at(viewer, (500, 500), zoom=20)
    wait_until_there(preview, qtbot)
    assert_equals_result(preview, viewer, layer, wish)


def test_a_warm_preview_of_256_pixels_comes_soon_and_the_loop_goes_on(
    preview, viewer, dock, qtbot
) -> None:
    pixels = noisy(256, 256)
    layer = viewer.add_image(pixels)
    wish = Wish(make_image(pixels, "yx"))
    dock.context.planner.plan(wish)
    gc.collect()
    start = time.perf_counter()
    with Gaps() as gaps:
        preview.show(wish, layer)
        qtbot.waitUntil(lambda: overlay_in(viewer) is not None, timeout=PATIENCE)
        taken = time.perf_counter() - start
    # 1 s on two idle cores; here other work may go on.
    assert taken < 10
    assert gaps.busiest < 0.5


def test_a_cold_preview_of_4_megapixels_comes_soon_and_the_loop_goes_on() -> None:
    script = Path(__file__).with_name("measure.py")
    done = subprocess.run(
        [sys.executable, "-W", "ignore", script, "--here", "cold_preview"],
        capture_output=True,
        check=False,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout.splitlines()[-1])
    # 8 s on two idle cores.
    assert figures["preview cold, 4 megapixels: first pixels"] < [80]
    # A full round of the garbage collector may be in it: 0.25 s on a machine that is not quick.
    assert figures["preview cold, 4 megapixels: main thread's own"] < [0.5]
