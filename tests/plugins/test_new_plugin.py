"""`debcr new-plugin` begins a repository that builds, passes the kit and does its work."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from shutil import copy

import numpy as np
import pytest
from installing import installed_from

from debcr_core.errors import UsageError
from debcr_core.offering.kinds import EVERY_KIND
from debcr_plugins.new_plugin.repository import write_repository

NAME = "lab-tools"


def _done(words: list[object], **more: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, capture_output=True, text=True, check=False, **more)


def _with(site: Path) -> dict[str, str]:
    """Return the environment with a folder before all others that Python finds modules in."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(site), *filter(None, sys.path)])}


@pytest.fixture(scope="module")
def repository(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("new") / "here"
    write_repository(NAME, EVERY_KIND, folder)
    return folder


@pytest.fixture(scope="module")
def installed(repository: Path, tmp_path_factory) -> Path:
    """Return the folder that the built wheel is installed in."""
    return installed_from(repository, tmp_path_factory.mktemp("site")).folder


@pytest.fixture(scope="module")
def debcr(installed: Path, tmp_path_factory):
    """Return a function that runs `debcr` with the plugin installed, every fault of it an error."""
    folder = tmp_path_factory.mktemp("cwd")
    strict = {"DEBCR_STRICT_PLUGINS": "1", "LAB_TOOLS_MODELS": str(folder)}
    environment = {**_with(installed), **strict}
    command = "import sys; from debcr_core.cli import main; main()"

    def run(*words: object) -> str:
        program = [sys.executable, "-c", command, *map(str, words)]
        done = _done(program, cwd=folder, env=environment)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    run.folder = folder  # type: ignore[attr-defined]
    return run


def test_a_repository_has_a_module_for_each_kind_and_no_other(tmp_path):
    write_repository(NAME, ["loss", "model"], tmp_path / "two")
    package = tmp_path / "two" / "src" / "lab_tools"
    names = {file.stem for file in package.glob("*.py")}
    assert names == {"__init__", "loss", "model", "network"}
    project = tomllib.loads((tmp_path / "two" / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["entry-points"]["debcr"] == {
        "lab-tools-model": "lab_tools.model",
        "lab-tools-loss": "lab_tools.loss",
    }


def test_its_workflow_is_one_that_github_takes(repository):
    workflow = repository / ".github" / "workflows" / "test.yml"
    check = ("-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows")
    done = _done([sys.executable, *check, workflow])
    assert done.returncode == 0, done.stdout


def test_its_code_is_formatted_and_linted_as_ours(repository):
    config = Path(__file__).parents[2] / "pyproject.toml"
    for words in (["check", "--ignore", "D,ARG,I001"], ["format", "--check"]):
        done = _done([sys.executable, "-m", "ruff", *words, "--config", config, repository])
        assert done.returncode == 0, done.stdout


def test_it_passes_the_kit_from_its_wheel(debcr):
    assert "failed" not in debcr("check", NAME)


def test_its_own_tests_pass(repository, installed):
    words = ("-m", "pytest", "-p", "no:cacheprovider", "-n", "0", repository)
    done = _done([sys.executable, *words], env=_with(installed))
    assert done.returncode == 0, done.stdout[-3000:]


def test_each_kind_does_its_work_in_a_program_that_knows_nothing_of_it(debcr, repository):
    noisy, folder = repository / "samples" / "noisy.tif", debcr.folder
    shipped = ("--normalizer", NAME, "--tiler", NAME, "--blender", NAME)
    debcr("restore", noisy, "out.lab-tools", "--backend", NAME, *shipped)
    debcr("restore", "out.lab-tools", "again.npy")
    assert np.load(folder / "again.npy").shape == (64, 64)
    truth = repository / "samples" / "truth.tif"
    figures = json.loads(debcr("evaluate", "again.npy", truth, "--metric", NAME, "--json", "-"))
    assert figures["result"][0]["name"] == "Pearson"
    assert figures["result"][0]["value"] > 0.9
    assert debcr(NAME, truth).startswith(str(truth))


def test_its_network_trains_by_its_loss_and_is_found_by_its_catalog(debcr, repository):
    folder = debcr.folder
    for sort in ("noisy", "truth"):
        (folder / sort).mkdir()
        for name in "abc":
            copy(repository / "samples" / f"{sort}.tif", folder / sort / f"{name}.tif")
    config = {
        "data": {"input": "noisy", "target": "truth", "split": [0.7, 0.3, 0.0]},
        "patches": {"size": 32, "per_epoch": 8},
        "model": {"name": NAME, "maps": 4},
        "normalizer": NAME,
        "loss": NAME,
        "batch_size": 4,
        "stopping": {"epochs": 1},
        "pictures": 0,
    }
    (folder / "train.yaml").write_text(json.dumps(config))
    debcr("train", "train.yaml", "--run", "run")
    (folder / "run" / "model.safetensors").rename(folder / "mine.safetensors")
    assert f"{NAME}:mine" in debcr("models")
    debcr("restore", repository / "samples" / "noisy.tif", "b.npy", "--model", f"{NAME}:mine")


@pytest.mark.parametrize(
    "name",
    [
        *("", "Lab", "lab_tools", "-lab", "lab--x", "2lab", "../lab", "x" * 51),
        *("json", "class", "debcr", "debcr-core"),
    ],
)
def test_a_name_that_no_distribution_can_have_is_refused(tmp_path, name):
    with pytest.raises(UsageError, match="name"):
        write_repository(name, ["loss"], tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_an_unknown_kind_gets_the_nearest_one(tmp_path):
    with pytest.raises(UsageError, match='no kind "los". Did you mean "loss"'):
        write_repository(NAME, ["los"], tmp_path / "new")


def test_a_folder_that_holds_something_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match="exists already: let --folder"):
        write_repository(NAME, ["loss"], tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]


def test_the_folder_in_which_one_works_is_left_alone(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for here in (Path(), tmp_path):
        with pytest.raises(UsageError, match="exists already"):
            write_repository(NAME, ["loss"], here)
    assert tmp_path.is_dir()


def test_without_copier_the_cure_is_said(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "copier", None)
    with pytest.raises(UsageError, match=r'pip install "debcr-zoo\[authors\]"'):
        write_repository(NAME, ["loss"], tmp_path / "new")
