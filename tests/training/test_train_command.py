"""`debcr train` as a user meets it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import warnings

import numpy as np
import pytest
import torch
from lightning.pytorch.callbacks import RichProgressBar
from lightning.pytorch.loggers import TensorBoardLogger
from typer.testing import CliRunner

from debcr_core.cli.app import build_app
from debcr_core.errors import DebcrWarning, UsageError
from debcr_core.yaml.strict import dump_yaml, load_yaml
from debcr_plugins.pairs.config import DataConfig
from debcr_plugins.pairs.degrading import DegradeConfig
from debcr_plugins.simulation.degradation import Halo
from debcr_plugins.training.checkpoints import load
from debcr_plugins.training.config import TrainingConfig
from debcr_plugins.training.config_file import load_config
from debcr_plugins.training.monitoring import Monitor
from debcr_plugins.training.progress import Bar, first_step, line
from debcr_plugins.training.run_folder import RunFolder
from debcr_plugins.training.tensorboard import TensorBoard
from debcr_plugins.training.training import train

DEBCR = [sys.executable, "-m", "debcr_core"]


@pytest.fixture
def debcr(plugins, tmp_path, monkeypatch):
    """Return a function that runs ``debcr ARGS`` in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run(*args):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DebcrWarning)
            result = CliRunner().invoke(build_app(plugins), [str(arg) for arg in args])
        assert "Traceback" not in result.output
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return result

    return run


@pytest.fixture
def written(tiny, tmp_path):
    """Return a function that writes a configuration on the tiny images as YAML."""

    def write(**changes):
        path = tmp_path / "config.yaml"
        path.write_text(dump_yaml(tiny(**changes).model_dump(mode="json")))
        return path

    return write


def test_the_configuration_that_it_writes_holds_every_default(debcr, tmp_path):
    assert debcr("train", "--write-config", "new.yaml").exit_code == 0
    text = (tmp_path / "new.yaml").read_text()
    config = load_config(tmp_path / "new.yaml")
    data = DataConfig(input=str(tmp_path / "noisy"), target=str(tmp_path / "clean"))
    assert config == TrainingConfig(data=data)
    assert "# Patches that count as one step." in text
    assert debcr("train", "--write-config", "new.yaml").exit_code == 2
    assert debcr("train", "--write-config", "new.yaml", "--overwrite").exit_code == 0


def test_the_configuration_that_it_writes_shows_the_keys_of_what_is_not_set(debcr, tmp_path):
    debcr("train", "--write-config", "new.yaml")
    section = (tmp_path / "new.yaml").read_text().partition("\ndegrade:")[2].partition("\npatch")[0]
    once = "degrade:" + re.sub("(?m)^#   ", "  ", section)
    assert DegradeConfig.model_validate(load_yaml(once, "once")["degrade"]) == DegradeConfig()
    twice = load_yaml(re.sub("(?m)^  #   ", "    ", once), "twice")
    assert DegradeConfig.model_validate(twice["degrade"]) == DegradeConfig(halo=Halo())


def test_components_are_named_as_briefly_as_in_a_recipe(written):
    path = written()
    document = load_yaml(path.read_text(), "config")
    named = {"model": "m-rbcr", "normalizer": "min-max", "loss": "mse", "blender": "crop"}
    path.write_text(dump_yaml({**document, **named}))
    config = load_config(path)
    assert {kind: getattr(config, kind) for kind in named} == {
        kind: {"name": name} for kind, name in named.items()
    }


def test_the_log_says_the_split_the_pace_and_what_time_is_left(debcr, written):
    lines = debcr("train", written(stopping={"epochs": 3})).output.splitlines()
    assert lines[0] == "Images: 4 for training, 2 for validation, 0 for test."
    assert re.fullmatch(r"First step: 4 patches in .*; an epoch of 2 steps takes .*", lines[1])
    assert [line.partition(":")[0] for line in lines[2:5]] == [f"Epoch {n}/3" for n in (1, 2, 3)]
    assert re.search(r"dB\); about \S+ s left for 2 more$", lines[2])
    assert lines[4].endswith("dB)")


