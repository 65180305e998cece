"""`debcr restore --region --record --dry-run`, `debcr replay`, and signals while it works."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
import tifffile

from debcr_core.cli.interrupting import interruptible


def test_a_region_is_that_part_of_the_whole(debcr, image):
    for name, options in (("whole.tif", ()), ("part.tif", ("--region", "y=10:40,x=33:"))):
        assert debcr("restore", image, name, "--model", "same", *options).exit_code == 0
    whole, part = tifffile.imread("whole.tif"), tifffile.imread("part.tif")
    assert part.shape == (30, 57)
    np.testing.assert_array_equal(part, whole[10:40, 33:])


BAD = [
    ("y=0:5,q=1:2", 'names the axis "q". Known: x, y'),
    ("y=60:80", "not inside the image: y goes from 0 to 70"),
    ("y=5:5", "is empty"),
    ("y=0:9:3", "without a step"),
    ("rows", "should name ranges of axes"),
]


@pytest.mark.parametrize(("region", "sentence"), BAD)
def test_a_bad_region_is_a_sentence_and_leaves_nothing(debcr, image, tmp_path, region, sentence):
    result = debcr("restore", image, "out.tif", "--model", "same", "--region", region)
    assert result.exit_code == 2
    assert sentence in " ".join(result.output.split())
    assert [path.name for path in tmp_path.iterdir()] == ["cells.tif"]


def test_a_dry_run_says_what_it_would_take_and_writes_nothing(debcr, image, tmp_path):
    result = debcr("restore", image, "new/out.tif", "--model", "same", "--dry-run")
    assert result.exit_code == 2  # the folder is not there
    options = ("--region", "y=0:20", "--contrast-stretch", "--dry-run")
    result = debcr("restore", image, "out.tif", "--model", "same", *options)
    assert result.exit_code == 0, result.output
    shown = " ".join(result.output.split())
    for fact in ("yx 70×90 uint16", "yx 20×90 float32, 7.2 kB", "two: it needs statistics"):
        assert fact in shown
    assert "about" in shown
    assert [path.name for path in tmp_path.iterdir()] == ["cells.tif"]


def test_a_dry_run_of_a_folder_makes_none(debcr, image, tmp_path):
    (tmp_path / "raw").mkdir()
    image.rename(tmp_path / "raw" / "cells.tif")
    result = debcr("restore", "raw", "restored", "--model", "same", "--dry-run")
    assert result.exit_code == 0, result.output
    assert not (tmp_path / "restored").exists()


def test_a_dry_run_goes_on_after_a_bad_file(debcr, image, tmp_path):
    (tmp_path / "raw").mkdir()
    image.rename(tmp_path / "raw" / "cells.tif")
    (tmp_path / "raw" / "bad.tif").write_text("no image")
    result = debcr("restore", "raw", "restored", "--model", "same", "--dry-run")
    assert result.exit_code == 1
    assert "1 of 2 images could not be restored" in result.output
    assert "yx 70×90 uint16" in result.output


def test_a_dry_run_refuses_an_existing_record(debcr, image, tmp_path):
    (tmp_path / "out.tif.json").write_text("precious")
    result = debcr("restore", image, "out.tif", "--model", "same", "--record", "--dry-run")
    assert result.exit_code == 2
    assert "out.tif.json exists already" in result.output


def test_a_zarr_image_is_replaced_and_not_written_into(debcr, image, tmp_path):
    assert debcr("restore", image, "out.ome.zarr", "--model", "same").exit_code == 0
    assert debcr("restore", image, "out.ome.zarr", "--model", "same").exit_code == 2
    options = ("--region", "y=0:20", "--overwrite")
    assert debcr("restore", image, "out.ome.zarr", "--model", "same", *options).exit_code == 0
    assert not list((tmp_path / "out.ome.zarr").glob("*.tif"))
    assert "20 × 90" in debcr("info", "out.ome.zarr").output


def test_replaying_gives_the_same_bytes(debcr, image):
    options = ("--model", "denoise", "--record", "--device", "cpu")
    assert debcr("restore", image, "out.tif", *options).exit_code == 0
    for record, name in (("out.tif", "a.tif"), ("out.tif.json", "b.tif")):
        result = debcr("replay", record, image, name)
        assert result.exit_code == 0, result.output
        assert open(name, "rb").read() == open("out.tif", "rb").read()  # noqa: PTH123, SIM115


def test_replaying_another_input_is_a_sentence(debcr, image):
    assert debcr("restore", image, "out.tif").exit_code == 0
    tifffile.imwrite("other.tif", np.ones((70, 90), np.uint16))
    result = debcr("replay", "out.tif", "other.tif", "again.tif")
    assert result.exit_code == 2
    assert "The input is not the one that the record is of (cells.tif" in " ".join(
        result.output.split()
    )


def test_a_disk_without_room_is_said_before_any_work(debcr, image, monkeypatch, tmp_path):
    usage = type("Usage", (), {"free": 100})
    monkeypatch.setattr("shutil.disk_usage", lambda path: usage)
    for option in ("--overwrite", "--dry-run"):
        result = debcr("restore", image, "out.tif", "--model", "same", option)
        assert result.exit_code == 1
        assert "needs 25.2 kB, but only 100 B are free" in " ".join(result.output.split())
    assert [path.name for path in tmp_path.iterdir()] == ["cells.tif"]


WORK = """
import sys, time
import numpy as np
from debcr_core.cli import app
from debcr_core.flow import runner
from debcr_core.flow.network import OpenNetwork

