"""Pairs of images: the same for a seed, on one grid and scale, with noise as the camera says."""

from pathlib import Path

import numpy as np
import pytest
import tifffile
from skimage.registration import phase_cross_correlation

from debcr_core.errors import UsageError
from debcr_core.yaml.strict import load_yaml
from debcr_plugins.simulation import Simulation, simulate_pair, write_pairs
from debcr_plugins.simulation.parameters import SixteenBitReadout

SMALL = {"count": 3, "shape": [48, 40], "keep_sharp": True}
SPARSE = {
    "micrograph": {
        "structures": [{"kind": "neurites"}, {"kind": "vesicles"}, {"kind": "filaments"}],
        "background": [0, 0],
    }
}


def simulation(**values: object) -> Simulation:
    return Simulation.model_validate({**SMALL, **values})


def files(folder: Path) -> dict[str, bytes]:
    found = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("simulated") / "pairs"
    write_pairs(simulation(), folder)
    return folder


def test_any_number_of_processes_writes_the_same_bytes(written: Path, tmp_path: Path) -> None:
    write_pairs(simulation(), tmp_path / "shared", workers=2)
    assert files(tmp_path / "shared") == files(written)
    assert len(files(written)) == 10


def test_a_pair_does_not_depend_on_how_many_there_are(written: Path) -> None:
    pair = simulate_pair(simulation(count=1000), 2)
    np.testing.assert_array_equal(tifffile.imread(written / "input" / "00002.tif"), pair.input)
    np.testing.assert_array_equal(tifffile.imread(written / "target" / "00002.tif"), pair.clean)
    np.testing.assert_array_equal(tifffile.imread(written / "sharp" / "00002.tif"), pair.sharp)


def test_another_seed_gives_other_images() -> None:
    first, second = (simulate_pair(simulation(seed=seed), 0).clean for seed in (0, 1))
    assert not np.array_equal(first, second)


def test_parameters_and_what_was_drawn_are_written(written: Path) -> None:
    text = (written / "parameters.yaml").read_text(encoding="utf-8")
    summary = load_yaml(text, "parameters.yaml")
    assert Simulation.model_validate(summary["parameters"]) == simulation()
    drawn = summary["images"][1]
    assert (drawn["name"], drawn["seed"]) == ("00001", [0, 1])
    # The brightest pixel of the target collects the photons that were drawn, at 2 counts each.
    target = tifffile.imread(written / "target" / "00001.tif")
    assert target.max() == pytest.approx(100 + 2 * drawn["peak_photons"], rel=1e-4)
    assert 0.5 <= drawn["psf"]["width"] <= 3.5
    assert all("brightness" in structure for structure in drawn["structures"])


def test_the_target_of_deblurring_is_the_sharp_image(tmp_path: Path) -> None:
    parameters = simulation(target="sharp", count=1)
    write_pairs(parameters, tmp_path / "pairs")
    target = tifffile.imread(tmp_path / "pairs" / "target" / "00000.tif")
    np.testing.assert_array_equal(target, simulate_pair(parameters, 0).sharp)
    assert not (tmp_path / "pairs" / "sharp").exists()


def residuals(**readout: object) -> tuple[np.ndarray, np.ndarray, float]:
    """Noise and expected signal in electrons over a large image, and the read noise drawn."""
    parameters = simulation(shape=[400, 400], readout={"bit_depth": None, **readout})
    pair = simulate_pair(parameters, 0)
    gain, offset = parameters.readout.gain, parameters.readout.offset
    signal = (pair.clean.astype(float) - offset) / gain
    return (pair.input - pair.clean) / gain, signal, pair.drawn["read_noise"]


@pytest.mark.parametrize("gain", [0.5, 4])
def test_noise_has_mean_zero_and_the_variance_of_photons_and_readout(gain: float) -> None:
    noise, signal, read_noise = residuals(gain=gain)
    expected = signal + read_noise**2
    assert abs(noise.mean()) < 5 * np.sqrt(expected.mean() / noise.size)
    for bright in (signal < np.median(signal), signal >= np.median(signal)):
        assert noise[bright].var() == pytest.approx(expected[bright].mean(), rel=0.03)


