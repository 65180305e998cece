"""What an earlier run has done is gone on with, if the same is asked for; else it is explained."""

from __future__ import annotations

import errno
import json

import numpy as np
import pytest
import raw_format
from growing_content import content

from debcr_core.errors import Cancelled, ReadError, UsageError, WriteError
from debcr_core.files.reading import read_image
from debcr_core.files.unfinished import Unfinished
from debcr_core.flow import restoration_job
from debcr_core.flow.journal import Journal
from debcr_core.flow.sharing import Sharing
from debcr_core.notices import say
from debcr_core.stopping import Stop

RESUME = Sharing(resume=True)


@pytest.fixture
def ended(restored, noisy):
    """Return a function that begins to restore an image and is ended after 10 of 30 blocks."""

    def begin(name="out.raw", error=None, sharing=RESUME, **options):
        stop, add = Stop(), Journal.add

        def until(self, done):
            add(self, done)
            if done.block == 9:
                stop.request()
                if error:
                    raise error

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Journal, "add", until)
            with pytest.raises((Cancelled, WriteError)) as caught:
                restored(name, stop=stop, sharing=sharing, **options)
        return str(caught.value), Unfinished(noisy.with_name(name))

    return begin


def test_a_run_that_is_stopped_keeps_what_it_has_done(ended, restored):
    said, unfinished = ended()
    assert "out.raw is kept (10 of 30 blocks are done): --resume goes on with it." in said
    assert unfinished.begun
    made = restored("out.raw", sharing=RESUME)
    assert (made.blocks, made.before, made.whole) == (20, 10, True)


def test_a_run_that_is_stopped_before_it_goes_on_says_what_is_kept(ended, restored):
    ended()
    stop = Stop()
    stop.request()
    with pytest.raises(Cancelled, match=r"kept \(10 of 30 blocks are done\): --resume goes on"):
        restored("out.raw", sharing=RESUME, stop=stop)


def test_without_resume_nothing_is_left(ended, noisy):
    said, _ = ended(sharing=Sharing())
    assert "nothing unfinished was left behind" in said
    assert [path.name for path in noisy.parent.iterdir()] == ["noisy.npy"]


def test_a_full_disk_is_a_sentence_and_resumable(ended, restored, noisy):
    full = OSError(errno.ENOSPC, "No space left on device")
    said, _ = ended(error=full)
    assert "No space left for" in said
    assert "10 of 30 blocks are done" in said
    assert restored("out.raw", sharing=RESUME).before == 10
    said, unfinished = ended("other.raw", error=full, sharing=Sharing())
    assert said.endswith("free some and run again. Nothing was kept of it.")
    assert not unfinished.folder.exists()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"dtype": "uint16"}, "another pixel type (float32 then, uint16 now)"),
        ({"region": "y=0:32"}, "another region"),
        ({"tiler": "halo-grid tile=32"}, "another tiler"),
        ({"normalizer": "percentile"}, "another normalizer"),
        ({"model": "slowbox"}, "another network"),
        ({"contrast_stretch": True}, "another wish as to the contrast (False then, True now)"),
        ({"axes": "yx"}, "other axes (none then, yx now)"),
    ],
)
def test_another_request_is_not_gone_on_with(ended, restored, options, sentence):
    _, unfinished = ended()
    before = content(unfinished.folder)
    with pytest.raises(UsageError) as caught:
        restored("out.raw", sharing=RESUME, **options)
    assert sentence in str(caught.value)
    assert "begin anew (--overwrite, without --resume)" in str(caught.value)
    assert content(unfinished.folder) == before


def test_other_weights_are_not_gone_on_with(ended, restored, monkeypatch):
    ended()
    asked_of = restoration_job.asked_of
    monkeypatch.setattr(
        restoration_job, "asked_of", lambda *a, **k: {**asked_of(*a, **k), "weights": "5a" * 32}
    )
    with pytest.raises(UsageError, match=r"begun with other weights \(none then, 5a5a"):
        restored("out.raw", sharing=RESUME)


def test_a_changed_input_is_not_gone_on_with(ended, restored, noisy):
    ended()
    np.save(noisy, np.ones((70, 90), np.uint16))
    with pytest.raises(UsageError, match=r"noisy.npy has changed since the output was begun"):
        restored("out.raw", sharing=RESUME)


def test_an_input_that_was_only_touched_is_read_again_and_gone_on_with(ended, restored, noisy):
    ended()
    noisy.touch()
    assert restored("out.raw", sharing=RESUME).before == 10


