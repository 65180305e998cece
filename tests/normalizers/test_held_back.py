"""Fill, dead and hot pixels move no statistics, do not reach the network, and come back."""

from __future__ import annotations

import json

import dask.array as da
import numpy as np
import pytest

from debcr_core import make_image

NAMES = ["percentile", "min-max", "mean-std"]


def content(shape=(80, 90), photons=40, offset=100):
    ramp = np.linspace(1, photons, shape[0])[:, np.newaxis]
    return (np.random.default_rng(3).poisson(np.broadcast_to(ramp, shape)) + offset).astype(
        np.uint16
    )


def with_margin(inner, fill, width=40):
    framed = np.full(np.add(inner.shape, 2 * width), fill, inner.dtype)
    framed[width:-width, width:-width] = inner
    return framed


def fit(plugins, pixels, name="percentile", **parameters):
    if name == "percentile":
        parameters["clip"] = False
    return plugins.create("normalizer", name, **parameters).fit(make_image(pixels, "yx"))


def everywhere(pixels):
    return dict(zip("yx", (slice(0, size) for size in pixels.shape), strict=True))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("fill", [0, 65535])
@pytest.mark.parametrize("lazy", [False, True])
def test_statistics_are_those_of_the_content_alone(plugins, name, fill, lazy):
    inner = content()
    alone = fit(plugins, inner, name)
    framed = with_margin(inner, fill)
    mosaic = fit(plugins, da.from_array(framed, chunks=(33, 50)) if lazy else framed, name)
    np.testing.assert_allclose(mosaic.zero, alone.zero)
    np.testing.assert_allclose(mosaic.one, alone.one)


def test_a_clean_image_of_16_bits_is_read_once_for_its_percentiles(plugins):
    pixels, read = np.random.default_rng(0).normal(1000, 30, (80, 90)).astype(np.uint16), []
    lazy = da.from_array(pixels, chunks=40).map_blocks(lambda b: read.append(b.size) or b)
    read.clear()  # dask has looked at an empty block
    fit(plugins, lazy)
    assert sum(read) == pixels.size


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("height", [400, 4095])
def test_hot_pixels_do_not_count(plugins, name, height):
    pixels = content()
    hot = pixels.copy()
    places = np.random.default_rng(0).integers(2, 78, (2, 20))
    hot[tuple(places)] = height
    kept = np.ones(pixels.shape, bool)
    kept[tuple(places)] = False
    expected = {
        "percentile": np.percentile(pixels[kept], [0.1, 99.9]),
        "min-max": [pixels[kept].min(), pixels[kept].max()],
        "mean-std": [pixels[kept].mean(), pixels[kept].mean() + pixels[kept].std()],
    }[name]
    fitted = fit(plugins, hot, name)
    np.testing.assert_allclose([fitted.zero.item(), fitted.one.item()], expected)


@pytest.mark.parametrize("photons", [0.002, 0.02, 0.3, 1, 3])
@pytest.mark.parametrize(("gain", "offset"), [(1, 0), (25, 0), (25, 100)])
def test_a_background_without_photons_is_no_fill(plugins, photons, gain, offset):
    pixels = np.random.default_rng(4).poisson(photons, (256, 256))
    pixels[40:60, 40:60] = np.random.default_rng(5).poisson(100, (20, 20))
    fitted = fit(plugins, (pixels * gain + offset).astype(np.uint16))
    assert fitted.held_back is None


def blurred_discs(ceiling):
    """Return discs with soft edges, brighter than what the detector counts up to."""
    y, x = np.indices((128, 128))
    distance = np.hypot(y % 64 - 32, x % 64 - 32)
    return np.minimum(
        np.random.default_rng(0).poisson(30 + 300 / (1 + np.exp(distance - 12))), ceiling
    )


@pytest.mark.parametrize("offset", [3, 5, 100])
def test_dark_fill_is_found_below_a_small_offset(plugins, offset):
    rng = np.random.default_rng(0)
    inner = np.clip(rng.poisson(30, (80, 90)) + offset + rng.normal(0, 1.5, (80, 90)), 1, None)
    alone = fit(plugins, inner.round().astype(np.uint16))
    mosaic = fit(plugins, with_margin(inner.round().astype(np.uint16), 0))
    np.testing.assert_allclose([mosaic.zero, mosaic.one], [alone.zero, alone.one])