def test_hot_pixels_are_as_many_and_as_bright_as_asked() -> None:
    noise, *_ = residuals(hot_pixels=0.01, hot_signal=1e5)
    hot = noise > 1e3
    assert hot.mean() == pytest.approx(0.01, rel=0.1)
    assert noise[hot].mean() == pytest.approx(1e5, rel=0.1)


def test_a_camera_counts_whole_numbers_and_saturates() -> None:
    readout = {"bit_depth": 8, "gain": 50, "offset": 10}
    bright = {"peak_photons": [100, 100]}
    pair = simulate_pair(simulation(readout=readout, micrograph=bright), 0)
    assert pair.input.dtype == np.uint16
    assert pair.input.max() == 255
    assert pair.clean.max() > 255


@pytest.mark.parametrize("kind", ["gaussian", "gibson-lanni"])
def test_input_and_targets_lie_on_one_grid(kind: str) -> None:
    if kind == "gibson-lanni":
        pytest.importorskip("psfmodels", reason='the extra "simulate" is not installed')
    micrograph = {**SPARSE["micrograph"], "psf": {"kind": kind}, "peak_photons": [1e5, 1e5]}
    readout = {"bit_depth": None, "offset": 0}
    parameters = simulation(shape=[256, 240], micrograph=micrograph, readout=readout)
    pairs = [simulate_pair(parameters, index) for index in range(9)]
    assert max(np.abs(shift(pair.clean, pair.input)).max() for pair in pairs) < 0.05
    # Blur at the window's edge sways a single estimate by up to 0.1, to either side.
    typical = np.median([shift(pair.sharp, pair.input) for pair in pairs], axis=0)
    assert np.abs(typical).max() < 0.05