def test_times_of_a_log_are_those_of_its_steps():
    assert first_step(3.2, 32, 20, 100) == (
        "First step: 32 patches in 3.2 s; an epoch of 20 steps takes about 64 s, all 100 about 107 "
        "min, validation not counted."
    )
    figures = {"loss": 0.5, "psnr": 30, "psnr_input": 20}
    said = line(7, 9, figures, left=200, monitor=Monitor())
    assert said.endswith("; about 3.33 min left for 2 more")


def test_tensorboard_counts_epochs_from_one(monkeypatch, tmp_path):
    logged = []
    monkeypatch.setattr(TensorBoardLogger, "__init__", lambda *_: None)
    monkeypatch.setattr(TensorBoardLogger, "log_metrics", lambda _, *given: logged.append(given))
    TensorBoard(tmp_path).log_metrics({"epoch": 0, "loss": 0.5}, 8)
    assert logged == [({"epoch": 1, "loss": 0.5}, 8)]


def test_the_bar_counts_epochs_from_one_and_names_the_time_that_is_left(
    tiny, tmp_path, plugins, monkeypatch, capsys
):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "120")
    train(tiny(stopping={"epochs": 2}), tmp_path / "run", plugins)
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", capsys.readouterr().err)
    assert "Epoch 2/2" in shown
    assert not re.search(r"Epoch 0|/1\b", shown)
    assert re.search(r"Epoch 2/2 .* \S+ left", shown)


def test_it_trains_and_says_how_to_use_the_result(debcr, written, tmp_path):
    result = debcr("train", written(stopping={"epochs": 1}))
    assert result.exit_code == 0, result.output
    assert "--model" in result.output
    assert re.search(
        r"^Epoch 1/1: loss \S+, validation PSNR \S+ dB \(input \S+ dB\)$", result.output, re.M
    )
    assert (tmp_path / "config-run" / "model.safetensors").is_file()


def test_the_bar_leaves_out_the_number_of_a_logger_s_run(monkeypatch):
    shown = {"v_num": "oard", "psnr": 30.0}
    monkeypatch.setattr(RichProgressBar, "get_metrics", lambda *_: shown)
    assert Bar().get_metrics(None, None) == {"psnr": 30.0}


def test_a_start_is_looked_for_beside_the_configuration(written, tmp_path):
    (tmp_path / "start").mkdir()
    path = written(init="start")
    assert load_config(path).init == str(tmp_path / "start")
    assert load_config(written(init="denoise")).init == "denoise"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"batchsize": 4}, 'no parameter "batchsize". Did you mean "batch_size"?'),
        (
            {"optimizer": {"learning_rat": 1}},
            'config.yaml has no parameter "learning_rat". Did you mean "learning_rate"?',
        ),
        ({"stopping": {"epochs": 0}}, "config.yaml must be greater than or equal to 1; it is 0."),
        (
            {"patches": {"size": 2}},
            "config.yaml must be greater than or equal to 4; it is 2.",
        ),
        ({"model": {"name": "m-rbrc"}}, 'Did you mean "m-rbcr"?'),
        ({"model": {"name": "m-rbcr", "levls": 1}}, 'Did you mean "levels"?'),
        ({"loss": {"name": "spektral"}}, 'Did you mean "spectral"?'),
        ({"loss": {}}, '"loss" needs the key "name"'),
        ({"model": {"name": "onnx"}}, "no PyTorch network"),
        (
            {"data": {"imput": "x"}},
            'config.yaml has no parameter "imput". Did you mean "input"?',
        ),
        ({"machine": {"accelerator": "cuda"}}, "The section machine does not suit this computer"),
        ({"init": "nosuchmodel"}, 'no trained model "nosuchmodel"'),
    ],
)
def test_what_is_wrong_in_a_configuration_is_named(debcr, written, tmp_path, change, sentence):
    path = written()
    document = load_yaml(path.read_text(), "config")
    for key, value in change.items():
        document[key] = {**document[key], **value} if key == "data" else value
    path.write_text(dump_yaml(document))
    result = debcr("train", path)
    assert result.exit_code == 2
    assert sentence in " ".join(result.output.split())
    assert not (tmp_path / "config-run").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("missing.yaml",),
        ("--resume", "missing"),
        ("config.yaml", "--resume", "run"),
        ("--resume", "."),
    ],
)
def test_wrong_requests_are_sentences(debcr, written, arguments):
    written()
    result = debcr("train", *arguments)
    assert result.exit_code in (1, 2)
    assert "Error: " in result.output


