"""A run that is killed at any moment and started again ends with the bytes of one that was not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import raw_format
from growing_content import content

from debcr_core.errors import UsageError
from debcr_core.files.unfinished import Unfinished
from debcr_core.flow.journal import Journal
from debcr_core.flow.sharing import Sharing

RESUME = Sharing(resume=True)
MOMENTS = [
    # Which call of what, before or after it; the whole image has 30 blocks.
    (raw_format.RawWriter, "begin", 1, "before"),
    (raw_format.RawWriter, "begin", 1, "after"),
    (Unfinished, "publish", 1, "after"),
    (Journal, "add", 1, "before"),
    (Journal, "add", 1, "after"),
    (Journal, "add", 17, "before"),
    (Journal, "add", 30, "after"),
    (raw_format.RawWriter, "finish", 1, "after"),
    (Unfinished, "finish", 1, "after"),
    (os, "rmdir", 1, "before"),
]


def killed(work, owner, name, count, when) -> None:
    """Do some work in a process that kills itself at a moment."""
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        assert os.WTERMSIG(status) == signal.SIGKILL
        return
    calls, original = 0, getattr(owner, name)

    def counted(*args, **kwargs):
        nonlocal calls
        calls += 1
        if calls == count and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = original(*args, **kwargs)
        if calls == count:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, counted)
    try:
        work()
    finally:
        os._exit(0)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="it needs processes that fork")
@pytest.mark.parametrize("moment", MOMENTS, ids=lambda moment: "-".join(map(str, moment[1:])))
def test_it_ends_with_the_same_bytes(restored, noisy, moment):
    restored("whole.raw")
    killed(lambda: restored("out.raw", sharing=RESUME), *moment)
    made = restored("out.raw", sharing=RESUME)
    assert made.whole
    assert content(noisy.with_name("out.raw")) == content(noisy.with_name("whole.raw"))
    assert sorted(p.name for p in noisy.parent.iterdir()) == ["noisy.npy", "out.raw", "whole.raw"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="it needs processes that fork")
def test_only_the_blocks_that_are_not_done_are_made(restored):
    killed(lambda: restored("out.raw", sharing=RESUME), Journal, "add", 17, "after")
    made = restored("out.raw", sharing=RESUME)
    assert (made.blocks, made.before) == (13, 17)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="it needs processes that fork")
def test_what_a_kill_left_is_not_lost_unasked(restored, noisy):
    killed(lambda: restored("out.raw"), Journal, "add", 17, "after")
    with pytest.raises(UsageError, match="17 of 30 blocks are done.*--resume.*--overwrite"):
        restored("out.raw")
    assert noisy.with_name("out.raw.unfinished").is_dir()
    assert restored("out.raw", overwrite=True).before == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="it needs processes that fork")
def test_what_was_only_laid_out_is_begun_anew(restored, noisy):
    killed(lambda: restored("out.raw"), Unfinished, "publish", 1, "after")
    assert restored("out.raw").whole
    assert not noisy.with_name("out.raw.unfinished").exists()


def test_three_kills_of_the_program(noisy, restored):
    restored("whole.raw", model="slowbox")
    command = [sys.executable, str(Path(__file__).with_name("run_debcr.py")), "restore"]
    command += ["noisy.npy", "out.raw", "--model", "slowbox", "--resume"]
    unfinished = Unfinished(noisy.with_name("out.raw"))
    for kill in range(3):
        with subprocess.Popen(command, cwd=noisy.parent, stderr=subprocess.DEVNULL) as process:
            before = len(lines(unfinished))
            while len(lines(unfinished)) <= before + kill:
                assert process.poll() is None
                time.sleep(0.005)
            process.kill()
    assert subprocess.run(command, cwd=noisy.parent, check=False).returncode == 0
    assert content(noisy.with_name("out.raw")) == content(noisy.with_name("whole.raw"))


def lines(unfinished: Unfinished) -> list[str]:
    journal = unfinished.folder / "journal-run.jsonl"
    return journal.read_text().splitlines() if journal.is_file() else []
