"""Each measure of `debcr probe` gives the known answer for methods whose faults are known."""

from __future__ import annotations

import importlib.machinery
import sys
import types

import numpy as np
import pytest
from scipy import ndimage

from debcr_core import ImageError, UsageError
from debcr_plugins.judging.baselines.richardson_lucy import RichardsonLucy
from debcr_plugins.probing.filters import Errors, Gaussian
from debcr_plugins.probing.micrographs import Plane, micrographs
from debcr_plugins.probing.no_signal import blobs, lattice, no_signal
from debcr_plugins.probing.photometry import photometry, spot_fluxes
from debcr_plugins.probing.restoring import psnr
from debcr_plugins.probing.result import Bar, Row
from debcr_plugins.probing.sharper import matched_psnr, radially_filtered, sharper
from debcr_plugins.probing.simulated import scenes
from debcr_plugins.probing.smoothed_truth import drawn, smoothed_truth
from debcr_plugins.probing.texture import picture
from debcr_plugins.probing.thinned_counts import corrected_psnr, thinned, thinned_counts


def same(plane):
    return plane


def smoothed(plane):
    return ndimage.gaussian_filter(plane, 2.0)


@pytest.fixture
def plane():
    y, x = np.mgrid[:96, :96]
    light = 10 + 200 * np.exp(-((y - 40) ** 2 + (x - 50) ** 2) / 200)
    return Plane("blob", np.random.default_rng(0).poisson(light).astype(np.float64))


COLUMNS = "column pattern"


def rows_of(part, condition):
    return {row.figure: row for row in part.rows if row.condition == condition}


def test_a_bar_holds_on_its_side_and_never_for_nan():
    assert Bar(1.0, "at least").holds(1.0)
    assert not Bar(1.0, "at most").holds(1.1)
    assert not Bar(1.0, "at least").holds(float("nan"))
    assert Row("a", "b", 3.0).holds is None


def test_without_smoothing_the_structure_is_the_noise():
    found = rows_of(no_signal(same, 0.05, 0), "flat, 30 photons")
    assert found["structure"].value == pytest.approx(1.0, abs=1e-9)
    assert found["structure"].holds is False


def test_the_mean_of_a_flat_field_adds_no_structure_and_no_lattice():
    part = no_signal(lambda plane: np.full_like(plane, plane.mean()), 0.05, 0)
    found = rows_of(part, "flat, 30 photons")
    assert all(row.holds for row in found.values())


def test_a_pattern_of_the_cameras_columns_is_to_be_removed():
    removed = rows_of(no_signal(lambda plane: np.full_like(plane, plane.mean()), 0.05, 0), COLUMNS)
    kept = rows_of(
        no_signal(lambda plane: np.broadcast_to(plane.mean(axis=0), plane.shape), 0.05, 0), COLUMNS
    )
    assert removed["structure"].value < 0.01
    assert kept["structure"].value > 0.1


def test_a_lattice_is_told_by_its_period():
    cells = np.kron(np.ones((64, 64)), np.array([[1.0, 0.0], [0.0, 0.0]]))
    noise = np.random.default_rng(0).normal(0, 1, cells.shape)
    assert lattice(cells, 2) > 0.95
    assert lattice(noise, 2) < 0.01
    assert lattice(noise + 0.5 * cells, 2) == pytest.approx(0.25 * 0.1875 / 1.047, rel=0.35)
    assert lattice(np.zeros((64, 64)), 4) == 0


def test_a_patch_that_stands_out_is_a_blob_whether_bright_or_dark():
    field = np.zeros((64, 64))
    field[10:14, 10:14] = 0.6
    field[30:34, 30:34] = -0.6
    field[50, 50] = 3.0
    assert blobs(field) == 2


def test_thinning_keeps_every_photon(plane):
    given, rest = thinned(plane.pixels, 0.125, 0)
    np.testing.assert_array_equal(given + rest, plane.pixels)
    assert given.sum() / plane.pixels.sum() == pytest.approx(0.125, abs=0.01)


def test_what_is_left_of_a_perfect_estimate_is_chance_alone(plane):
    rng = np.random.default_rng(1)
    rate = ndimage.gaussian_filter(plane.pixels, 3.0)
    counts = rng.poisson(rate).astype(np.float64)
    given, rest = thinned(counts, 0.5, 2)
    perfect = corrected_psnr(0.5 * rate, rest, 0.5)
    assert perfect > corrected_psnr(smoothed(given), rest, 0.5)
    assert perfect > corrected_psnr(given, rest, 0.5) + 12


def test_counts_that_are_no_integers_are_refused(plane):
    with pytest.raises(ImageError, match="no whole ones"):
        thinned_counts([Plane("half", plane.pixels / 2)], same, 0)


def test_counts_that_no_pixel_collects_are_refused(plane):
    with pytest.raises(ImageError, match="no pixel collects"):
        thinned_counts([Plane("huge", plane.pixels + 2.0**63)], same, 0)


def test_a_gaussian_gains_nothing_over_a_gaussian(plane):
    part = thinned_counts([plane, plane], same, 0)
    for row in part.rows:
        assert row.value < 0
        assert row.holds is False


def test_a_draw_has_so_many_photons_in_its_brightest_pixel(plane):
    noisy, truth = drawn(plane, 20, 0)
    assert truth.max() == pytest.approx(20)
    assert truth.min() >= 0
    assert np.std(noisy - truth) == pytest.approx(np.sqrt(truth.mean() + 1), rel=0.05)