@pytest.mark.parametrize(
    "pixels",
    [
        blurred_discs(255).astype(np.uint8),
        blurred_discs(200).astype(np.uint16),
        np.clip(content().astype(np.float64) - 120, 0, None),
        np.minimum(content(), 125),
        (content() > 120).astype(np.uint8) * 255,
        np.zeros((64, 64)),
    ],
    ids=[
        "saturated discs",
        "more saturated discs",
        "background subtracted",
        "saturated",
        "mask",
        "constant",
    ],
)
def test_neither_is_what_was_cut_off(plugins, pixels):
    assert fit(plugins, pixels).held_back is None


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("fill", [0, 65535])
def test_fill_comes_back_exactly_whatever_the_network_does(plugins, name, fill):
    framed = with_margin(content(), fill)
    part = fit(plugins, framed, name).at(everywhere(framed))
    seen = part.apply(framed)
    output = np.random.default_rng(0).normal(seen, 0.1).astype(np.float32)
    restored = part.undo(output[np.newaxis], framed, ("intensity",))[0]
    np.testing.assert_array_equal(restored[framed == fill], fill)
    inside = framed != fill
    np.testing.assert_allclose(
        part.undo(seen[np.newaxis], framed, ("intensity",))[0][inside], framed[inside], atol=1e-3
    )


def test_the_network_sees_the_content_mirrored_at_its_edge(plugins):
    inner = content()
    framed = with_margin(inner, 0, width=20)
    seen = fit(plugins, framed).at(everywhere(framed)).apply(framed)
    np.testing.assert_array_equal(seen[20:-20, 20 - 15 : 20], seen[20:-20, 21:36][:, ::-1])
    alone = fit(plugins, inner).at(everywhere(inner)).apply(inner)
    np.testing.assert_array_equal(seen[20:-20, 20:-20], alone)
    assert seen.min() >= alone.min()
    assert seen.max() <= alone.max()


def test_a_part_of_nothing_but_fill_is_dark(plugins):
    framed = with_margin(content(), 0)
    fitted = fit(plugins, framed)
    corner = {"y": slice(0, 16), "x": slice(0, 16)}
    np.testing.assert_array_equal(fitted.at(corner).apply(framed[:16, :16]), 0)


@pytest.mark.parametrize("name", NAMES)
def test_a_hot_pixel_is_seen_as_its_surroundings_and_comes_back(plugins, name):
    pixels = content()
    pixels[30, 40] = 4095
    part = fit(plugins, pixels, name).at(everywhere(pixels))
    seen = part.apply(pixels)
    assert seen[27:34, 37:44].min() <= seen[30, 40] <= seen[27:34, 37:44].max()
    restored = part.undo(seen[np.newaxis], pixels, ("intensity",))[0]
    np.testing.assert_allclose(restored, pixels, atol=1e-3)


def test_dead_pixels_are_not_seen_either(plugins):
    pixels = content(photons=20)
    pixels[30, 40] = 0
    part = fit(plugins, pixels).at(everywhere(pixels))
    seen = part.apply(pixels)
    assert seen.min() > -0.2
    assert part.undo(seen[np.newaxis], pixels, ("intensity",))[0][30, 40] == 0


@pytest.mark.parametrize("height", [2000, 50_000])
def test_of_a_very_bright_object_the_network_sees_a_part_and_the_rest_comes_back(plugins, height):
    pixels = content((200, 200))
    y, x = np.indices(pixels.shape)
    pixels += (height * np.exp(-((y - 40) ** 2 + (x - 50) ** 2) / 1.5)).astype(np.uint16)
    fitted = fit(plugins, pixels)
    assert not len(fitted.held_back.hot.excess)
    part = fitted.at(everywhere(pixels))
    seen = part.apply(pixels)
    assert 4.5 < seen.max() < 5.5
    restored = part.undo(seen[np.newaxis], pixels, ("intensity",))[0]
    np.testing.assert_allclose(restored, pixels, rtol=1e-5, atol=1e-3)


