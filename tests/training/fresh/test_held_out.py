"""Images for validation and test are degraded once; what cannot be degraded is said."""

from __future__ import annotations

import json

import numpy as np
import pytest
import tifffile
from typer.testing import CliRunner

from debcr_core.cli.app import build_app
from debcr_core.errors import DebcrWarning, ImageError, UsageError
from debcr_plugins.training.config_file import load_config
from debcr_plugins.training.training import train


def test_they_are_the_same_each_time_and_for_every_seed_of_training(described, made):
    (first, _), (second, _) = (made(described(seed=seed)) for seed in (0, 1))
    for part in ("validation", "test"):
        (one,), (other,) = getattr(first, part), getattr(second, part)
        assert np.array_equal(one.pair.input, other.pair.input)
        assert one.record() == other.record()
    assert first.record() == second.record()


def test_each_has_noise_of_its_own_and_the_input_s_scale(described, made):
    data, _ = made(described())
    (validation,), (test,) = data.validation, data.test
    for each in (validation, test):
        assert not np.array_equal(each.pair.input, each.pair.target)
        assert each.input_map is each.target_map
    assert not np.array_equal(validation.pair.input, test.pair.input)


def test_planes_of_a_stack_keep_their_place(truths, described, made):
    folder = truths()
    data = {"truth": str(folder), "axes": "zyx", "split": [0.6, 0.2, 0.2]}
    config = described({"photons": [1e6, 1e6]}, shape=(3, 40, 50), data=data)
    data, _ = made(config)
    (each,) = data.validation
    truth = tifffile.imread(folder / f"{each.pair.name}.tif")
    assert each.pair.target.dims == ("z", "y", "x")
    for plane, shown in zip(truth, each.pair.target.values, strict=True):
        np.testing.assert_allclose(shown, 1e6 * plane / plane.max(), rtol=1e-5)


def test_images_with_an_input_of_their_own_keep_it(tiny_images, truths, described, made):
    own = {"input": str(tiny_images / "noisy"), "target": str(tiny_images / "clean")}
    config = described(data={"truth": str(truths()), "split": [1, 0, 0], "validation": own})
    data, _ = made(config)
    noisy = tifffile.imread(tiny_images / "noisy" / "image0.tif")
    assert np.array_equal(data.validation[0].pair.input, noisy)


def test_a_run_draws_ten_patches_and_measures_against_the_degraded_images(
    described, tmp_path, plugins
):
    config = described(
        {"photons": [5, 5]},
        batch_size=4,
        stopping={"epochs": 1},
        # So little that the output is no worse than the input, which would be warned of.
        optimizer={"learning_rate": 1e-12},
        machine={"accelerator": "cpu"},
        pictures=0,
    )
    trained = train(config, tmp_path / "run", plugins)
    assert (tmp_path / "run" / "patches.png").exists()
    assert trained.card.trained_on == "3 good images, degraded anew for each patch."
    assert trained.card.figures["PSNR (dB), test set, input"] < 15
    # Judging it later degrades them alike.
    asked = ("judge", tmp_path / "run", "--out", tmp_path / "report", "--no-baselines")
    result = CliRunner().invoke(build_app(plugins), [str(word) for word in asked])
    assert result.exit_code == 0, result.output
    summary = json.loads((tmp_path / "report" / "summary.json").read_text("utf-8"))
    assert summary["figures"]["all"]["input"]["PSNR (dB)"]["mean"] == pytest.approx(
        trained.card.figures["PSNR (dB), test set, input"], abs=1e-3
    )


def test_a_truth_below_the_black_level_is_refused(truths, described, made):
    folder = truths()
    tifffile.imwrite(folder / "odd.tif", np.linspace(-3, 9, 3000, dtype=np.float32).reshape(50, 60))
    with pytest.raises(ImageError, match=r"odd holds pixels of -3, .*set degrade.black_level"):
        made(described())


def test_a_truth_with_nan_is_left_out_and_named(truths, described, made):
    folder = truths()
    tifffile.imwrite(folder / "odd.tif", np.full((50, 60), np.nan, np.float32))
    with pytest.warns(DebcrWarning, match=r"left out: odd \(The image holds .* NaN"):
        made(described())


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("data: {truth: a}\n", "data.truth needs the section degrade"),
        ("data: {input: a, target: b}\ndegrade: {}\n", "name good images there"),
        ("data: {truth: a, input: b}\ndegrade: {}\n", "by npz or by truth"),
        ("data: {truth: a, target: b}\ndegrade: {}\n", "leave out target"),
        ("data: {truth: a, target_scale: own}\ndegrade: {}\n", "target_scale: input"),
        ("data: {truth: a, validation: {input: b}}\ndegrade: {}\n", "validation needs a target"),
        ("data: {input: a, target: b, test: {truth: c}}\n", "test needs an input"),
        ("data: {truth: a}\ndegrade: {photons: [400, 2]}\n", "must run from low to high"),
        ("data: {truth: a}\ndegrade: {photon: [2, 4]}\n", 'Did you mean "photons"'),
        ("data: {truth: a}\ndegrade: {}\npatches: {blind_spots: {}}\n", "nothing to hide"),
    ],
)
def test_what_does_not_go_together_is_said(tmp_path, text, sentence):
    path = tmp_path / "config.yaml"
    path.write_text(text)
    with pytest.raises(UsageError) as raised:
        load_config(path)
    assert sentence in str(raised.value)


def test_paths_are_relative_to_the_configuration(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text("data: {truth: good, test: {truth: more}}\ndegrade: {}\n")
    config = load_config(path)
    assert config.data.truth == str(tmp_path / "good")
    assert config.data.test is not None
    assert config.data.test.truth == str(tmp_path / "more")
