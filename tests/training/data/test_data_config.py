"""What a user says about the data is checked before anything is read."""

from __future__ import annotations

import pytest

from debcr_core.errors import ReadError, UsageError
from debcr_plugins.pairs.config import DataConfig
from debcr_plugins.pairs.config_file import data_config, read_document
from debcr_plugins.training.data.patch_config import BlindSpots, PatchConfig


@pytest.fixture
def read(tmp_path):
    def read_(text: str) -> DataConfig:
        path = tmp_path / "config.yaml"
        path.write_text(text)
        return data_config(read_document(path), path)

    return read_


@pytest.mark.parametrize("model", [DataConfig, PatchConfig, BlindSpots])
def test_every_field_is_documented(model):
    assert all(field.description for field in model.model_fields.values())


@pytest.mark.parametrize("text", ["data:\n  input: a\nmodel: m-rbcr\n", "input: a\n"])
def test_a_training_config_and_one_of_data_alone_both_work(text, read, tmp_path):
    assert read(text).input == str(tmp_path / "a")


def test_paths_are_relative_to_the_config(read, tmp_path):
    config = read("input: a\ntarget: /b\nvalidation: {npz: c.npz}\n")
    assert config.target == "/b"
    assert config.validation is not None
    assert config.validation.npz == str(tmp_path / "c.npz")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("input: a\ntarge: b\n", 'no parameter "targe". Did you mean "target"'),
        ("data: 5\n", '"data" must be a mapping'),
        ("target: b\n", "either by input"),
        ("npz: a\ninput: b\n", "either by input"),
        ("npz: a\ntarget: b\n", "leave out target"),
        ("input: a\nsplit: [0.5, 0.1, 0.1]\n", "add up to 1"),
        ("input: a\nsplit: [0, 0.5, 0.5]\n", "training needs one above 0"),
        ("input: a\ninput_pattern: low\n", "holds {name} once"),
        ("input: a\ntarget_pattern: '{name}_gt'\n", "target_pattern needs target"),
        ("input: a\ntarget: b\ntest: {input: c}\n", "test needs a target"),
        ("input: a\naxes: xq\n", "letters of tczyx"),
        ("input: a\nmax_shift: -1\n", "greater than 0"),
    ],
)
def test_faults_are_sentences(text, sentence, read):
    with pytest.raises(UsageError) as fault:
        read(text)
    assert sentence in str(fault.value)


def test_a_config_that_is_no_mapping_is_refused(read):
    with pytest.raises(ReadError, match="is no config"):
        read("- input\n")


def test_a_missing_config_is_a_sentence(tmp_path):
    with pytest.raises(ReadError, match="cannot be read: No such file"):
        read_document(tmp_path / "absent.yaml")