compute = OpenNetwork.predict

def slow(self, block, stop=None):
    print("working", flush=True)
    for _ in range(3000):
        stop.check()
        time.sleep(0.01)
    return compute(self, block, stop)

OpenNetwork.predict = slow
sys.argv = ["debcr", "restore", "in.npy", "out.tif"]
app.run()
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_inside_a_tile_and_leaves_nothing(tmp_path, number):
    np.save(tmp_path / "in.npy", np.ones((64, 64), np.uint16))
    command = [sys.executable, "-c", WORK]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "working\n"
        asked = time.monotonic()
        process.send_signal(number)
        watchdog = threading.Timer(20, process.kill)
        watchdog.start()
        _, said = process.communicate()
        watchdog.cancel()
    assert time.monotonic() - asked < 5
    assert process.returncode == 130
    assert "Interrupted; nothing unfinished was left behind." in said
    assert "Traceback" not in said
    assert [path.name for path in tmp_path.iterdir()] == ["in.npy"]


@pytest.fixture
def handlers():
    """Keep the handlers of signals as they were, and have some that can be told apart."""
    before = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)}
    for each in before:
        signal.signal(each, signal.default_int_handler)
    yield
    for each, handler in before.items():
        signal.signal(each, handler)


def test_work_that_is_interrupted_ends_before_the_interrupt_is_raised(handlers):
    ended = []

    def work(stop):
        os.kill(os.getpid(), signal.SIGTERM)
        while not stop.requested:
            time.sleep(0.01)
        time.sleep(0.1)
        ended.append(True)
        stop.check()

    with pytest.raises(KeyboardInterrupt):
        interruptible(work)
    assert ended == [True]
    assert signal.getsignal(signal.SIGTERM) is signal.default_int_handler


def test_a_signal_that_comes_too_late_changes_nothing(handlers):
    def work(stop):
        os.kill(os.getpid(), signal.SIGTERM)
        while not stop.requested:
            time.sleep(0.01)
        return "done"

    assert interruptible(work) == "done"


def test_what_work_returns_and_raises_comes_back(handlers):
    assert interruptible(lambda stop: 7) == 7

    def fail(stop):
        raise LookupError("gone")

    with pytest.raises(LookupError, match="gone"):
        interruptible(fail)
