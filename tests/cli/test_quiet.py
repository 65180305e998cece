"""What a pipeline hears of `debcr restore` and `replay` with `--quiet`: nothing but errors."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
import tifffile


def debcr(folder, *arguments):
    """Run the command by itself, as a pipeline does; return its status and what it said."""
    done = subprocess.run(
        [sys.executable, "-m", "debcr_core", *arguments],
        cwd=folder,
        env={**os.environ, "CUDA_VISIBLE_DEVICES": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def saturated(tmp_path):
    """Return a folder with an image that deserves a warning, and would lose levels as uint8."""
    pixels = np.random.default_rng(0).poisson(1000, (128, 128)).clip(0, 1010)
    tifffile.imwrite(tmp_path / "in.tif", pixels.astype(np.uint16))
    return tmp_path


def test_warnings_and_progress_are_left_out(saturated):
    arguments = ("restore", "in.tif", "out.tif", "--dtype", "uint8")
    status, said = debcr(saturated, *arguments)
    assert status == 0
    assert "have the largest value" in said
    assert "were clipped" in said
    assert debcr(saturated, *arguments, "--overwrite", "--quiet") == (0, "")


def test_replay_is_as_quiet(saturated):
    assert debcr(saturated, "restore", "in.tif", "out.tif", "--quiet") == (0, "")
    status, said = debcr(saturated, "replay", "out.tif", "in.tif", "again.tif")
    assert status == 0
    assert "have the largest value" in said
    assert "Wrote again.tif" in said
    again = ("replay", "out.tif", "in.tif", "again.tif", "--quiet")
    assert debcr(saturated, *again, "--overwrite") == (0, "")
    status, said = debcr(saturated, *again)
    assert status == 2
    assert said.startswith("Error: again.tif exists already")


def test_errors_are_said_all_the_same(saturated):
    status, said = debcr(saturated, "restore", "none.tif", "out.tif", "--quiet")
    assert status == 2
    assert said.startswith("Error: none.tif does not exist")


def test_so_they_are_of_one_bad_file_among_several(saturated):
    (saturated / "bad.tif").write_bytes(b"II*\0")
    (saturated / "out").mkdir()
    status, said = debcr(saturated, "restore", "bad.tif", "in.tif", "out", "--quiet")
    assert status == 1
    lines = said.splitlines()
    assert "bad.tif" in lines[0]
    assert lines[1] == "Error: 1 of 2 images could not be restored:"
    assert lines[2:] == [lines[0].replace("Error:", " ")]
    assert (saturated / "out" / "in.tif").exists()
