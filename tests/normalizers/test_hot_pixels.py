"""Hot pixels and cosmic hits are told from light, which always reaches the neighbours."""

from __future__ import annotations

import dask.array as da
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from debcr_core import make_image

CLUSTERS = {
    "one pixel": [(0, 0)],
    "two pixels": [(0, 0), (0, 1)],
    "a square of four": [(0, 0), (0, 1), (1, 0), (1, 1)],
    "a slanted track": [(0, 0), (1, 1), (2, 1), (3, 2), (4, 2)],
    "a long track": [(i // 2, i) for i in range(40)],
}


def dim_image(shape=(96, 96), photons=40):
    y, x = np.indices(shape[-2:])
    blob = np.exp(-((y - shape[-2] / 2) ** 2 + (x - shape[-1] / 2) ** 2) / 400)
    return (np.random.default_rng(0).poisson(np.broadcast_to(photons * blob, shape)) + 100).astype(
        np.uint16
    )


def found(plugins, pixels, dims="yx", axes="yx", **parameters):
    fitted = plugins.create("normalizer", "percentile", **parameters)
    held_back = fitted.fit_for_axes(make_image(pixels, dims), axes).held_back
    return [] if held_back is None else [tuple(place) for place in held_back.hot.places.tolist()]


@pytest.mark.parametrize("name", CLUSTERS)
@pytest.mark.parametrize("corner", [(40, 50), (0, 0), (91, 93)])
@pytest.mark.parametrize("height", [400, 4095])
def test_a_small_cluster_far_above_its_surroundings_is_hot(plugins, name, corner, height):
    pixels = dim_image()
    places = [(corner[0] + y, corner[1] + x) for y, x in CLUSTERS[name]]
    places = [place for place in places if max(place) < 96]
    for place in places:
        pixels[place] = height
    if corner == (0, 0) and len(places) == 4:
        assert found(plugins, pixels) == [], "all neighbours of the corner are of the cluster"
    else:
        assert found(plugins, pixels) == sorted(places)


@pytest.mark.parametrize("sigma", [0.5, 0.7, 1, 2])
@pytest.mark.parametrize("height", [300, 1000, 4000, 40_000])
def test_a_bright_bead_is_not(plugins, sigma, height):
    pixels = dim_image().astype(np.float64)
    y, x = np.indices(pixels.shape)
    bead = height * np.exp(-((y - 30) ** 2 + (x - 60) ** 2) / (2 * sigma**2))
    assert found(plugins, np.random.default_rng(1).poisson(pixels + bead).astype(np.uint16)) == []


@pytest.mark.parametrize("photons", [0.002, 0.012, 0.05, 0.12, 0.2, 0.5, 1, 3, 100])
@pytest.mark.parametrize("gain", [1, 17])
def test_photon_noise_is_not(plugins, photons, gain):
    noise = np.random.default_rng(2).poisson(photons, (512, 512)) * gain
    assert found(plugins, noise.astype(np.uint16)) == []


def test_dead_pixels_are_found_and_dark_objects_are_not(plugins):
    pixels = dim_image()
    pixels[20, 30] = pixels[60, 70] = pixels[60, 71] = 0
    assert found(plugins, pixels) == [(20, 30), (60, 70), (60, 71)]
    y, x = np.indices((96, 96))
    sheet = 200 - 150 * np.exp(-((y - 30) ** 2 + (x - 60) ** 2) / (2 * 1.5**2))
    assert found(plugins, np.random.default_rng(0).poisson(sheet)) == []


def test_they_are_found_where_hardly_any_photon_arrived(plugins):
    pixels = np.random.default_rng(0).poisson(0.004, (128, 128))
    pixels[40:52, 40:52] = np.random.default_rng(1).poisson(20, (12, 12))
    pixels[90, 30] = pixels[100, 100] = 4095
    assert found(plugins, pixels.astype(np.uint16)) == [(90, 30), (100, 100)]


def test_a_long_line_a_mask_and_a_constant_image_are_not(plugins):
    line = dim_image()
    line[20, 10:80] = 4095
    mask = np.zeros((64, 64), np.uint8)
    mask[10, 10] = 255
    assert found(plugins, line) == found(plugins, mask) == []
    assert found(plugins, np.full((64, 64), 7.0)) == []


@settings(max_examples=30)
@given(
    chunks=st.tuples(st.integers(7, 96), st.integers(7, 96)),
    places=st.lists(st.tuples(st.integers(0, 95), st.integers(0, 95)), max_size=6),
)
def test_what_is_found_does_not_depend_on_chunks(plugins, chunks, places):
    pixels = dim_image()
    for place in places:
        pixels[place] = 3000
    whole = found(plugins, pixels)
    assert found(plugins, da.from_array(pixels, chunks=chunks)) == whole
    assert set(whole) <= set(places)


@pytest.mark.parametrize("axes", ["yx", "zyx", "zcyx"])
def test_each_plane_has_its_own(plugins, axes):
    pixels = dim_image((2, 3, 4, 64, 64))
    places = [(0, 1, 2, 5, 6), (1, 0, 3, 63, 0), (1, 2, 0, 33, 31)]
    for place in places:
        pixels[place] = 4000
    assert found(plugins, pixels, "tczyx", axes) == places


def test_none_is_found_where_they_are_not_to_be_held_back(plugins):
    pixels = dim_image()
    pixels[20, 30] = 4000
    assert found(plugins, pixels, hold_back=False) == []
    assert found(plugins, pixels) == [(20, 30)]


def test_their_number_is_said(plugins):
    pixels = dim_image()
    normalizer = plugins.create("normalizer", "percentile")
    assert normalizer.fit(make_image(pixels, "yx")).remarks == ()
    pixels[20, 30] = 4000
    (remark,) = normalizer.fit(make_image(pixels, "yx")).remarks
    assert "One pixel stands alone" in str(remark)
    pixels[40, 10] = 4000
    (remark,) = normalizer.fit(make_image(pixels, "yx")).remarks
    assert "2 pixels stand alone" in str(remark)
    assert remark.kind == "hot-pixels"
