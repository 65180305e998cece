"""Parts that several machines make, each by itself, become one output."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from growing_content import content
from hypothesis import given
from hypothesis import strategies as st
from raw_format import RawWriter

from debcr_core.errors import UsageError
from debcr_core.files.unfinished import Unfinished
from debcr_core.flow.sharing import Share, Sharing
from debcr_core.stopping import Stop

FINISH = Sharing(finish=True)


@given(st.integers(0, 50), st.integers(1, 20), st.integers(0, 30))
def test_each_block_is_in_one_share(count, of, shift):
    shares = [Share(number, of, shift) for number in range(1, of + 1)]
    assert sorted(block for share in shares for block in share.blocks(count)) == list(range(count))
    for share in shares:
        assert all(share.holding(block) == share for block in share.blocks(count))


@pytest.mark.parametrize("text", ["0/4", "5/4", "1/0", "x", "", "3", "1/2/3", "-1/4", "1.5/4"])
def test_what_is_no_part_is_a_sentence(text):
    with pytest.raises(UsageError, match=r"such as 3/16"):
        Share.parsed(text)


def test_parts_and_finish_exclude_each_other():
    with pytest.raises(UsageError, match="leave --part or --finish out"):
        Sharing(part=Share(1, 2), finish=True)


@pytest.fixture
def part(restored):
    """Return a function that makes one part: ``part("3/4")``."""

    def make(text, name="out.raw", **options):
        return restored(name, sharing=Sharing(part=Share.parsed(text)), **options)

    return make


@pytest.mark.parametrize("order", [("1/3", "2/3", "3/3"), ("3/3", "1/3", "2/3")])
def test_parts_in_any_order_have_the_bytes_of_one_go(part, restored, noisy, order):
    restored("whole.raw")
    for text in order:
        made = part(text)
        assert (made.blocks, made.whole) == (10, False)
        assert not noisy.with_name("out.raw").exists()
    assert restored("out.raw", sharing=FINISH).whole
    assert content(noisy.with_name("out.raw")) == content(noisy.with_name("whole.raw"))
    assert not noisy.with_name("out.raw.unfinished").exists()


def test_parts_of_two_divisions_count_together(part, restored, noisy):
    restored("whole.raw")
    part("1/2")
    made = part("1/1")
    assert (made.blocks, made.before) == (15, 15)
    restored("out.raw", sharing=FINISH)
    assert content(noisy.with_name("out.raw")) == content(noisy.with_name("whole.raw"))


def test_a_part_that_is_made_again_makes_what_is_missing(part):
    assert part("2/4").blocks == 8
    again = part("2/4")
    assert (again.blocks, again.before) == (0, 8)


def test_missing_parts_are_named_as_they_would_be_typed(part, restored):
    part("1/4")
    part("3/4")
    with pytest.raises(UsageError) as caught:
        restored("out.raw", sharing=FINISH)
    assert "15 blocks are missing, of the parts 2/4 (8), 4/4 (7)." in str(caught.value)
    assert "--part 2/4" in str(caught.value)


def test_a_damaged_block_is_named_and_made_again_by_its_part(part, restored, noisy):
    restored("whole.raw")
    for text in ("1/2", "2/2"):
        part(text)
    pixels = np.load(Unfinished(noisy.with_name("out.raw")).data / "pixels.npy", mmap_mode="r+")
    pixels[0, 70] += 1  # in block 2, which is of the first part
    pixels.flush()
    with pytest.raises(UsageError, match=r"1 blocks are damaged, of the parts 1/2 \(1\)"):
        restored("out.raw", sharing=FINISH)
    assert part("1/2").blocks == 1
    restored("out.raw", sharing=FINISH)
    assert content(noisy.with_name("out.raw")) == content(noisy.with_name("whole.raw"))


def test_one_machine_can_complete_what_parts_have_left(part, restored, noisy):
    restored("whole.raw")
    part("2/3")
    made = restored("out.raw", sharing=Sharing(resume=True))
    assert (made.blocks, made.before, made.whole) == (20, 10, True)
    assert content(noisy.with_name("out.raw")) == content(noisy.with_name("whole.raw"))


def test_there_is_nothing_to_finish_where_no_part_was_made(restored, noisy):
    with pytest.raises(UsageError, match=r"make its parts first \(--part 1/4"):
        restored("out.raw", sharing=FINISH)
    assert [path.name for path in noisy.parent.iterdir()] == ["noisy.npy"]


def test_a_run_that_was_resumed_in_vain_is_to_be_resumed(part, restored, noisy):
    part("1/2")
    folder = Unfinished(noisy.with_name("out.raw")).folder
    (folder / "journal-1-of-2.jsonl").rename(folder / "journal-run.jsonl")
    with pytest.raises(UsageError, match=r"15 blocks of .* are missing: make them first"):
        restored("out.raw", sharing=FINISH)


def test_a_format_that_one_machine_fills_names_the_cure(part, noisy):
    with pytest.raises(UsageError, match=r"several machines at once: choose .ome.zarr.*--resume"):
        part("1/2", "out.lonely")
    assert [path.name for path in noisy.parent.iterdir()] == ["noisy.npy"]


def test_a_format_that_is_written_from_beginning_to_end_names_the_cure(part):
    with pytest.raises(UsageError, match=r"from beginning to end, by one machine: choose .ome.z"):
        part("1/2", "out.png", dtype="uint16")


def test_more_parts_than_blocks_leave_some_with_nothing_to_do(part):
    assert part("31/40").blocks == 0


def test_another_request_is_not_added_to_the_parts(part):
    part("1/2")
    with pytest.raises(UsageError, match="another pixel type"):
        part("2/2", dtype="uint8")


def test_a_part_that_is_at_work_is_not_disturbed(part, restored, noisy):
    part("1/2")
    unfinished = Unfinished(noisy.with_name("out.raw"))
    with unfinished.as_part("2-of-2", Stop()):
        for sharing in (FINISH, Sharing(resume=True), Sharing(part=Share(2, 2))):
            with pytest.raises(UsageError, match="Part 2/2 is at work on"):
                restored("out.raw", sharing=sharing)
        assert part("1/2").before == 15
    assert part("2/2").blocks == 15


def test_statistics_are_taken_by_the_first_part_alone(part, monkeypatch):
    part("1/2", contrast_stretch=True, dtype="uint8")
    monkeypatch.setattr("debcr_core.flow.planning.checked_fit", None)
    monkeypatch.setattr("debcr_core.flow.plan.settled", None)
    assert part("2/2", contrast_stretch=True, dtype="uint8").blocks == 15


def test_parts_that_begin_at_once_lay_the_output_out_once(part, restored, noisy, monkeypatch):
    restored("whole.raw")
    laid_out, begin = [], RawWriter.begin

    def slowly(self, template, path, block):
        laid_out.append(path)
        time.sleep(1.2)
        begin(self, template, path, block)

    monkeypatch.setattr(RawWriter, "begin", slowly)
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(part, ["1/4", "2/4", "3/4", "4/4"]))
    assert len(laid_out) == 1
    assert sum(each.blocks for each in made) == 30
    restored("out.raw", sharing=FINISH)
    assert content(noisy.with_name("out.raw")) == content(noisy.with_name("whole.raw"))


def test_a_part_is_told_of_a_run_that_makes_all(part, noisy):
    part("1/2")
    unfinished = Unfinished(noisy.with_name("out.raw"))
    with (
        unfinished.alone(Stop()),
        pytest.raises(UsageError, match="Another run is at work"),
    ):
        part("2/2")


def test_a_first_part_that_fails_leaves_nothing(part, noisy, monkeypatch):
    monkeypatch.setattr(RawWriter, "begin", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        part("1/2")
    assert [path.name for path in noisy.parent.iterdir()] == ["noisy.npy"]
