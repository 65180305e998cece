"""A model's doubts about an image: each kind is recognised, and raw images are left in peace."""

from __future__ import annotations

from pathlib import Path

import dask.array as da
import numpy as np
import pytest
import tifffile
from scipy import ndimage

from debcr_core import Card, fit_verdict, listening, make_image, restore_file
from debcr_core.trained import BEYOND

ANY = Card()
SAMPLES = Path(__file__).parents[2] / "zoo_packages"


def scene(size=256, seed=0):
    """Return bright spots and a wide glow on a dark background, from 0 to 1."""
    rng = np.random.default_rng(seed)
    spots = ndimage.gaussian_filter((rng.random((size, size)) < 0.002).astype(float), 2.5)
    glow = ndimage.gaussian_filter(rng.random((size, size)), 20)
    light = spots / spots.max() + 0.3 * (glow - glow.min()) / np.ptp(glow)
    return light / light.max()


def raw(photons=50, seed=0, size=256):
    """Return what a camera makes of it: gain 2, offset 100, read noise of one electron."""
    rng = np.random.default_rng(seed)
    electrons = rng.poisson(photons * scene(size)) + rng.normal(0, 1, (size, size))
    return np.rint(2 * electrons + 100).clip(0, 65535).astype(np.uint16)


def kinds(pixels, card=ANY, axes="yx", dims="yx", **metadata):
    found = fit_verdict(make_image(pixels, dims, **metadata), card, axes).findings
    return [finding.kind for finding in found]


def black_margins(pixels):
    pixels = pixels.copy()
    pixels[:, :90] = pixels[200:] = 0
    return pixels


def with_hot_pixels(pixels):
    pixels = pixels.copy()
    pixels[tuple(np.random.default_rng(2).integers(0, 256, (2, 80)))] = 4095
    return pixels


def with_gaps(pixels, value, wide=6):
    y, x = np.indices(pixels.shape)
    return np.where((y % 64 < wide) | (x % 64 < wide), value, pixels)


def with_white_margins(pixels):
    pixels = pixels.copy()
    pixels[:, :90] = pixels[200:] = 65535
    return pixels


def with_spikes(pixels, value, share=0.012):
    return np.where(np.random.default_rng(2).random(pixels.shape) < share, value, pixels)


