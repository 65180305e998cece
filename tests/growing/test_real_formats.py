"""Built-in formats whose outputs grow: in one go, gone on with and in parts, the bytes are one."""

from __future__ import annotations

import numpy as np
import pytest
from growing_content import content

from debcr_core import restore_file
from debcr_core.errors import Cancelled, ReadError, UsageError
from debcr_core.files.writing import find_writer
from debcr_core.flow.journal import Journal
from debcr_core.flow.sharing import Share, Sharing
from debcr_core.image import make_image
from debcr_core.stopping import Stop

RESUME = Sharing(resume=True)
NAMES = ["out.ome.zarr", "out.tif", "out.ome.tif", "out.npy"]


@pytest.fixture
def large(tmp_path):
    """Return the path of two planes of 600 × 700 pixels."""
    path = tmp_path / "large.npy"
    np.save(path, np.random.default_rng(0).integers(90, 1200, (2, 600, 700), np.uint16))
    return path


@pytest.fixture
def restored(large, growing_plugins):
    def restore(name, **options):
        given = {"model": "box", "tiler": "halo-grid tile=132", "axes": "zyx", **options}
        return restore_file(large, large.with_name(name), plugins=growing_plugins, **given)

    return restore


def grows(name: str, plugins) -> bool:
    template = make_image(np.zeros((2, 600, 700), np.float32), "zyx")
    return find_writer(name, plugins).piece(template) is not None


@pytest.fixture(params=NAMES)
def name(request, growing_plugins):
    if not grows(request.param, growing_plugins):
        pytest.skip("the format is written from beginning to end")
    return request.param


def stopped(restored, name, after: int) -> None:
    stop, add = Stop(), Journal.add

    def until(self, done):
        add(self, done)
        if done.block == after:
            stop.request()

    with pytest.MonkeyPatch.context() as patch, pytest.raises(Cancelled):
        patch.setattr(Journal, "add", until)
        restored(name, sharing=RESUME, stop=stop)


def test_a_run_that_is_gone_on_with_has_the_bytes_of_one_go(restored, large, name):
    restored(f"whole-{name}")
    stopped(restored, name, 3)
    made = restored(name, sharing=RESUME)
    assert made.before == 4
    assert content(large.with_name(name)) == content(large.with_name(f"whole-{name}"))


def test_a_run_that_was_ended_while_it_finished_has_the_bytes_of_one_go(
    restored, large, name, monkeypatch
):
    restored(f"whole-{name}")
    with monkeypatch.context() as patch, pytest.raises(ZeroDivisionError):
        # Coarser levels, metadata: all is there, and is made again.
        patch.setattr("debcr_core.flow.growing.check_output", lambda *a, **k: 1 / 0)
        restored(name, sharing=RESUME)
    assert restored(name, sharing=RESUME).blocks == 0
    assert content(large.with_name(name)) == content(large.with_name(f"whole-{name}"))


def test_a_damaged_block_is_made_again(restored, large, name):
    restored(f"whole-{name}")
    stopped(restored, name, 5)
    data = large.with_name(f"{name}.unfinished") / "data"
    files = [file for file in data.rglob("*") if file.is_file()] if data.is_dir() else [data]
    with max(files, key=lambda file: file.stat().st_size).open("rb+") as file:
        file.seek(20_000)  # in the first block
        file.write(b"damage")
    assert restored(name, sharing=RESUME).before < 6
    assert content(large.with_name(name)) == content(large.with_name(f"whole-{name}"))


def test_parts_have_the_bytes_of_one_go(restored, large, growing_plugins, name):
    if not find_writer(name, growing_plugins).shared:
        pytest.skip("one machine fills this format")
    restored(f"whole-{name}")
    for number in (2, 3, 1):
        restored(name, sharing=Sharing(part=Share(number, 3)))
    assert restored(name, sharing=Sharing(finish=True)).whole
    assert content(large.with_name(name)) == content(large.with_name(f"whole-{name}"))


def test_what_is_damaged_before_it_is_finished_is_named(restored, large):
    for number in (1, 2):
        restored("out.ome.zarr", sharing=Sharing(part=Share(number, 2)))
    pixels = large.with_name("out.ome.zarr.unfinished") / "data" / "0"
    file = next(path for path in sorted((pixels / "c").rglob("*")) if path.is_file())
    file.write_bytes(file.read_bytes()[:-30])
    with pytest.raises(UsageError, match=r"1 blocks are damaged, of the parts 1/2 \(1\)"):
        restored("out.ome.zarr", sharing=Sharing(finish=True))
    assert not (pixels.parent / "1").exists()


def test_a_file_that_was_cut_off_is_not_gone_on_with(restored, large, name):
    stopped(restored, name, 5)
    data = large.with_name(f"{name}.unfinished") / "data"
    if data.is_dir():
        pytest.skip("each block of this format is a file")
    with data.open("rb+") as file:
        file.truncate(data.stat().st_size - 10)
    with pytest.raises(ReadError, match=r"is damaged: .* begin anew \(--overwrite, without"):
        restored(name, sharing=RESUME)
