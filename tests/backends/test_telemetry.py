"""ONNX Runtime tells nobody what it is used for."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

COMMAND = "from debcr_core.cli import main; main()"
LIBRARY = "import sys, debcr_core; debcr_core.restore_file(*sys.argv[2:4])"
ALSO_OFF = {"CI", "GITHUB_ACTIONS", "TF_BUILD", "ORT_RUNNING_UNIT_TESTS", "ORT_DISABLE_TELEMETRY"}
"""With some of these it is silent by itself."""


@pytest.mark.parametrize("program", [COMMAND, LIBRARY], ids=["command", "library"])
def test_nothing_is_left_of_a_session_that_is_reported(program, tmp_path):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    kept = {key: value for key, value in os.environ.items() if key not in ALSO_OFF}
    np.save(tmp_path / "cells.npy", np.random.default_rng(0).poisson(9, (64, 64)).astype(np.uint16))
    words = ["restore", str(tmp_path / "cells.npy"), str(tmp_path / "restored.npy")]
    done = subprocess.run(
        [sys.executable, "-c", program, *words],
        env={**kept, "TMPDIR": str(temporary)},
        check=True,
        capture_output=True,
        text=True,
    )
    assert "Traceback" not in done.stderr
    assert list(temporary.iterdir()) == []