def test_a_missing_plane_in_a_volume_is_seen_as_what_is_beside_it(plugins):
    volume = np.stack([content(), content(), np.zeros((80, 90), np.uint16), content(), content()])
    normalizer = plugins.create("normalizer", "percentile", clip=False)
    fitted = normalizer.fit_for_axes(make_image(volume, "zyx"), "zyx")
    whole = {"z": slice(0, 5), **everywhere(volume[0])}
    seen = fitted.at(whole).apply(volume)
    np.testing.assert_allclose(seen[2].mean(), seen[1].mean(), atol=0.05)
    restored = fitted.at(whole).undo(seen[np.newaxis], volume, ("intensity",))[0]
    assert not restored[2].any()


def test_a_spread_gets_nothing_back_and_channels_made_of_several_none(plugins):
    pixels = content()
    pixels[30, 40] = 4095
    part = fit(plugins, pixels).at(everywhere(pixels))
    output = np.zeros((2, *pixels.shape), np.float32)
    mean, spread = part.undo(output, pixels, ("intensity", "spread"))
    assert mean[30, 40] > 3900
    assert not spread.any()
    both = make_image(np.stack([pixels, pixels]), "cyx")
    joint = plugins.create("normalizer", "percentile").fit_for_axes(both, "cyx")
    part = joint.at({"c": slice(0, 2), **everywhere(pixels)})
    assert part.undo(output, both.values, ("intensity",) * 2)[1, 30, 40] > 3900
    assert part.undo(output[:1], both.values, ("intensity",)).max() < 200
    mean, spread = part.undo(output, both.values, ("intensity", "spread"))
    assert mean.max() < 200
    assert not spread.any()


def test_what_is_fill_in_all_channels_is_fill_in_what_is_made_of_them(plugins):
    framed = np.stack([with_margin(content(), 0), with_margin(content() + 50, 0)])
    fitted = plugins.create("normalizer", "percentile").fit_for_axes(
        make_image(framed, "cyx"), "cyx"
    )
    part = fitted.at({"c": slice(0, 2), **everywhere(framed[0])})
    fused = part.undo(np.full((1, *framed.shape[1:]), 0.5, np.float32), framed, ("intensity",))[0]
    np.testing.assert_array_equal(fused[framed[0] == 0], 0)
    assert fused[framed[0] > 0].min() > 100


def test_a_record_tells_all_of_it(plugins):
    framed = with_margin(content(), 0)
    framed[60, 70] = 4095
    normalizer = plugins.create("normalizer", "percentile")
    image = make_image(np.stack([framed, content((160, 170))]), "zyx")
    fitted = normalizer.fit_for_axes(image, "yx")
    recalled = normalizer.recall(json.loads(json.dumps(fitted.record())), image)
    for plane in range(2):
        place = {"z": plane, **everywhere(framed)}
        pixels = image.values[plane]
        seen = fitted.at(place).apply(pixels)
        np.testing.assert_array_equal(recalled.at(place).apply(pixels), seen)
        again = recalled.at(place).undo(seen[np.newaxis], pixels, ("intensity",))
        np.testing.assert_array_equal(
            again, fitted.at(place).undo(seen[np.newaxis], pixels, ("intensity",))
        )


@pytest.mark.parametrize("held_back", [False, True])
def test_a_truth_has_fill_only_where_its_input_has(plugins, held_back):
    noise_free = np.zeros((96, 96))
    noise_free[30:60, 30:60] = np.linspace(20, 40, 30)
    measured = np.random.default_rng(0).poisson(noise_free + 1) + 100
    normalizer = plugins.create("normalizer", "percentile")
    given = normalizer.fit(make_image(with_margin(measured, 0) if held_back else measured, "yx"))
    truth = normalizer.fit_truth(make_image(noise_free, "yx"), given, "yx")
    assert (truth.zero.item() > 10) == held_back