def shift(image: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """How far an image lies off the other, in pixels, by cross-correlation inside a window."""
    window = np.outer(*map(np.hanning, image.shape))
    return phase_cross_correlation(
        window * image, window * reference, upsample_factor=100, normalization=None
    )[0]


def test_the_sharp_image_is_sharper_and_never_blunter_than_asked() -> None:
    for index in range(5):
        pair = simulate_pair(simulation(shape=[128, 128], **SPARSE), index)
        assert np.abs(np.diff(pair.sharp)).sum() > np.abs(np.diff(pair.clean)).sum()
    narrow = {"psf": {"kind": "gaussian", "width": [0.5, 0.5], "halo_share": [0, 0]}}
    parameters = simulation(
        sharp={"width": [3, 3]}, micrograph={**narrow, "background": [0, 0]}, shape=[64, 64]
    )
    pair = simulate_pair(parameters, 0)
    np.testing.assert_allclose(pair.sharp, pair.clean, rtol=1e-5)


def test_a_field_without_any_structure_is_dark() -> None:
    elsewhere = {"kind": "vesicles", "density": [0, 0], "cluster_radius": [1e5, 1e5]}
    micrograph = {"structures": [elsewhere], "background": [0, 0]}
    pair = simulate_pair(simulation(micrograph=micrograph), 0)
    assert (pair.clean == 100).all()
    assert (pair.sharp == 100).all()


def test_the_pixel_size_is_written_where_it_is_known(tmp_path: Path) -> None:
    psf = {"kind": "gaussian", "pixel_size": 0.05}
    write_pairs(simulation(count=1, micrograph={"psf": psf}), tmp_path / "pairs")
    with tifffile.TiffFile(tmp_path / "pairs" / "input" / "00000.tif") as file:
        pixels, micrometers = file.pages[0].tags["XResolution"].value
    assert micrometers / pixels == pytest.approx(0.05)


def test_a_folder_of_something_else_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    with pytest.raises(UsageError, match="no earlier simulation"):
        write_pairs(simulation(), tmp_path / "thesis", overwrite=True)


def test_an_earlier_simulation_is_replaced_on_request_only(tmp_path: Path) -> None:
    write_pairs(simulation(count=2), tmp_path / "pairs")
    with pytest.raises(UsageError, match="--overwrite"):
        write_pairs(simulation(count=1), tmp_path / "pairs")
    write_pairs(simulation(count=1), tmp_path / "pairs", overwrite=True)
    assert len(list((tmp_path / "pairs" / "input").iterdir())) == 1


def test_a_target_can_hold_photon_noise_of_its_own():
    """The input is exposed from the noisy target, as real images are that pass for the truth."""

    def target(photons):
        readout = SixteenBitReadout(offset=0)
        pair = simulate_pair(
            Simulation(shape=(96, 96), readout=readout, target_photons=(photons, photons)), 0
        )
        assert pair.drawn["target_photons"] == pytest.approx(photons)
        return pair.clean / pair.clean.max()

    clean, noisy = target(1e6), target(1000)
    # The variance of a share of the peak is that share of it, over the photons of the peak.
    noise = noisy / ((noisy * clean).sum() / (clean**2).sum()) - clean
    assert noise.var() == pytest.approx(clean.mean() / 1000, rel=0.2)


def test_a_camera_of_coarse_pixels_records_each_once_and_repeats_it():
    readout = SixteenBitReadout(offset=10, gain=1)
    common = {"shape": (50, 44), "readout": readout, "seed": 3}
    coarse = simulate_pair(Simulation(**common, camera_pixel=(4, 4)), 0)
    assert coarse.drawn["camera_pixel"] == 4
    for image in (coarse.input, coarse.clean):
        assert image.shape == (50, 44)
        first = image[::4, ::4]
        np.testing.assert_array_equal(first.repeat(4, 0).repeat(4, 1)[:50, :44], image)
    # The noise of neighbours differs, and the sharp image keeps the fine grid.
    assert len(np.unique(coarse.input[::4, ::4])) > 20
    assert not np.array_equal(coarse.sharp[::2, ::2].repeat(2, 0).repeat(2, 1), coarse.sharp)
    # The coarse image is the fine one, averaged.
    fine = simulate_pair(Simulation(**common, camera_pixel=(1, 1)), 0).clean - 10
    means = fine[:48].reshape(12, 4, 11, 4).mean(axis=(1, 3))
    ratio = (coarse.clean[:48:4, ::4] - 10) / means
    np.testing.assert_allclose(ratio, ratio.mean(), rtol=1e-5)


def test_pixels_are_repeated_only_where_asked() -> None:
    default, one = (
        simulate_pair(simulation(**asked), 0) for asked in ({}, {"camera_pixel": [0.3, 0.5]})
    )
    assert default.drawn["camera_pixel"] == one.drawn["camera_pixel"] == 1
    np.testing.assert_array_equal(default.sharp / default.sharp.max(), one.sharp / one.sharp.max())


def test_a_sharper_image_can_be_asked_for_by_how_much_sharper_it_is():
    """A point, seen with a given width: what a share of the microscope's own width makes of it."""
    point = {"kind": "puncta", "density": [100, 100], "radius": [0, 0], "cluster_size": [1, 1]}

    def sharp(**asked):
        micrograph = {
            "structures": [point],
            "kinds_per_image": [1, 1],
            "psf": {"kind": "gaussian", "width": [4, 4], "halo_share": [0, 0]},
            "background": [0, 0],
        }
        told = {"shape": [96, 96], "micrograph": micrograph, "readout": {"offset": 0}}
        return simulate_pair(Simulation.model_validate({**told, "sharp": asked}), 0)

    by_share = sharp(width=[0.5, 0.5], relative_width=0.5).sharp
    np.testing.assert_allclose(by_share, sharp(width=[2, 2]).sharp, rtol=1e-5, atol=1e-3)
    # The larger of both counts, and none is blurrier than the microscope.
    np.testing.assert_allclose(sharp(width=[2, 2], relative_width=0.1).sharp, by_share, atol=1e-3)
    as_seen = sharp(relative_width=1).sharp
    np.testing.assert_allclose(sharp(width=[9, 9]).sharp, as_seen, atol=1e-3)
    np.testing.assert_allclose(sharp().clean, as_seen, rtol=1e-3, atol=1e-3 * as_seen.max())


def test_a_pedestal_is_a_share_of_the_blurred_image():
    def sharp(pedestal):
        told = {"shape": [64, 64], "sharp": {"pedestal": pedestal}, "readout": {"offset": 0}}
        return simulate_pair(Simulation.model_validate(told), 0).sharp

    none, all_of_it, quarter = sharp(0), sharp(1), sharp(0.25)
    np.testing.assert_allclose(quarter, 0.75 * none + 0.25 * all_of_it, rtol=1e-4, atol=1e-3)
    assert all_of_it.max() < none.max()