def test_another_machine_is_gone_on_with_if_that_is_asked(ended, restored):
    _, unfinished = ended()
    kept = unfinished.record()
    kept["record"]["machine"]["instructions"] = "another processor's"
    unfinished.publish(kept)
    with pytest.raises(UsageError, match=r"instructions: another processor's then.*--any-machine"):
        restored("out.raw", sharing=RESUME)
    assert restored("out.raw", sharing=Sharing(resume=True, any_machine=True)).before == 10


def test_statistics_are_not_taken_again(ended, restored, monkeypatch):
    ended()
    monkeypatch.setattr("debcr_core.flow.planning.checked_fit", None)
    assert restored("out.raw", sharing=RESUME).whole


@pytest.mark.parametrize("harm", ["data", "line", "torn", "garbage"])
def test_a_block_is_whole_or_absent(ended, restored, noisy, harm):
    restored("whole.raw")
    _, unfinished = ended()
    journal = unfinished.folder / "journal-run.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    if harm == "data":
        pixels = np.load(unfinished.data / "pixels.npy", mmap_mode="r+")
        pixels[3, 3] += 1
        pixels.flush()
    elif harm == "line":
        journal.write_bytes(b"".join(lines[1:]))
    elif harm == "torn":
        journal.write_bytes(b"".join(lines)[:-20])
    else:
        journal.write_bytes(b"\0" * 50 + b"\n[1]\n{}\n" + b"".join(lines[1:]))
    assert restored("out.raw", sharing=RESUME).before == 9
    assert content(noisy.with_name("out.raw")) == content(noisy.with_name("whole.raw"))


def test_a_line_after_a_torn_one_is_a_line_of_its_own(ended, restored):
    _, unfinished = ended()
    journal = unfinished.folder / "journal-run.jsonl"
    journal.write_bytes(journal.read_bytes()[:-20])
    ended()  # block 9 again, after the torn line
    assert restored("out.raw", sharing=RESUME).before == 10


def test_data_that_was_cut_off_are_made_again(ended, restored, noisy):
    restored("whole.raw")
    _, unfinished = ended()
    pixels = np.load(unfinished.data / "pixels.npy", mmap_mode="r+")
    pixels[:] = 0
    pixels.flush()
    assert restored("out.raw", sharing=RESUME).before == 0
    assert content(noisy.with_name("out.raw")) == content(noisy.with_name("whole.raw"))


def test_a_damaged_record_is_a_sentence(ended, restored):
    _, unfinished = ended()
    (unfinished.folder / "record.json").write_text("{")
    with pytest.raises(ReadError, match=r"record.json is damaged: begin anew"):
        restored("out.raw", sharing=RESUME)


def test_progress_counts_what_was_done_before(ended, restored):
    ended()
    seen = []
    restored("out.raw", sharing=RESUME, progress=seen.append)
    tiles = [step for step in seen if step.stage == "tiles"]
    assert tiles[-1].done == tiles[-1].total
    dones = [step.done for step in tiles]
    assert dones == sorted(dones)


def test_two_passes_are_settled_once(ended, restored, noisy, monkeypatch):
    restored("whole.raw", contrast_stretch=True, dtype="uint8")
    ended(contrast_stretch=True, dtype="uint8")
    monkeypatch.setattr("debcr_core.flow.plan.settled", None)
    made = restored("out.raw", contrast_stretch=True, dtype="uint8", sharing=RESUME)
    assert made.before == 10
    assert content(noisy.with_name("out.raw")) == content(noisy.with_name("whole.raw"))


def test_what_narrow_pixels_lose_is_told_of_all_runs(ended, restored):
    clipped = r"\d% of its pixels were clipped .* and only \d+ level"
    with pytest.warns(match=clipped) as whole:
        restored("whole.raw", dtype="uint8")
    ended(dtype="uint8")
    with pytest.warns(match=clipped) as resumed:
        restored("out.raw", dtype="uint8", sharing=RESUME)
    assert str(resumed[-1].message) == str(whole[-1].message).replace("whole", "out")


def test_doubts_about_the_image_are_told_again_without_another_look_at_it(
    ended, restored, monkeypatch
):
    planning = "debcr_core.flow.planning"
    monkeypatch.setattr(f"{planning}.look_at_fit", lambda *_: say("It is odd.", kind="filtered"))
    with pytest.warns(match="It is odd."):
        ended()
    for look in ("look_at_fit", "look_at_values"):
        monkeypatch.setattr(f"{planning}.{look}", None)
    with pytest.warns() as told:
        restored("out.raw", sharing=RESUME)
    assert [str(each.message) for each in told].count("It is odd.") == 1


