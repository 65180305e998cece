"""`debcr restore --resume`, `--part` and `--finish`, as they are typed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from growing_content import content
from typer.testing import CliRunner

from debcr_core.cli.app import build_app
from debcr_core.files.unfinished import Unfinished
from debcr_core.flow import pairing

PROGRAM = [sys.executable, str(Path(__file__).with_name("run_debcr.py"))]


@pytest.fixture
def debcr(growing_plugins, noisy, monkeypatch):
    """Return a function that runs ``debcr restore ARGS --model box``: its status and words."""
    monkeypatch.chdir(noisy.parent)

    def run(*args: str, model: str = "box") -> tuple[int, str]:
        command = ["restore", *args, "--model", model]
        result = CliRunner().invoke(build_app(growing_plugins), command)
        assert "Traceback" not in result.output
        return result.exit_code, " ".join(result.output.split())

    return run


def test_parts_are_counted_and_the_last_word_is_how_to_finish(debcr, noisy):
    assert debcr("noisy.npy", "whole.raw")[0] == 0
    for number in (2, 1):
        status, said = debcr("noisy.npy", "out.raw", "--part", f"{number}/2")
        assert status == 0
        assert f"Part {number}/2 of out.raw is done: 15 blocks. When all parts are:" in said
        assert "--finish" in said
    status, said = debcr("noisy.npy", "out.raw", "--finish")
    assert (status, said) == (0, "Wrote out.raw")
    assert content(noisy.with_name("out.raw")) == content(noisy.with_name("whole.raw"))


@pytest.mark.parametrize("part", ["0/4", "5/4", "x", "1/0"])
def test_what_is_no_part_ends_with_status_2(debcr, noisy, part):
    status, said = debcr("noisy.npy", "out.raw", "--part", part)
    assert status == 2
    assert "such as 3/16" in said
    assert [path.name for path in noisy.parent.iterdir()] == ["noisy.npy"]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("out.raw", "--finish"), "make its parts first (--part 1/4, --part 2/4 …)"),
        (("out.lonely", "--finish"), "make it first (--resume)"),
        (("out.raw", "--part", "1/2", "--finish"), "leave --part or --finish out"),
        (("out.lonely", "--part", "1/2"), "choose .ome.zarr"),
        (("out.png", "--dtype", "uint16", "--part", "1/2"), "choose .ome.zarr"),
    ],
)
def test_a_wrong_request_ends_with_status_2(debcr, noisy, options, sentence):
    status, said = debcr("noisy.npy", *options)
    assert status == 2
    assert sentence in said
    assert [path.name for path in noisy.parent.iterdir()] == ["noisy.npy"]


def test_missing_parts_end_with_status_2(debcr):
    debcr("noisy.npy", "out.raw", "--part", "1/2")
    status, said = debcr("noisy.npy", "out.raw", "--finish")
    assert status == 2
    assert "of the parts 2/2 (15)" in said


@pytest.fixture
def folder(noisy):
    """Return a folder of four small images, of one block each, and a bad one."""
    folder = noisy.with_name("raw")
    folder.mkdir()
    for number in range(4):
        pixels = np.random.default_rng(number).integers(90, 1200, (16, 16), np.uint16)
        np.save(folder / f"{number}.npy", pixels)
    (folder / "bad.npy").write_text("no image")
    return folder


@pytest.fixture
def to_raw(monkeypatch):
    """Have images of a folder restored to ``.raw``."""
    monkeypatch.setattr(pairing, "_output_name", lambda part, *_: f"{part.path.stem}.raw")


def test_each_part_has_its_share_of_small_images(debcr, folder, to_raw):
    for number in (1, 2):
        status, said = debcr("raw", "out", "--part", f"{number}/2")
        assert status == 1
        assert said.count(f"Part {number}/2") == 4
        assert said.count("is done: 1 block.") == 2
        assert said.count("is done: 0 blocks") == 2
    status, said = debcr("raw", "out", "--finish")
    assert status == 1
    assert said.count("Wrote") == 4


def test_a_bad_image_stops_nothing_and_is_listed_at_the_end(debcr, folder, to_raw):
    status, said = debcr("raw", "out")
    assert status == 1
    assert sorted(path.name for path in (folder.with_name("out")).iterdir()) == [
        f"{number}.raw" for number in range(4)
    ]
    assert "1 of 5 images could not be restored:" in said
    assert "bad.npy" in said.rpartition("could not be restored:")[2]


def test_a_folder_is_gone_on_with(debcr, folder, to_raw):
    (folder / "bad.npy").unlink()
    status, _ = debcr("raw", "out", "--resume")
    assert status == 0
    shutil.rmtree(folder.with_name("out") / "2.raw")
    status, said = debcr("raw", "out", "--resume")
    assert status == 0
    assert said.count("is whole already") == 3
    assert "Wrote out/2.raw" in said


def begun(noisy: Path, *options: str, before: list[str] | None = None) -> subprocess.Popen:
    """Start a restoration of 20 tiles of 0.5 s, and return when a block is done."""
    command = [*(before or []), *PROGRAM, "restore", "noisy.npy", "out.raw", "--model", "slowbox"]
    process = subprocess.Popen(
        [*command, *options], cwd=noisy.parent, stderr=subprocess.PIPE, text=True
    )
    journal = Unfinished(noisy.with_name("out.raw")).folder / "journal-run.jsonl"
    while not journal.exists():
        assert process.poll() is None, process.stderr and process.stderr.read()
        time.sleep(0.01)
    return process


def ended(process: subprocess.Popen) -> str:
    watchdog = threading.Timer(30, process.kill)
    watchdog.start()
    _, said = process.communicate()
    watchdog.cancel()
    return said


SIGNALS = [
    signal.SIGINT,
    signal.SIGTERM,
    pytest.param("SIGHUP", marks=pytest.mark.skipif(os.name == "nt", reason="not on Windows")),
]


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_leaves_nothing_or_what_can_be_resumed(noisy, number):
    number = getattr(signal, number) if isinstance(number, str) else number
    process = begun(noisy)
    process.send_signal(number)
    assert "Interrupted; nothing unfinished was left behind." in ended(process)
    assert process.returncode == 130
    assert [path.name for path in noisy.parent.iterdir()] == ["noisy.npy"]
    process = begun(noisy, "--resume")
    process.send_signal(number)
    said = ended(process)
    assert process.returncode == 130
    assert "Interrupted. What is done of out.raw is kept" in said
    assert "--resume goes on with it" in said
    assert noisy.with_name("out.raw.unfinished").is_dir()


@pytest.mark.skipif(os.name == "nt", reason="there is no hang-up on Windows")
def test_a_run_under_nohup_does_not_mind_a_hang_up(noisy):
    process = begun(noisy, before=["nohup"])
    process.send_signal(signal.SIGHUP)
    said = ended(process)
    assert process.returncode == 0, said
    assert noisy.with_name("out.raw").is_dir()


@pytest.mark.parametrize("inside", ["out.raw.unfinished", "out.raw.unfinished/data"])
@pytest.mark.parametrize("verb", ["restore", "info"])
def test_an_unfinished_output_is_no_input_and_says_how_much_is_done(
    debcr, noisy, growing_plugins, inside, verb
):
    debcr("noisy.npy", "out.raw", "--part", "1/3")
    command = [verb, inside, *(["new.npy"] if verb == "restore" else [])]
    result = CliRunner().invoke(build_app(growing_plugins), command)
    said = " ".join(result.output.split())
    assert result.exit_code == 2
    assert "is an output that is not finished (10 of 30 blocks are done): go on with it" in said


def test_nor_is_it_one_for_who_works_inside(debcr, noisy, monkeypatch):
    debcr("noisy.npy", "out.raw", "--part", "1/3")
    monkeypatch.chdir(noisy.with_name("out.raw.unfinished"))
    status, said = debcr("data", "../new.npy")
    assert (status, "(10 of 30 blocks are done)" in said) == (2, True)


def test_parts_of_other_work_say_what_to_remove(debcr, noisy):
    debcr("noisy.npy", "out.raw", "--part", "1/2")
    np.save(noisy, np.load(noisy) + 1)
    status, said = debcr("noisy.npy", "out.raw", "--part", "2/2", "--overwrite")
    assert status == 2
    assert "for parts by removing out.raw.unfinished first" in said
