"""Whichever way people leave while our widget works, the program ends and leaves nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("napari")

PROGRAM = Path(__file__).with_name("leaving_program.py")
PATIENCE_S = 240
"""For the whole program; it takes a few seconds of computing."""

WAYS = ["window", "viewer_closed", "dock_closed", "quit", "layer_removed", "script_ended"]
TOGETHER = "preview+restore+batch"
CASES = [
    *(("restore", "window"), ("preview", "window"), ("batch", "window")),
    *((TOGETHER, way) for way in WAYS if way != "window"),
]
SHORT = [("restore", "window"), (TOGETHER, "dock_closed")]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Return an environment in which temporary files, cache and settings are the program's own."""
    for name in ("temporary", "runtime", "cache"):
        (tmp_path / name).mkdir(mode=0o700)
    own = {
        "TMPDIR": str(tmp_path / "temporary"),
        "XDG_RUNTIME_DIR": str(tmp_path / "runtime"),
        # Napari writes its icons there, and stumbles over those that another has half written.
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "NAPARI_CONFIG": "",
    }
    return os.environ | own


def is_there(group: int) -> bool:
    """Say whether a process of a group still runs."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.skipif(os.name != "posix", reason="looks for what is left by its process group")
@pytest.mark.parametrize(
    ("work", "way"),
    [
        pytest.param(*case, marks=[pytest.mark.each_napari] if case in SHORT else [])
        for case in CASES
    ],
)
def test_the_program_ends_well_and_leaves_nothing(work, way, environment, tmp_path) -> None:
    program = subprocess.Popen(
        [sys.executable, PROGRAM, work, way],
        env=environment,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        said, complained = program.communicate(timeout=PATIENCE_S)
    finally:
        program.kill()
    assert (said, complained) == ("", "")
    assert program.returncode == 0
    assert not is_there(program.pid)
    assert not list((tmp_path / "temporary").iterdir())
