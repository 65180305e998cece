"""Outputs appear whole or not at all."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from debcr_core.errors import UsageError, WriteError
from debcr_core.files.whole import whole_or_nothing


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_the_final_name_appears_only_at_the_end(tmp_path):
    target = tmp_path / "out.tif"
    with whole_or_nothing(target) as temporary:
        temporary.write_text("whole")
        assert not target.exists()
        assert temporary.suffix == ".tif"
    assert target.read_text() == "whole"
    assert names(tmp_path) == ["out.tif"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_nothing_is_left_after_an_error(tmp_path, error):
    with pytest.raises(error), whole_or_nothing(tmp_path / "out.tif") as temporary:
        temporary.write_text("half")
        raise error
    assert names(tmp_path) == []


def test_an_existing_output_needs_permission(tmp_path):
    target = tmp_path / "out.tif"
    target.write_text("old")
    with pytest.raises(UsageError, match="--overwrite"), whole_or_nothing(target):
        pass
    with whole_or_nothing(target, overwrite=True) as temporary:
        temporary.write_text("new")
    assert target.read_text() == "new"


def test_the_old_output_survives_a_failed_replacement(tmp_path):
    target = tmp_path / "out.tif"
    target.write_text("old")
    with pytest.raises(ValueError, match="x"), whole_or_nothing(target, overwrite=True) as path:
        path.write_text("half")
        raise ValueError("x")
    assert target.read_text() == "old"


def test_a_folder_is_replaced_whole(tmp_path):
    target = tmp_path / "out.zarr"
    for content in ("old", "new"):
        with whole_or_nothing(target, overwrite=True) as temporary:
            temporary.mkdir()
            (temporary / content).write_text(content)
    assert names(target) == ["new"]
    assert names(tmp_path) == ["out.zarr"]


def test_the_old_folder_survives_a_failed_replacement(tmp_path, monkeypatch):
    target = tmp_path / "out.zarr"
    target.mkdir()
    (target / "old").touch()
    replace = Path.replace

    def busy(self, other):
        if ".old" not in self.name and Path(other) == target:
            raise PermissionError(errno.EACCES, "a chunk is open")
        return replace(self, other)

    monkeypatch.setattr(Path, "replace", busy)
    with (
        pytest.raises(WriteError, match="permission denied"),
        whole_or_nothing(target, overwrite=True) as temporary,
    ):
        temporary.mkdir()
    assert names(target) == ["old"]
    assert names(tmp_path) == ["out.zarr"]


def test_what_appears_meanwhile_is_not_replaced(tmp_path):
    target = tmp_path / "out.tif"
    with pytest.raises(UsageError, match="exists already"), whole_or_nothing(target) as temporary:
        temporary.write_text("ours")
        target.write_text("theirs")
    assert target.read_text() == "theirs"
    assert names(tmp_path) == ["out.tif"]


@pytest.mark.parametrize("name", ["x" * 240 + ".tif", "細" * 80 + ".ome.tif"])
def test_a_long_name_works(tmp_path, name):
    with whole_or_nothing(tmp_path / name) as temporary:
        temporary.write_text("whole")
        assert temporary.name.endswith(".tif")
    assert names(tmp_path) == [name]


def test_a_full_disk_is_a_sentence(tmp_path):
    with (
        pytest.raises(WriteError, match="No space left for .*: free some"),
        whole_or_nothing(tmp_path / "out.tif") as temporary,
    ):
        temporary.write_text("half")
        raise OSError(errno.ENOSPC, "No space left on device")
    assert names(tmp_path) == []


def test_a_missing_folder_is_a_sentence(tmp_path):
    with (
        pytest.raises(WriteError, match="does not exist: create it"),
        whole_or_nothing(tmp_path / "no" / "out.tif"),
    ):
        pass


def test_a_folder_is_not_replaced_by_a_file(tmp_path):
    target = tmp_path / "out.tif"
    target.mkdir()
    with (
        pytest.raises(WriteError, match="is a folder: choose a file name"),
        whole_or_nothing(target, overwrite=True) as temporary,
    ):
        temporary.write_text("x")
    assert target.is_dir()
