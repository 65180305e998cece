"""`debcr simulate`: a commented file to start from, and sentences about what is wrong in it."""

import re
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from debcr_core.cli.app import SentenceGroup
from debcr_core.yaml.strict import load_yaml
from debcr_plugins.simulation import Simulation
from debcr_plugins.simulation.command import debcr_commands
from debcr_plugins.simulation.config import read_simulation

WRONG = {
    "cuont: 3": 'Did you mean "count"?',
    "count: 0": "greater than or equal to 1",
    "shape: [512]": '"shape" in .* has too few values',
    "target: blurred": "'clean' or 'sharp'",
    "micrograph: 3": "must hold keys with values",
    "micrograph: {peak_photons: 5}": "must be a list in square brackets",
    "micrograph: {peak_photons: [9, 2]}": '"peak_photons" of "micrograph" .* from low to high',
    "micrograph: {structures: []}": "must not be empty",
    "micrograph: {structures: [{kind: filament}]}": 'Did you mean "filaments"?',
    "micrograph: {structures: [{kind: puncta, radios: [1, 2]}]}": 'Did you mean "radius"?',
    "micrograph: {psf: {width: [1, 2]}}": 'needs the key "kind"',
    "micrograph: {psf: {kind: gaussian, widht: [1, 2]}}": 'Did you mean "width"?',
    "micrograph: {psf: {kind: gibson-lanni, numerical_aperture: 1.6}}": "below its immersion_index",
    "readout: {bit_depth: 9}": "8, 10, 12, 14 or 16",
    "- 1": "holds no parameters",
    "count: [": "is not valid YAML",
}


def run(*arguments: object) -> Result:
    app = typer.Typer(cls=SentenceGroup)
    app.callback()(lambda: None)
    for verb, command in debcr_commands().items():
        app.command(verb)(command)
    return CliRunner().invoke(app, ["simulate", *map(str, arguments)])


def said(result: Result) -> str:
    return " ".join(result.output.split())


def test_the_file_of_defaults_has_comments_and_reads_back_as_the_defaults(tmp_path: Path) -> None:
    path = tmp_path / "defaults.yaml"
    assert run("--write-config", path).exit_code == 0
    assert read_simulation(path) == Simulation()
    text = path.read_text(encoding="utf-8")
    assert "# Expected photons in the brightest pixel.\n  peak_photons: [2, 300]\n" in text
    alternative = text.partition("in place of the psf above:\n")[2]
    bare = "".join(line.removeprefix("# ") for line in alternative.splitlines(keepends=True))
    psf = load_yaml(bare, "the alternative")["psf"]
    changed = Simulation.model_validate({"micrograph": {"psf": psf}})
    assert changed.micrograph.psf.kind == "gibson-lanni"


def test_keys_left_out_have_the_defaults_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "some.yaml"
    path.write_text("micrograph: {read_noise: [1, 1]}\nreadout: {offset: 5}\n", encoding="utf-8")
    read, defaults = read_simulation(path), Simulation()
    assert read.micrograph.structures == defaults.micrograph.structures
    assert read.readout.gain == defaults.readout.gain


def test_it_writes_as_many_pairs_as_asked(tmp_path: Path) -> None:
    path = tmp_path / "small.yaml"
    path.write_text("shape: [32, 32]\n", encoding="utf-8")
    result = run(path, tmp_path / "out", "--count", 2, "--seed", 7)
    assert result.exit_code == 0, result.output
    names = sorted(file.name for file in (tmp_path / "out" / "target").iterdir())
    assert names == ["00000.tif", "00001.tif"]
    assert '"seed": [7, 1]' in (tmp_path / "out" / "parameters.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_is_said_in_a_sentence(text: str, tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(text, encoding="utf-8")
    result = run(path, tmp_path / "out")
    assert result.exit_code in (1, 2)
    assert re.search(WRONG[text], said(result))
    assert said(result).count("Error") == 1
    assert sorted(tmp_path.iterdir()) == [path]


def test_a_missing_file_or_argument_is_said(tmp_path: Path) -> None:
    assert "No such file" in said(run(tmp_path / "none.yaml", tmp_path / "out"))
    assert "--write-config FILE" in said(run())


def test_without_its_library_a_real_objective_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "psfmodels", None)
    path = tmp_path / "objective.yaml"
    text = "micrograph: {psf: {kind: gibson-lanni, wavelength: [0.4321, 0.4321]}}\ncount: 1\n"
    path.write_text(text, encoding="utf-8")
    result = run(path, tmp_path / "out")
    assert result.exit_code == 2
    assert 'pip install "debcr-zoo[simulate]"' in said(result)
    assert not (tmp_path / "out").exists()
