"""No channel, plane, time or region suffers from another that is brighter, by the defaults."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from debcr_core import Runner, load_model, make_image

SIDE = 160


@pytest.fixture(scope="module", params=["denoise", "deblur"])
def runner(request):
    with Runner(load_model(request.param)) as runner:
        yield runner


@pytest.fixture(scope="module")
def denoiser():
    with Runner(load_model("denoise")) as runner:
        yield runner


def scene(photons, number=0):
    """Return smooth spots and lines that peak at so many photons."""
    made = np.random.default_rng(number).random((SIDE, SIDE)) > 0.998
    smooth = ndimage.gaussian_filter(made.astype(np.float64), 4)
    return photons * smooth / smooth.max()


def recorded(truth, number=0):
    return (np.random.default_rng(number).poisson(truth) + 100).astype(np.uint16)


def psnr(restored, truth, where=...):
    error = np.mean((restored - 100 - truth)[where] ** 2)
    return 10 * np.log10(truth.max() ** 2 / error)


@pytest.mark.parametrize("axis", "czt")
def test_each_plane_is_restored_as_if_it_were_alone(runner, axis):
    planes = np.stack(
        [recorded(scene(photons, number)) for number, photons in enumerate((3000, 40, 3))]
    )
    together = runner.plan(make_image(planes, f"{axis}yx")).restore()
    for plane, restored in zip(planes, together.values, strict=True):
        alone = runner.plan(make_image(plane, "yx")).restore()
        np.testing.assert_array_equal(restored, alone.values)


@pytest.mark.parametrize("fill", [0, 65535])
@pytest.mark.parametrize("photons", [40, 400])
def test_margins_of_a_mosaic_do_little_harm_beside_them_and_none_elsewhere(runner, fill, photons):
    truth = scene(photons)
    alone = runner.plan(make_image(recorded(truth), "yx")).restore().values
    framed = np.full((SIDE + 128, SIDE + 128), fill, np.uint16)
    framed[64:-64, 64:-64] = recorded(truth)
    mosaic = runner.plan(make_image(framed, "yx")).restore().values
    inner = mosaic[64:-64, 64:-64]
    far = (slice(50, -50),) * 2
    # What sharpens amplifies what little it sees from farther than that.
    most = 0.01 if runner.trained.name == "denoise" else 0.02
    np.testing.assert_allclose(inner[far], alone[far], atol=most * photons)
    beside = mosaic.copy()
    beside[64:-64, 64:-64] = fill
    np.testing.assert_array_equal(beside, fill)
    if runner.trained.name == "denoise":
        assert psnr(inner, truth) > psnr(alone, truth) - 0.5


@pytest.mark.parametrize("count", [1, 30])
@pytest.mark.parametrize("height", [500, 4095, 60_000])
def test_hot_pixels_change_nothing_around_them_and_stay(denoiser, count, height):
    truth = scene(40)
    clean = recorded(truth)
    hot = clean.copy()
    places = tuple(np.random.default_rng(1).integers(0, SIDE, (2, count)))
    hot[places] = height
    plan = denoiser.plan(make_image(hot, "yx"))
    restored = plan.restore().values
    elsewhere = np.ones(hot.shape, bool)
    elsewhere[places] = False
    before = denoiser.plan(make_image(clean, "yx")).restore().values
    assert psnr(restored, truth, elsewhere) > psnr(before, truth, elsewhere) - 0.1
    np.testing.assert_allclose(restored[places], height, atol=10)
    said = [str(warning) for warning in plan.warnings if warning.kind == "hot-pixels"]
    assert len(said) == 1
    assert f"{len(set(zip(*places, strict=True)))} pixels" in said[0] or "One pixel" in said[0]


@pytest.mark.parametrize("sigma", [0.5, 0.8, 1.2])
@pytest.mark.parametrize("height", [1000, 20_000])
def test_a_bright_bead_keeps_its_intensity_and_is_no_hot_pixel(denoiser, sigma, height):
    y, x = np.indices((SIDE, SIDE))
    bead = height * np.exp(-((y - 80) ** 2 + (x - 70) ** 2) / (2 * sigma**2))
    truth = scene(40) + bead
    plan = denoiser.plan(make_image(recorded(truth), "yx"))
    restored = plan.restore().values - 100
    assert [warning for warning in plan.warnings if warning.kind == "hot-pixels"] == []
    around = (slice(72, 89), slice(62, 79))
    assert restored[80, 70] == pytest.approx(truth[80, 70], rel=0.15)
    assert restored[around].sum() == pytest.approx(truth[around].sum(), rel=0.05)


@pytest.mark.parametrize("length", [5, 20, 40])
def test_a_cosmic_track_leaves_what_is_around_it_alone(denoiser, length):
    truth = scene(40)
    clean = recorded(truth)
    hit = clean.copy()
    track = (np.arange(length) // 2 + 60, np.arange(length) + 50)
    hit[track] = 4095
    elsewhere = np.ones(hit.shape, bool)
    elsewhere[track] = False
    before, after = (
        denoiser.plan(make_image(each, "yx")).restore().values for each in (clean, hit)
    )
    assert psnr(after, truth, elsewhere) > psnr(before, truth, elsewhere) - 0.5
    np.testing.assert_allclose(after[track], 4095, atol=15)


def test_a_small_object_that_is_hundreds_of_times_brighter_harms_nothing(denoiser):
    truth = scene(40)
    clean = recorded(truth)
    bright = clean.copy()
    bright[30:35, 30:35] += 10_000
    far = np.ones(truth.shape, bool)
    far[20:45, 20:45] = False
    before, after = (denoiser.plan(make_image(e, "yx")).restore().values for e in (clean, bright))
    assert psnr(after, truth, far) > psnr(before, truth, far) - 0.3
    np.testing.assert_allclose(after[30:35, 30:35] - before[30:35, 30:35], 10_000, rtol=0.02)
