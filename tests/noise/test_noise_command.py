"""`debcr noise` tells a camera from its images, or says why it cannot."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile
from scipy.ndimage import gaussian_filter
from typer.testing import CliRunner

from debcr_core.cli.app import build_app
from debcr_core.plugins import Plugins
from debcr_core.yaml.strict import load_yaml
from debcr_plugins.pairs.degrading import DegradeConfig
from debcr_plugins.simulation import Camera

CAMERA = Camera(gain=2.1, offset=100, read_noise=1.5, bit_depth=16)
COUNTING = Camera(read_noise=0, bit_depth=16)


def scene(seed: int = 0, shape: tuple[int, int] = (256, 256)) -> np.ndarray:
    """Return smooth objects on darkness, brightest 1."""
    rng = np.random.default_rng(seed)
    field = gaussian_filter(rng.standard_normal(shape), 12)
    return np.clip(field / field.max(), 0, 1)


@pytest.fixture
def taken(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes what a camera records of a scene."""

    def write(name: str, camera: Camera, photons: float, seed: int = 0, scene_: int = 0) -> Path:
        rng = np.random.default_rng([seed, 1])
        path = tmp_path / f"{name}.tif"
        light = np.asarray(photons * scene(scene_), np.float32)
        tifffile.imwrite(path, camera.digitise(camera.record(light, rng)))
        return path

    return write


@pytest.fixture
def noise(plugins: Plugins) -> Callable[..., tuple[int, str]]:
    """Return a function that runs the command: its exit code, and what it says in one line."""

    def run(*arguments: object) -> tuple[int, str]:
        result = CliRunner().invoke(build_app(plugins), ["noise", *map(str, arguments)])
        assert "Traceback" not in result.output
        return result.exit_code, result.output

    return run


def degrade(output: str) -> DegradeConfig:
    return DegradeConfig.model_validate(load_yaml(output, "the output")["degrade"])


def test_one_image_tells_gain_offset_and_read_noise(taken, noise) -> None:
    code, output = noise(taken("one", CAMERA, 60))
    assert code == 0, output
    found = degrade(output)
    assert found.gain[0] == pytest.approx(2.1, rel=0.1)
    assert found.offset[0] == pytest.approx(100, abs=3)
    assert found.read_noise[1] == pytest.approx(1.5, rel=0.25)
    assert (found.without_read_noise, found.bit_depth) == (0, 8)
    assert found.photons[1] == pytest.approx(60, rel=0.2)


def test_two_images_of_one_field_do_not_take_fine_structure_for_noise(
    taken, noise, monkeypatch
) -> None:
    fine = np.random.default_rng(5).uniform(0.5, 1, (256, 256))
    smooth = scene()
    monkeypatch.setattr(f"{__name__}.scene", lambda *_: smooth * fine)
    first, second = (taken(f"{seed}", CAMERA, 60, seed) for seed in (0, 1))
    _, both = noise(first, second, "--same-field", "--offset", 100)
    found = degrade(both)
    assert found.gain[0] == pytest.approx(2.1, rel=0.1)
    assert found.read_noise[0] == found.read_noise[1] == pytest.approx(1.5, rel=0.25)


def test_a_detector_that_counts_photons_has_no_read_noise(taken, noise) -> None:
    files = [taken(f"{i}", COUNTING, 30, i, i) for i in range(3)]
    found = degrade(noise(*files, "--offset", 0)[1])
    assert found.gain[0] == pytest.approx(1, rel=0.1)
    assert found.without_read_noise == 1


def test_brightness_of_several_images_is_a_range(taken, noise) -> None:
    files = [taken("dim", CAMERA, 20), taken("bright", CAMERA, 200)]
    low, high = degrade(noise(*files, "--offset", 100)[1]).photons
    assert (low, high) == (pytest.approx(20, rel=0.3), pytest.approx(200, rel=0.2))


def test_it_says_how_far_the_offset_can_be_told(taken, noise) -> None:
    output = noise(taken("one", CAMERA, 60))[1]
    assert "Taken for the offset; less if light reaches them" in output


@pytest.fixture
def faulty(tmp_path: Path, taken) -> dict[str, tuple[object, ...]]:
    raw = tifffile.imread(taken("raw", CAMERA, 60))
    pixels = {
        "constant": np.full((64, 64), 7, np.uint16),
        "saturated": np.minimum(raw, np.quantile(raw, 0.4)).astype(np.uint16),
        "denoised": gaussian_filter(raw.astype(np.float32), 1),
        "flat": np.random.default_rng(0).poisson(50, (256, 256)).astype(np.uint16),
        "small": raw[:40, :40],
    }
    for name, image in pixels.items():
        tifffile.imwrite(tmp_path / f"{name}.tif", image, photometric="minisblack")
    path = {name: tmp_path / f"{name}.tif" for name in [*pixels, "raw"]}
    return {
        **{name: (path[name],) for name in pixels},
        "alone": (path["raw"], "--same-field"),
        "twice": (path["raw"], path["raw"], "--same-field"),
        "unlike": (path["raw"], path["small"], "--same-field"),
        "imaginary": (path["raw"], "--offset", 50),
    }


@pytest.mark.parametrize(
    ("case", "sentence"),
    [
        ("constant", "is constant"),
        ("saturated", "is saturated: 6"),
        ("denoised", "Neighbouring pixels share their noise"),
        ("flat", "brightness hardly varies"),
        ("small", "give larger or more images"),
        ("alone", "takes two FILEs; there are 1"),
        ("twice", "not one twice"),
        ("unlike", "differ in axes or shape"),
        ("imaginary", "read noise would be imaginary"),
    ],
)
def test_what_tells_no_noise_is_a_sentence(faulty, noise, case: str, sentence: str) -> None:
    code, output = noise(*faulty[case])
    assert code != 0
    assert sentence in " ".join(output.replace("│", " ").split())


def test_channels_are_detectors_of_their_own(tmp_path: Path, noise, plugins) -> None:
    from debcr_core.files.writing import write_image
    from debcr_core.image import make_image

    pixels = np.random.default_rng(0).poisson(9, (2, 64, 64)).astype(np.uint16)
    path = tmp_path / "two.ome.tif"
    write_image(make_image(pixels, "cyx"), path, plugins)
    code, output = noise(path)
    assert code != 0
    assert "has 2 channels" in output
