"""Many images: where each goes, and how each ended."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from debcr_core.components import Part
from debcr_core.errors import Cancelled, DebcrWarning, ReadError, UsageError
from debcr_core.files.finding import each_file, find_files
from debcr_core.flow.folder_restoration import attempt
from debcr_core.flow.pairing import Pair, alone, pairs_in
from debcr_core.notices import listening, overhearing, say
from debcr_core.stopping import Stop, heeding

PAIR = Pair(Path("in.tif"), None, Path("out/in.tif"))


def failing(error: Exception):
    def work(pair: Pair) -> None:
        say("It looked odd before.", kind="odd")
        raise error

    return work


@pytest.mark.parametrize("error", [ReadError("It is damaged."), MemoryError(), ValueError("odd")])
def test_a_failure_is_a_value_with_what_was_said_before(error) -> None:
    with listening():
        outcome = attempt(PAIR, failing(error))
    assert (outcome.pair, outcome.error) == (PAIR, error)
    assert [warning.kind for warning in outcome.warnings] == ["odd"]
    assert outcome.seconds >= 0


def test_a_stop_ends_it_all() -> None:
    with listening(), pytest.raises(Cancelled):
        attempt(PAIR, failing(Cancelled("Stopped.")))


def test_an_output_that_another_would_have_is_refused_before_any_work() -> None:
    done: list[Pair] = []
    both = Pair(Path("a/in.tif"), None, Path("out/in.tif"), (Path("b/in.tif"),))
    outcome = attempt(both, done.append)
    assert isinstance(outcome.error, UsageError)
    assert "a/in.tif and b/in.tif would be written to" in str(outcome.error)
    assert not done


def test_what_is_overheard_reaches_whoever_listens_around_it() -> None:
    with listening() as around, overhearing() as heard:
        say("Mind the gap.", kind="gap")
        assert [str(warning) for warning in around] == ["Mind the gap."]
    assert list(heard) == list(around)


def test_what_is_overheard_is_issued_where_nobody_listens() -> None:
    with pytest.warns(DebcrWarning, match="Mind the gap"), overhearing() as heard:
        say("Mind the gap.", kind="gap")
    assert len(heard) == 1


def outputs(parts, plugins, **options) -> list[str]:
    return [pair.output.name for pair in pairs_in(Path("out"), parts, plugins, **options)]


@pytest.mark.parametrize(
    ("suffix", "names"),
    [
        (None, ["a.tif", "b.npy", "c.ome.tif", "d.tif"]),
        (".ome.tif", ["a.ome.tif", "b.ome.tif", "c.ome.tif", "d.ome.tif"]),
        (".png", ["a.png", "b.png", "c.png", "d.png"]),
    ],
)
def test_each_image_has_the_chosen_suffix_or_its_own_where_that_holds_float32(
    plugins, suffix, names
) -> None:
    parts = [Part(Path(name), None, Path(name)) for name in ("a.tif", "b.npy", "c.ome.tif", "d")]
    assert outputs(parts, plugins, suffix=suffix) == names


@pytest.mark.parametrize("suffix", [".ome.tif", ".npy", ".zarr"])
def test_a_plate_stays_one_plate_whatever_is_chosen(plugins, zarr_groups, tmp_path, suffix) -> None:
    zarr_groups().plate(tmp_path / "plate.ome.zarr", {"A/1": ("0", "1")})
    parts = alone(tmp_path / "plate.ome.zarr", plugins)
    expected = "plate.zarr" if suffix == ".zarr" else "plate.ome.zarr"
    assert outputs(parts, plugins, suffix=suffix) == [expected]


def test_an_unknown_suffix_is_refused(plugins) -> None:
    with pytest.raises(UsageError, match="no suffix that says"):
        pairs_in(Path("out"), [], plugins, suffix=".unknown")


def test_images_with_one_output_know_of_each_other(plugins) -> None:
    parts = [Part(Path(name), None, Path(name)) for name in ("a/x.tif", "b/x.png", "b/y.png")]
    pairs = pairs_in(Path("out"), parts, plugins, suffix=".npy")
    assert [pair.rivals for pair in pairs] == [(Path("b/x.png"),), (Path("a/x.tif"),), ()]


def test_files_of_a_folder_come_as_they_are_found_until_a_stop(plugins, tmp_path) -> None:
    for number in range(3):
        np.save(tmp_path / f"{number}.npy", np.zeros((4, 4)))
    stop = Stop()
    with heeding(stop):
        found = each_file([tmp_path], plugins)
        first = next(found)
        stop.request()
        with pytest.raises(Cancelled):
            next(found)
    assert [first] == find_files([tmp_path], plugins)[:1]
