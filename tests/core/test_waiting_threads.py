"""The command's threads sleep while they wait, unless the user said how they should."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from debcr_core.waiting_threads import SLEEP, SOON, sleep_while_waiting


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in (*SLEEP, *SOON, "GOMP_SPINCOUNT"):
        # Set first, so that it is unset again after the test.
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    return monkeypatch


def test_they_sleep_by_default(environment: pytest.MonkeyPatch) -> None:
    sleep_while_waiting()
    assert os.environ["OMP_WAIT_POLICY"] == "PASSIVE"
    assert os.environ["OPENBLAS_THREAD_TIMEOUT"] == "4"


@pytest.mark.parametrize(
    ("name", "value"),
    [("OMP_WAIT_POLICY", "ACTIVE"), ("KMP_BLOCKTIME", "200"), ("GOMP_SPINCOUNT", "9")],
)
def test_what_the_user_set_stays(environment: pytest.MonkeyPatch, name: str, value: str) -> None:
    environment.setenv(name, value)
    environment.setenv("OPENBLAS_THREAD_TIMEOUT", "26")
    before = dict(os.environ)
    sleep_while_waiting()
    assert dict(os.environ) == before


PROGRAM = """
import os, sys
import debcr_core.waiting_threads as threads
before, sleep = [], threads.sleep_while_waiting
threads.sleep_while_waiting = lambda: (before.extend(sys.modules), sleep())
from debcr_core.cli import main
sys.argv = ["debcr", "--version"]
try:
    main()
finally:
    print(os.environ["OMP_WAIT_POLICY"], os.environ["OMP_NUM_THREADS"])
    print("debcr_core.allocation" in sys.modules, "torch" in sys.modules, "numpy" in before)
"""


def test_the_command_sees_to_it_before_libraries_are_loaded_and_leaves_the_number_of_threads() -> (
    None
):
    environment = {k: v for k, v in os.environ.items() if k not in (*SLEEP, "GOMP_SPINCOUNT")}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**environment, "OMP_NUM_THREADS": "3"},
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.split()[-5:] == ["PASSIVE", "3", "True", "False", "False"]