def with_tracks(pixels):
    """Return pixels crossed by cosmic rays, at the largest value in 0.6 % of them."""
    pixels = pixels.copy()
    for y, x in np.random.default_rng(3).integers(0, 230, (16, 2)):
        pixels[y + np.arange(25), x + np.arange(25) // 2] = 4095
    return pixels


FILL = {
    f"{name}, {photons} photons": changed(raw(photons))
    for photons in (3, 20, 340, 2000)
    for name, changed in {
        "black gaps": lambda pixels: with_gaps(pixels, 0),
        "white gaps": lambda pixels: with_gaps(pixels, 65535),
        "narrow black gaps": lambda pixels: with_gaps(pixels, 0, wide=2),
        "narrow white gaps": lambda pixels: with_gaps(pixels, 65535, wide=2),
        "black margins": black_margins,
        "white margins": with_white_margins,
        "hot pixels": lambda pixels: with_spikes(pixels, 4095),
        "dead pixels": lambda pixels: with_spikes(pixels, 0),
        "tracks": with_tracks,
    }.items()
}

RAW = {
    **FILL,
    "one photon": raw(1),
    "20 photons": raw(20),
    "400 photons": raw(400),
    "1000 photons": raw(1000),
    "reals": (raw() / np.float32(65535)).astype(np.float32),
    "8 bits": np.minimum((raw() - 60), 255).astype(np.uint8),
    "photons counted": np.random.default_rng(0).poisson(3 * scene()).astype(np.uint8),
    "photons counted on zeros": np.random.default_rng(0)
    .poisson(30 * scene() * (scene() > 0.15))
    .astype(np.uint16),
    "dark with hot pixels": with_hot_pixels(np.random.default_rng(0).poisson(0.3, (256, 256))),
    "hot pixels": with_hot_pixels(raw(20)),
    "black margins": black_margins(raw()),
    "white noise": np.random.default_rng(0).normal(0, 1, (256, 256)),
    "signed": raw().astype(np.int16) - 100,
    "constant": np.full((256, 256), 7, np.uint16),
    "zero": np.zeros((256, 256), np.float32),
    "small and smooth": ndimage.gaussian_filter(raw(size=64).astype(float), 2),
}


@pytest.mark.parametrize("name", RAW)
def test_raw_fluorescence_fits(name):
    verdict = fit_verdict(make_image(RAW[name], "yx"), ANY)
    assert verdict.fits, str(verdict)
    assert str(verdict) == "fits"


def enlarged(pixels, side):
    return pixels.repeat(side, 0).repeat(side, 1)[:256, :256]


DOUBTFUL = {
    "blurred": (ndimage.gaussian_filter(raw(20).astype(float), 0.7), "filtered"),
    "averaged over neighbours": (np.rint(ndimage.uniform_filter(raw(20) + 0.0, 3)), "filtered"),
    "median": (ndimage.median_filter(raw(), 3), "filtered"),
    "turned": (ndimage.rotate(raw().astype(float), 7, order=1, reshape=False), "filtered"),
    "moved by half a pixel": (ndimage.shift(raw().astype(float), 0.5, order=1), "filtered"),
    "enlarged by interpolation": (ndimage.zoom(raw().astype(float), 1.5, order=1), "filtered"),
    "noise-free": (np.rint(4000 * scene()).astype(np.uint16), "noise-free"),
    "noise-free, 8 bits": (np.rint(250 * scene()).astype(np.uint8), "noise-free"),
    "noise-free, real": (scene(), "noise-free"),
    "labels": (ndimage.label(scene() > 0.2)[0].astype(np.uint16), "noise-free"),
    "mask of 0 and 255": ((scene() > 0.2).astype(np.uint8) * 255, "noise-free"),
    "mask": (scene() > 0.2, "mask"),
    "absorbing": (np.random.default_rng(0).poisson(500 * np.exp(-scene())), "bright-field"),
    "inverted": (raw(200).max() - raw(200), "bright-field"),
    "saturated": (np.minimum(raw(200), 200), "saturated"),
    "saturated, with white gaps": (with_gaps(np.minimum(raw(200), 200), 65535), "saturated"),
    "saturated, with hot pixels": (
        with_spikes(np.minimum(raw(200), 200), 4095, 0.002),
        "saturated",
    ),
    "filtered, with black gaps": (
        with_gaps(ndimage.gaussian_filter(raw(20).astype(float), 0.7), 0),
        "filtered",
    ),
    "2×2 pixels, with black gaps": (
        with_gaps(raw(20).repeat(2, 0).repeat(2, 1)[:256, :256], 0),
        "repeated-pixels",
    ),
    "absorbing, with white gaps": (
        with_gaps(np.random.default_rng(0).poisson(500 * np.exp(-scene())), 65535),
        "bright-field",
    ),
    "saturated, real": (np.minimum(raw(200) / 255, 0.8), "saturated"),
    **{f"{n}×{n} pixels": (enlarged(raw(20), n), "repeated-pixels") for n in (2, 3, 4, 8)},
    **{
        f"{n}×{n} pixels and noise": (
            enlarged(raw(20), n) + np.random.default_rng(1).normal(0, 3, (256, 256)),
            "repeated-pixels",
        )
        for n in (2, 4)
    },
}


@pytest.mark.parametrize("name", DOUBTFUL)
def test_what_a_model_was_not_trained_on_is_recognised(name):
    pixels, kind = DOUBTFUL[name]
    verdict = fit_verdict(make_image(pixels, "yx"), ANY)
    assert [finding.kind for finding in verdict.findings] == [kind]
    assert not verdict.fits
    assert str(verdict) == f"doubtful: {verdict.findings[0].sentence}"


@pytest.mark.parametrize("noise", [0, 3])
@pytest.mark.parametrize("side", [2, 3, 4, 6, 8])
def test_the_side_of_repeated_pixels_is_said(side, noise):
    # Cut so that the first squares are not whole.
    pixels = raw(20, size=320)[:64, :64].repeat(side, 0).repeat(side, 1)[1:, 1:]
    noisy = pixels + np.random.default_rng(1).normal(0, noise, pixels.shape)
    assert f"{side}×{side} equal ones" in str(fit_verdict(make_image(noisy, "yx"), ANY))


@pytest.mark.parametrize("name", DOUBTFUL)
def test_what_the_card_covers_is_no_doubt(name):
    pixels, kind = DOUBTFUL[name]
    assert kinds(pixels, Card(covers=(kind,))) == []


def test_a_stack_is_doubted_by_a_network_of_planes_alone():
    stack = np.stack([raw(seed=seed) for seed in range(3)])
    assert kinds(stack, dims="zyx") == ["planes"]
    assert kinds(stack, axes="zyx", dims="zyx") == []
    assert kinds(stack[:1], dims="zyx") == []
    assert kinds(stack, dims="tyx") == []


def test_an_axis_that_the_network_needs_is_named():
    verdict = fit_verdict(make_image(raw(), "yx"), ANY, "zyx")
    assert "axes z" in str(verdict)


def test_a_window_that_lies_in_a_margin_is_not_saturated():
    pixels = raw(size=1024)
    pixels[:, :700] = 65535
    assert kinds(pixels) == []


@pytest.mark.parametrize("suffix", ["tif", "ome.zarr", "npz"])
def test_an_image_whose_file_holds_the_record_of_a_restoration_was_restored_already(
    tmp_path, suffix
):
    tifffile.imwrite(tmp_path / "raw.tif", raw(100))
    once = f"once.{suffix}"
    for source, output, told in [("raw.tif", once, False), (once, "twice.tif", True)]:
        with listening() as heard:
            restore_file(tmp_path / source, tmp_path / output)
        assert any("restored already" in str(each) for each in heard) == told


def test_colours_are_no_intensities():
    photograph = np.stack([raw(seed=seed) for seed in range(3)])
    assert kinds(photograph, dims="cyx", rgb=True) == ["axes"]


def test_the_channel_is_named():
    image = make_image(
        np.stack([raw(), np.minimum(raw(200), 200)]), "cyx", channels=["DAPI", "GFP"]
    )
    (finding,) = fit_verdict(image, ANY).findings
    assert (finding.kind, finding.sentence[:12]) == ("saturated", "Channel GFP:")


def test_what_is_found_in_several_channels_is_said_once() -> None:
    image = make_image(np.stack([np.minimum(raw(200, seed=seed), 200) for seed in range(3)]), "cyx")
    said = [finding.sentence for finding in fit_verdict(image, ANY).findings]
    assert len(said) == len({sentence.partition(": ")[2] for sentence in said})


def test_channels_of_which_the_same_is_found_are_named_together() -> None:
    enlarged = np.stack([raw(seed=seed) for seed in range(3)]).repeat(2, 1).repeat(2, 2)
    channels = ["DAPI", "GFP", "Cy5"]
    (finding,) = [
        each
        for each in fit_verdict(make_image(enlarged, "cyx", channels=channels), ANY).findings
        if each.kind == "repeated-pixels"
    ]
    assert finding.sentence.startswith("Channels DAPI, GFP, Cy5: Each pixel of the camera")


def test_the_photons_are_those_that_would_leave_the_noise_there_is():
    few, many = (fit_verdict(make_image(raw(n), "yx"), ANY).photons for n in (10, 300))
    assert 3 < few < 12
    assert 100 < many < 400


def test_how_little_noise_is_none_depends_on_the_photons_of_the_training_images():
    clean = np.random.default_rng(0).poisson(5000 * scene())
    assert kinds(clean) == []
    assert kinds(clean, Card(photons=(2, 50))) == ["noise-free"]


class Counting:
    """Twenty terabytes of noise, made where they are read, which is counted."""

    shape, dtype, ndim = (1000, 100_000, 100_000), np.dtype(np.uint16), 3

    def __init__(self):
        self.read = 0

    def __getitem__(self, region):
        shape = np.broadcast_to(0, self.shape)[region].shape
        self.read += int(np.prod(shape))
        return np.random.default_rng(self.read).poisson(20, shape).astype(np.uint16)


def test_a_huge_lazy_image_is_read_in_a_few_places():
    pixels = Counting()
    chunks = (1, 2000, 100_000)
    data = da.from_array(pixels, chunks, name=False, meta=np.empty((0, 0, 0), np.uint16))
    assert fit_verdict(make_image(data, "tyx"), ANY).fits
    assert 0 < pixels.read <= 8 * 256**2


def _never(block):
    raise AssertionError("a pixel was read")


def test_nothing_is_read_for_a_model_that_covers_everything():
    data = da.zeros((300, 300), dtype=np.uint16).map_blocks(_never, meta=np.empty((0, 0)))
    assert fit_verdict(make_image(data, "yx"), Card(covers=BEYOND)).fits


@pytest.mark.parametrize("name", ["denoise", "deblur"])
def test_the_samples_of_the_shipped_models_fit(name):
    assert kinds(tifffile.imread(SAMPLES / name / "sample.tif")) == []


REAL = {
    "saureus_1_brightfield": ["noise-free", "bright-field"],
    "saureus_1_sim": ["filtered"],
    "synapse_1_confocal": ["repeated-pixels"],
    "synapse_1b_confocal": ["repeated-pixels"],
}


def test_of_real_micrographs_those_are_doubted_that_should_be(shared):
    found = {path.stem: kinds(tifffile.imread(path)) for path in (shared / "images").glob("*.tif")}
    assert {name: what for name, what in found.items() if what} == REAL


def test_what_compares_an_image_with_a_card_heeds_a_stop_between_windows() -> None:
    from debcr_core.errors import Cancelled
    from debcr_core.stopping import Stop, heeding
    from debcr_core.verdict import measured

    seen, stop = [], Stop()

    def measure(window):
        seen.append(window)
        stop.request()

    with heeding(stop), pytest.raises(Cancelled):
        measured._mostly(["first", "second"], measure)
    assert seen == ["first"]
