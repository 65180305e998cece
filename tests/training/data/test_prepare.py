"""`debcr prepare` writes a divided data set that reads back as it was."""

from __future__ import annotations

import warnings
from types import SimpleNamespace

import numpy as np
import pytest
import tifffile
from typer.testing import CliRunner

from debcr_core.cli.app import build_app
from debcr_core.errors import DebcrWarning
from debcr_core.hookspecs import hookimpl
from debcr_core.plugins import Plugins
from debcr_plugins.pairs.config import DataConfig
from debcr_plugins.pairs.config_file import data_config, read_document
from debcr_plugins.pairs.splitting import PARTS
from debcr_plugins.training.prepare_command import prepare


@pytest.fixture
def debcr_prepare(tmp_path, monkeypatch):
    """Return a function that runs the command on a config's text, writing to ``out``."""
    monkeypatch.chdir(tmp_path)
    found = Plugins.discover()
    if "prepare" not in found.commands():
        hook = hookimpl(lambda: {"prepare": prepare}, specname="debcr_commands")
        found.register(SimpleNamespace(debcr_commands=hook), name="prepare")

    def run(text: str, *options: str):
        (tmp_path / "config.yaml").write_text(text)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DebcrWarning)
            result = CliRunner().invoke(
                build_app(found), ["prepare", "config.yaml", "out", *options]
            )
        assert "Traceback" not in result.output
        return result

    return run


def described(folder):
    return data_config(read_document(folder / "data.yaml"), folder / "data.yaml")


def test_what_was_written_reads_back_in_the_same_split(folders, opened, debcr_prepare, tmp_path):
    low, high = folders(10)
    assert debcr_prepare(f"data:\n  input: {low}\n  target: {high}\nseed: 1\n").exit_code == 0
    before = opened(DataConfig(input=str(low), target=str(high)))
    after = opened(described(tmp_path / "out"))
    for part in PARTS:
        pairs = list(zip(getattr(before, part), getattr(after, part), strict=True))
        assert pairs
        for one, other in pairs:
            assert one.pair.name == other.pair.name
            np.testing.assert_array_equal(one.pair.input.values, other.pair.input.values)
            np.testing.assert_array_equal(one.pair.target.values, other.pair.target.values)
            assert one.record() == other.record()


def test_the_folder_can_be_moved(folders, opened, debcr_prepare, tmp_path):
    low, high = folders(3)
    debcr_prepare(f"input: {low}\ntarget: {high}\n")
    (tmp_path / "out").rename(tmp_path / "moved")
    assert len(opened(described(tmp_path / "moved")).train) == 1


def test_regions_of_a_single_image_read_back(folders, opened, debcr_prepare, tmp_path):
    low, high = folders(1, (40, 200))
    debcr_prepare(f"input: {low}\ntarget: {high}\n")
    before = opened(DataConfig(input=str(low), target=str(high)))
    after = opened(described(tmp_path / "out"))
    for part in PARTS:
        one, other = getattr(before, part)[0], getattr(after, part)[0]
        np.testing.assert_array_equal(one.pair.input.values, other.pair.input.values)
        assert one.record() == other.record()


def test_axes_are_kept_though_npy_names_none(tmp_path, scenes, opened, debcr_prepare):
    for number in range(3):
        stack = scenes(number, (2, 30, 40))
        for side in ("low", "gt"):
            tifffile.imwrite(tmp_path / f"{number}_{side}.ome.tif", stack, metadata={"axes": "CYX"})
    debcr_prepare("input: '*_low.ome.tif'\ntarget: '*_gt.ome.tif'\n")
    assert opened(described(tmp_path / "out"), axes="cyx").train[0].pair.input.dims == (
        "c",
        "y",
        "x",
    )


def test_images_without_targets_are_written_once(folders, opened, debcr_prepare, tmp_path):
    low, _ = folders(3)
    assert debcr_prepare(f"input: {low}\n").exit_code == 0
    assert not (tmp_path / "out" / "train" / "target").exists()
    each = opened(described(tmp_path / "out")).train[0]
    assert each.pair.target is each.pair.input


@pytest.mark.parametrize("normalizer", ["min-max", "{name: min-max}"])
def test_the_report_says_what_was_left_out_and_what_was_fitted(
    folders, debcr_prepare, tmp_path, normalizer
):
    low, high = folders(6)
    (high / "cell_05_high.tif").unlink()
    tifffile.imwrite(low / "cell_04_low.tif", np.zeros((9, 9), np.uint8))
    result = debcr_prepare(f"data: {{input: {low}, target: {high}}}\nnormalizer: {normalizer}\n")
    assert "Wrote 2 pairs for training, 1 for validation and 1 for the test" in result.output
    text = (tmp_path / "out" / "report.md").read_text()
    assert "## Images without a partner, left out\n\n- cell_05_low\n" in text
    assert "- cell_04 (input 9×9 along yx, target 96×128 along yx)" in text
    assert text.count("96×128 yx, uint16") == 4
    assert "one [[3999.0]]" in text


def test_an_existing_folder_is_kept_unless_told_otherwise(folders, debcr_prepare, tmp_path):
    low, high = folders(3)
    text = f"input: {low}\ntarget: {high}\n"
    (tmp_path / "out").mkdir()
    refused = debcr_prepare(text)
    assert refused.exit_code == 2
    assert "exists already" in refused.output
    assert debcr_prepare(text, "--overwrite").exit_code == 0
    assert (tmp_path / "out" / "data.yaml").exists()


def test_nothing_is_left_behind_when_it_fails(folders, debcr_prepare, tmp_path):
    low, _ = folders(3)
    before = set(tmp_path.iterdir())
    result = debcr_prepare(
        f"input: {low}\ntarget: {low}/cell_00_low.tif\ninput_pattern: '{{name}}_x'"
    )
    assert result.exit_code == 2
    assert "No input has a target of the same name" in result.output
    assert set(tmp_path.iterdir()) - before == {tmp_path / "config.yaml"}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("inptu: a\n", 'Did you mean "input"'),
        ("data: {input: a}\nnormalizer: 5\n", 'must be a mapping with the key "name"'),
        ("data: {input: a}\nnormalizer: {name: percent}\n", 'Did you mean "percentile"'),
    ],
)
def test_a_wrong_config_is_a_sentence(text, sentence, debcr_prepare):
    result = debcr_prepare(text)
    assert result.exit_code == 2
    assert sentence in " ".join(result.output.split())
