"""What a killed run has left of an output that does not grow is named by the next run."""

from __future__ import annotations

import pytest

from debcr_core.files.whole import whole_or_nothing


def left_by_a_kill(path):
    with pytest.raises(ZeroDivisionError), whole_or_nothing(path) as temporary:
        temporary.write_text("half")
        kept = temporary.with_name(temporary.name + "~")
        temporary.rename(kept)
        raise ZeroDivisionError
    return kept.rename(temporary)


@pytest.mark.parametrize("name", ["out.tif", "a" * 100 + ".ome.tif"])
def test_it_is_named_and_kept(tmp_path, name):
    left = left_by_a_kill(tmp_path / name)
    with (
        pytest.warns(match=rf"{left.name}\. Remove it if no run is at work"),
        whole_or_nothing(tmp_path / name) as temporary,
    ):
        temporary.write_text("whole")
    assert left.exists()


def test_what_belongs_to_another_output_is_not(tmp_path):
    left_by_a_kill(tmp_path / "other-out.tif")
    with whole_or_nothing(tmp_path / "out.tif") as temporary:
        temporary.write_text("whole")


def test_what_another_process_is_putting_into_the_cache_is_not(tmp_path, monkeypatch):
    monkeypatch.setenv("DEBCR_CACHE", str(tmp_path))
    left_by_a_kill(tmp_path / "weights.onnx")
    with whole_or_nothing(tmp_path / "weights.onnx") as temporary:
        temporary.write_text("whole")