def test_the_configuration_of_the_original_is_read(tmp_path):
    path = tmp_path / "original.yaml"
    path.write_text(
        "weights_path: ./checkpoint/\nbatch_size: 16\nNUM_STEPS: 1050\npatience: 7\n"
        "learning_rate: 0.002\nsave_freq: 50\nval_freq: 100\n"
    )
    config = load_config(path, data={"npz": "train.npz"})
    assert config.batch_size == 16
    assert config.optimizer.learning_rate == 0.002
    assert (config.stopping.epochs, config.stopping.patience) == (11, 7)
    assert config.patches.per_epoch == 1600
    assert config.model == {"name": "debcr-zoo/m-rbcr"}
    with pytest.raises(UsageError, match="does not say where the images are"):
        load_config(path)


def test_the_original_s_configuration_and_data_train(debcr, tmp_path):
    rng = np.random.default_rng(0)
    clean = rng.random((6, 32, 32), np.float32)
    np.savez(tmp_path / "train.npz", low=clean + 0.1, gt=clean)
    (tmp_path / "original.yaml").write_text("batch_size: 2\nNUM_STEPS: 4\nval_freq: 2\n")
    result = debcr("train", "original.yaml", "--npz", "train.npz")
    assert result.exit_code == 0, result.output
    rows = RunFolder(tmp_path / "original-run").metrics.read_text().splitlines()
    assert [row.split(",")[1] for row in rows[1:]] == ["2", "4"]


def environment():
    return {**os.environ, "OMP_NUM_THREADS": "1", "COLUMNS": "200"}


def test_two_processes_train_what_one_does(written, tmp_path):
    """A batch is divided between them, and their gradients are averaged."""
    configs = {}
    for devices in (1, 2):
        folder = tmp_path / f"with-{devices}"
        written(stopping={"epochs": 2}, machine={"devices": devices})
        configs[devices] = folder
        command = [*DEBCR, "train", str(tmp_path / "config.yaml"), "--run", str(folder)]
        done = subprocess.run(
            command, env=environment(), capture_output=True, text=True, check=False, timeout=240
        )
        assert done.returncode == 0, done.stderr
    one, two = (load(RunFolder(folder).last) for folder in configs.values())
    for name, value in one["state_dict"].items():
        torch.testing.assert_close(two["state_dict"][name], value, rtol=1e-3, atol=1e-4)
    rows = [state["callbacks"]["History"]["rows"] for state in (one, two)]
    assert rows[0][-1]["psnr"] == pytest.approx(rows[1][-1]["psnr"], abs=0.05)
    assert rows[0][-1]["loss"] == pytest.approx(rows[1][-1]["loss"], rel=0.01)


@pytest.mark.skipif(os.name == "nt", reason="signals differ on Windows")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_says_how_to_go_on(written, tmp_path, how):
    path = written(stopping={"epochs": 100_000, "patience": None})
    command = [*DEBCR, "train", str(path)]
    running = subprocess.Popen(
        command, env=environment(), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    )
    run = RunFolder(tmp_path / "config-run")
    for _ in range(600):
        if run.last.exists():
            break
        time.sleep(0.1)
    running.send_signal(how)
    _, said = running.communicate(timeout=60)
    assert running.returncode == 130, said
    assert f"debcr train --resume {tmp_path / 'config-run'}" in " ".join(said.split())
    assert "Traceback" not in said
    assert load(run.last)["epoch"] >= 0


def test_a_run_is_judged_on_its_own_test_images_or_on_others(debcr, written, tmp_path):
    config = written(stopping={"epochs": 1}, data={"split": [0.5, 0.2, 0.3]})
    assert debcr("train", config).exit_code == 0
    options = ("--no-baselines", "--out")
    result = debcr("judge", "config-run", *options, "own")
    assert result.exit_code == 0, result.output
    assert (tmp_path / "own" / "report.html").is_file()
    result = debcr("judge", "config-run", "--data", config, *options, "again")
    assert result.exit_code == 0, result.output
    first, second = ((tmp_path / n / "figures.csv").read_text() for n in ("own", "again"))
    assert first == second
    result = debcr("judge", "denoise", *options, "none")
    assert result.exit_code == 2
    assert "Name the images" in result.output
