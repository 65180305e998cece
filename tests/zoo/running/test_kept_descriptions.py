"""What the specification says of an RDF is kept: the second opening does not import it."""

from __future__ import annotations

import datetime
import json
import os
import subprocess
import sys

import pytest

from debcr_core.files.checked_cache import prune
from debcr_plugins.zoo.running.kept_descriptions import FOLDER, kept_or_made


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("DEBCR_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / FOLDER


class Maker:
    """Says what it is asked, and counts how often."""

    def __init__(self):
        self.asked = 0

    def __call__(self, rdf, wanted):
        self.asked += 1
        if rdf.get("bad"):
            raise ValueError("This is refused.")
        return {"rdf": json.loads(json.dumps(rdf, default=str)), "format": wanted}


def test_what_was_made_once_is_not_made_again(cache):
    make = Maker()
    first = kept_or_made({"name": "a"}, "latest", make)
    assert kept_or_made({"name": "a"}, "latest", make) == first
    assert make.asked == 1
    assert len(list(cache.iterdir())) == 1


@pytest.mark.parametrize(
    ("rdf", "wanted"),
    [
        ({"name": "b"}, "latest"),
        ({"name": "a"}, "discover"),
        ({"name": "a", "more": None}, "latest"),
        ({"timestamp": "2026-01-01"}, "latest"),
        ({"timestamp": ["date", "2026-01-01"]}, "latest"),
        ({"name": "a", 1: 2}, "latest"),
        ({"name": "a", "1": 2}, "latest"),
    ],
)
def test_another_rdf_or_format_is_made_by_itself(rdf, wanted):
    make = Maker()
    kept_or_made({"name": "a"}, "latest", make)
    kept_or_made({"timestamp": datetime.date(2026, 1, 1)}, "latest", make)
    assert kept_or_made(rdf, wanted, make)["format"] == wanted
    assert make.asked == 3


def test_another_version_of_the_specification_is_asked_anew(monkeypatch):
    make = Maker()
    kept_or_made({"name": "a"}, "latest", make)
    monkeypatch.setattr("debcr_plugins.zoo.running.kept_descriptions.version", lambda _: "99")
    kept_or_made({"name": "a"}, "latest", make)
    assert make.asked == 2


def test_what_is_refused_is_refused_each_time(cache):
    make = Maker()
    for _ in range(2):
        with pytest.raises(ValueError, match="refused"):
            kept_or_made({"bad": True}, "latest", make)
    assert make.asked == 2
    assert not cache.exists()


@pytest.mark.parametrize(
    "damage", ["", "{", "{}", "[]", '{"rdf": {"name": "b"}, "format": "latest"}', "\udcff"]
)
def test_a_damaged_file_is_made_anew(cache, damage):
    make = Maker()
    first = kept_or_made({"name": "a"}, "latest", make)
    (file,) = cache.iterdir()
    file.write_bytes(damage.encode("utf-8", "surrogateescape"))
    assert kept_or_made({"name": "a"}, "latest", make) == first
    assert kept_or_made({"name": "a"}, "latest", make) == first
    assert make.asked == 2


def test_a_cache_that_cannot_be_written_costs_nothing(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("DEBCR_CACHE", str(tmp_path / "file"))
    make = Maker()
    for _ in range(2):
        assert kept_or_made({"name": "a"}, "latest", make)["format"] == "latest"
    assert make.asked == 2


def test_of_many_files_those_go_that_were_not_used_for_longest(tmp_path):
    for age, name in enumerate(["newest", "used", "old", "oldest"]):
        (tmp_path / f"{name}.json").write_bytes(b"x" * 10)
        os.utime(tmp_path / f"{name}.json", (1000 - age, 1000 - age))
    (tmp_path / "other.onnx").write_bytes(b"x" * 100)
    (tmp_path / ".partial-killed").write_bytes(b"x")
    os.utime(tmp_path / ".partial-killed", (0, 0))
    prune(tmp_path / "newest.json", 25)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["newest.json", "other.onnx", "used.json"]


OPEN = """
import sys
from debcr_core import load_model
model = load_model(sys.argv[1])
print("bioimageio.spec" in sys.modules, model.recipe)
"""


def test_a_bundle_is_opened_the_second_time_without_the_specification(bundle, convolution):
    command = [sys.executable, "-c", OPEN, str(bundle(convolution()))]
    first, second = (
        subprocess.run(command, capture_output=True, text=True, check=True).stdout for _ in range(2)
    )
    assert first.startswith("True ")
    assert second == first.replace("True", "False", 1)