def test_a_filter_is_chosen_on_other_planes():
    rng = np.random.default_rng(0)
    flat = (10 + rng.normal(0, 1, (64, 64)), np.full((64, 64), 10.0))
    fine = np.indices((64, 64)).sum(0) % 2 * 10.0
    errors = Errors([flat, flat, (fine, fine)], Gaussian.grid())
    assert errors.best(but=2).strength == 5
    assert Errors([flat, (fine, fine)], Gaussian.grid()).best(but=0).strength == 0.5


def test_photometry_tells_a_shift_of_scale_from_none(plane):
    part = photometry([plane], lambda image: np.sqrt(np.maximum(image, 0)), 0.01, 0)
    assert rows_of(part, "scale and offset")["largest change"].holds is False
    assert rows_of(part, "total")["off by"].holds is False
    kept = photometry([plane], same, 0.01, 0)
    assert rows_of(kept, "scale and offset")["largest change"].holds
    assert rows_of(kept, "a bright square far away")["largest change"].value == 0


def test_spots_have_the_light_that_was_put_in():
    assert spot_fluxes(2000, same, 0).mean() == pytest.approx(2000, rel=0.03)
    assert (spot_fluxes(2000, lambda plane: 0.5 * plane, 0)).mean() == pytest.approx(1000, rel=0.03)


def test_textures_lie_between_zero_and_one():
    for kind in ("grass", "text", "brick"):
        image = picture(kind)
        assert (image.min(), image.max()) == (0, 1)


def test_the_radial_oracle_undoes_a_blur_as_far_as_noise_allows():
    rng = np.random.default_rng(0)
    sharp = ndimage.gaussian_filter(rng.random((96, 96)), 1.0)
    blurred = ndimage.gaussian_filter(sharp, 1.5, mode="wrap")
    before, after = psnr(blurred, sharp), psnr(radially_filtered(blurred, sharp), sharp)
    assert after > before + 10
    assert matched_psnr(3 * sharp + 7, sharp) > 50


def test_a_pair_is_judged_beside_oracle_and_deconvolution():
    from debcr_core import make_image
    from debcr_plugins.pairs.image_pair import ImagePair

    rng = np.random.default_rng(0)
    sharp = ndimage.gaussian_filter(rng.random((64, 64)), 1.0) * 100
    blurred = ndimage.gaussian_filter(sharp, 1.5)
    pair = ImagePair("a", make_image(blurred, "yx"), make_image(sharp, "yx"))
    first = sharper([pair], lambda _: sharp).rows[0]
    assert first.holds
    assert {"input", "Richardson–Lucy", "linear oracle"} == {*first.beside}
    assert sharper([pair], same).rows[0].holds is False
    constant = sharper([pair], lambda plane: np.full_like(plane, plane.mean()))
    assert constant.rows[2].value == 0


@pytest.mark.parametrize(
    ("pixels", "words"),
    [
        (np.full((20, 20), 7.0), "nothing but the value 7"),
        (np.linspace(-1, 1, 400).reshape(20, 20), "negative values"),
        (np.where(np.eye(20), np.nan, 1.0), "NaN"),
    ],
)
def test_images_that_cannot_be_the_truth_are_refused(tmp_path, plugins, pixels, words):
    np.save(tmp_path / "a.npy", pixels)
    with pytest.raises(ImageError, match=words):
        micrographs([str(tmp_path / "a.npy")], plugins)


def test_a_folder_without_images_is_refused(tmp_path, plugins):
    with pytest.raises(UsageError):
        micrographs([str(tmp_path)], plugins)


@pytest.fixture
def bm3d(monkeypatch):
    """Install something that stands for BM3D: a Gaussian, as wide as the noise it is told."""
    module = types.ModuleType("bm3d")
    module.__spec__ = importlib.machinery.ModuleSpec("bm3d", None)
    module.bm3d = ndimage.gaussian_filter
    monkeypatch.setitem(sys.modules, "bm3d", module)


@pytest.mark.parametrize("measure", [thinned_counts, smoothed_truth])
def test_bm3d_has_rows_of_its_own_where_it_is_installed(plane, bm3d, measure, monkeypatch):
    monkeypatch.setattr("debcr_plugins.probing.filters.FILTERS", (Gaussian,))
    monkeypatch.setattr("debcr_plugins.probing.smoothed_truth.GAINS", {20: 1.0})
    part = measure([plane, plane], smoothed, 0)
    rows = [row for row in part.rows if row.figure == "gain over BM3D"]
    assert rows
    assert all(row.bar == Bar(0.0, "at least") for row in rows)
    assert all(row.beside.keys() >= {"of BM3D"} or "PSNR of BM3D" in row.beside for row in rows)
    assert "is installed here" in part.method


def test_where_bm3d_is_absent_the_report_says_so_with_its_licence(plane, monkeypatch):
    monkeypatch.setitem(sys.modules, "bm3d", None)
    part = thinned_counts([plane], smoothed, 0)
    assert not [row for row in part.rows if "BM3D" in row.figure]
    assert "BM3D is not installed" in part.method
    assert "not commercial" in part.method


def test_what_knows_the_truth_gains_over_oracle_and_deconvolution(monkeypatch):
    from debcr_plugins.probing import simulated_sharp as measure

    monkeypatch.setattr(measure, "BLURS", (1.5,))
    monkeypatch.setattr(measure, "COUNT", 2)
    monkeypatch.setattr(RichardsonLucy, "grid", lambda: [RichardsonLucy(width=1.5, iterations=8)])
    [untouched] = measure.simulated_sharp(same, 0).rows
    assert untouched.value == 0
    truths = iter([100 * scene for scene in scenes(0, 2, 0.7)])
    [known] = measure.simulated_sharp(lambda _: next(truths), 0).rows
    assert known.holds
    assert known.value > 20 > known.bar.limit
