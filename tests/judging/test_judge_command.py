"""`debcr judge` on folders of images."""

import json
import subprocess
import sys
import warnings

import pytest
import typer
from typer.testing import CliRunner

from debcr_core.cli.app import SentenceGroup
from debcr_core.errors import DebcrWarning
from debcr_core.files.writing import write_image
from debcr_plugins.judging import debcr_commands
from debcr_plugins.judging.command import short_names


@pytest.fixture
def folders(pairs, plugins, tmp_path, monkeypatch):
    """Write the pairs as files ``noisy/cell_1_low.tif``, ``clean/cell_1_high.tif`` and so on."""
    monkeypatch.chdir(tmp_path)
    for folder, end, side in (("noisy", "low", "input"), ("clean", "high", "target")):
        (tmp_path / folder).mkdir()
        for pair in pairs:
            image = getattr(pair, side)
            write_image(image, tmp_path / folder / f"{pair.name}_{end}.tif", plugins)
    return tmp_path


@pytest.fixture
def debcr(plugins):
    """Return a function that runs ``debcr ARGS``."""
    app = typer.Typer(cls=SentenceGroup, context_settings={"obj": plugins})
    app.callback()(lambda: None)
    for verb, command in debcr_commands().items():
        app.command(verb)(command)

    def run(*args: object):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DebcrWarning)
            result = CliRunner().invoke(app, [str(arg) for arg in args])
        assert "Traceback" not in result.output
        return result

    return run


PLACES = ("--input", "noisy", "--target", "clean", "--out", "report")
QUICK = ("--baseline", "richardson-lucy")


def test_it_prints_a_table_and_writes_the_report(debcr, folders):
    result = debcr("judge", "denoise", *PLACES, *QUICK, "--device", "cpu")
    assert result.exit_code == 0, result.output
    for word in ("denoise", "input", "richardson-lucy", "PSNR", "Wrote report/report.html"):
        assert word in result.output
    summary = json.loads((folders / "report" / "summary.json").read_text("utf-8"))
    assert summary["planes"] == 3
    assert summary["match"] == "none"
    assert list(summary["tuned"]) == ["richardson-lucy"]


def test_baselines_can_be_left_out_and_an_earlier_report_replaced(debcr, folders):
    (folders / "report").mkdir()
    (folders / "report" / "summary.json").write_text("{}")
    options = ("--no-baselines", "--match", "--overwrite", "--device", "cpu")
    result = debcr("judge", "denoise", *PLACES, *options)
    assert result.exit_code == 0, result.output
    summary = json.loads((folders / "report" / "summary.json").read_text("utf-8"))
    assert (summary["tuned"], summary["match"]) == ({}, "affine")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ((*QUICK, "--no-baselines"), "Both --baseline and --no-baselines are given"),
        (("--tune-input", "noisy"), "--tune-input and --tune-target go together"),
        (("--baseline", "wavelets"), 'no baseline "wavelets". Did you mean "wavelet"?'),
        (("--out", "missing/report"), "The folder missing does not exist"),
        (("--input", "nowhere"), "nowhere"),
        (("--out", "noisy", "--overwrite"), "holds other files than an earlier report"),
    ],
)
def test_wrong_requests_end_with_a_sentence(debcr, folders, options, sentence):
    result = debcr("judge", "denoise", *PLACES, *options)
    assert result.exit_code in (1, 2)
    assert sentence in result.output
    assert not (folders / "report").exists()
    assert len(list((folders / "noisy").iterdir())) == 3


def test_an_unknown_model_is_answered_with_the_nearest(debcr, folders):
    result = debcr("judge", "denoize", *PLACES)
    assert result.exit_code == 2
    assert 'Did you mean "denoise"?' in result.output


def test_models_are_called_by_the_shortest_name_that_is_their_own():
    assert short_names(["denoise", "runs/mine.safetensors"]) == {
        "denoise": "denoise",
        "runs/mine.safetensors": "mine",
    }
    assert short_names(["a/best.safetensors", "b/best.safetensors"]) == {
        "a/best.safetensors": "a/best.safetensors",
        "b/best.safetensors": "b/best.safetensors",
    }


def test_a_model_given_twice_is_refused(debcr, folders):
    result = debcr("judge", "denoise", "denoise", *PLACES)
    assert result.exit_code == 2
    assert "A model is given twice" in result.output


def test_offering_the_command_imports_no_heavy_library():
    code = """
import sys
import debcr_plugins.judging
heavy = {"skimage", "scipy", "matplotlib", "xarray", "torch", "markdown_it"} & set(sys.modules)
assert not heavy, heavy
"""
    subprocess.run([sys.executable, "-c", code], check=True)