@pytest.mark.parametrize("inside", ["", "data", "data/pixels.npy"])
def test_our_readers_refuse_what_is_not_finished(ended, growing_plugins, inside):
    _, unfinished = ended()
    with pytest.raises(ReadError, match=r"not finished \(10 of 30 blocks are done\).*--resume"):
        read_image(unfinished.folder / inside, growing_plugins)


def test_an_output_that_is_whole_is_not_made_again(restored):
    restored("out.raw")
    made = restored("out.raw", sharing=RESUME)
    assert (made.blocks, made.whole) == (0, True)


def test_an_output_that_is_no_image_exists_already(restored, noisy):
    noisy.with_name("out.npy").write_text("notes of mine")
    with pytest.raises(UsageError, match=r"out.npy exists already.*--overwrite"):
        restored("out.npy", sharing=RESUME)
    assert noisy.with_name("out.npy").read_text() == "notes of mine"


@pytest.mark.parametrize("overwrite", [False, True])
def test_what_others_have_put_into_a_folder_of_that_name_stays(restored, noisy, overwrite):
    notes = noisy.with_name("out.raw.unfinished") / "notes.txt"
    notes.parent.mkdir()
    notes.write_text("mine")
    assert restored("out.raw", overwrite=overwrite).whole
    assert [path.name for path in notes.parent.iterdir()] == ["notes.txt"]


def test_an_output_that_was_made_otherwise_is_refused(restored, noisy):
    restored("out.raw")
    with pytest.raises(UsageError, match="another pixel type"):
        restored("out.raw", sharing=RESUME, dtype="uint8")
    np.save(noisy, np.ones((70, 90), np.uint16))
    with pytest.raises(UsageError, match="made of another input"):
        restored("out.raw", sharing=RESUME)


def test_an_output_that_does_not_say_how_it_was_made_is_refused(restored):
    restored("out.png", dtype="uint16")
    with pytest.raises(UsageError, match=r"out.png exists already"):
        restored("out.png", dtype="uint16", sharing=RESUME)


def test_a_format_that_cannot_be_resumed_says_so(restored):
    with pytest.warns(match="the next one begins anew"):
        assert restored("out.png", dtype="uint16", sharing=RESUME).whole


def test_the_record_beside_a_resumed_output_is_the_one_in_it(ended, restored, noisy):
    ended()
    restored("out.raw", sharing=RESUME, record=True)
    beside = json.loads(noisy.with_name("out.raw.json").read_text())
    assert beside == json.loads((noisy.with_name("out.raw") / "about.json").read_text())


def test_a_second_run_on_one_output_is_told(restored, noisy, monkeypatch):
    told = []
    begin = raw_format.RawWriter.begin

    def second(self, *given):
        begin(self, *given)
        for sharing in (Sharing(), RESUME):
            with pytest.raises(UsageError) as caught:
                restored("out.raw", sharing=sharing)
            told.append(str(caught.value))

    monkeypatch.setattr(raw_format.RawWriter, "begin", second)
    assert restored("out.raw").whole
    assert len(told) == 2
    assert all("Another run is at work on" in sentence for sentence in told)


def test_an_output_that_appeared_meanwhile_is_not_replaced(restored, noisy, monkeypatch):
    finish = raw_format.RawWriter.finish

    def late(self, *given):
        finish(self, *given)
        noisy.with_name("out.raw").write_text("precious")

    monkeypatch.setattr(raw_format.RawWriter, "finish", late)
    with pytest.raises(UsageError, match="exists already"):
        restored("out.raw")
    assert noisy.with_name("out.raw").read_text() == "precious"


@pytest.mark.filterwarnings("ignore::debcr_core.errors.DebcrWarning")
def test_an_existing_output_stays_until_the_new_one_is_whole(ended, restored, noisy):
    restored("out.raw", normalizer="percentile")
    old = content(noisy.with_name("out.raw"))
    ended(overwrite=True)
    assert content(noisy.with_name("out.raw")) == old
    assert restored("out.raw", overwrite=True, sharing=RESUME).before == 10
    assert content(noisy.with_name("out.raw")) != old
    assert not noisy.with_name("out.raw.unfinished").exists()
