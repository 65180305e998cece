"""Plain YAML of version 1.2 is read and written; any hostile text is refused at once."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import time

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from debcr_core.errors import ReadError
from debcr_core.yaml.strict import MAX_CHARACTERS, dump_yaml, load_yaml

SECONDS = 1.0
MEGABYTES = 256


def filled(piece: str, start: str = "", end: str = "") -> str:
    """Return as many pieces as fit into the longest text."""
    return start + piece * ((MAX_CHARACTERS - len(start) - len(end)) // len(piece)) + end


def numbered(pattern: str, count: int) -> str:
    return "".join(pattern.format(i) for i in range(count))[:MAX_CHARACTERS]


BOMB = 'a: &a ["lol","lol","lol","lol","lol","lol","lol","lol","lol"]\n' + "".join(
    f"{name}: &{name} [{','.join(['*' + previous] * 9)}]\n"
    for previous, name in zip("abcdefgh", "bcdefghi", strict=True)
)

ATTACKS = {
    "alias bomb": BOMB,
    "bomb of text": "a: &a " + "x" * 100_000 + "\nb: [" + "*a," * 5_000 + "]",
    "bomb of depth": "a0: &a0 [x]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}]\n" for i in range(1, 30)),
    "cycle": "&a [*a]",
    "cycle of mappings": "a: &a {b: {c: *a}}",
    "alias before its anchor": "a: *b\nb: &b 1",
    "two anchors of one name": "a: &a 1\nb: &a 2",
    "alias of a list as a key": "a: &a [1]\n*a : 2",
    "many anchors": numbered("- &a{} 1\n", 100_000),
    "many undefined aliases": filled("- *a\n"),
    "merge key": "<<: {a: 1}",
    "deep lists": filled("["),
    "deep lists on lines": filled("[\n"),
    "deep mappings": filled("{a: "),
    "deep empty mappings": filled("{"),
    "deep dashes": filled("- "),
    "deep question marks": filled("? "),
    "deep colons": filled(": "),
    "deep indentation": "".join(" " * i + "a:\n" for i in range(1400)),
    "commas": filled(",", "["),
    "closing brackets": filled("]"),
    "many keys": numbered("k{}: 1\n", 100_000),
    "many keys in a line": "{" + numbered("k{}: 1,", 90_000) + "}",
    "the same key": filled("a: 1\n"),
    "equal keys": "1: a\n0x1: b",
    "equal keys of other types": "true: a\n1: b",
    "colliding keys": "\n".join(f"{i * (2**61 - 1)}: 1" for i in range(1, 9_500)),
    "keys that are lists": "? [a, b]\n: 1",
    "keys that are mappings": "{{a: 1}: 2}",
    "a call": "!!python/object/apply:os.system ['touch hacked']",
    "a call within": "a: [!!python/object/apply:subprocess.run [[touch, hacked]]]",
    "a new object": "!!python/object/new:os.system [touch hacked]",
    "own tag": "a: !x 1",
    "tag of a key": "!!str a: 1",
    "tag without name": "a: ! 1",
    "tag directive": "%TAG ! tag:yaml.org,2002:python/object/apply:\n---\n!os.system [touch x]",
    "many tag directives": numbered("%TAG !a{}! tag:x,2000:\n", 40_000) + "--- a",
    "binary": "a: !!binary aGVsbG8=",
    "set": "!!set {a, b}",
    "two documents": "a: 1\n---\nb: 2",
    "many documents": filled("---\n"),
    "tabs": "\ta: 1",
    "tabs inside": "a:\n\t- 1",
    "NUL": "a: \x00",
    "control characters": "a: \x1b[31m",
    "lone surrogate": "a: \ud800",
    "escaped surrogate": r'a: "\ud800"',
    "open quote": filled("a", '"'),
    "open quote on lines": filled("a\n", '"'),
    "open list": filled("a, ", "["),
    "bad indentation": "a: 1\n  b: 2\n c: 3",
    "key without colon": filled("a\n", "x: 1\n"),
    "long key": filled("k", "? ", "\n: 1\n- 1"),
    "question mark keys": filled("? a\n"),
    "integer of 900,000 digits": "a: " + "9" * 900_000,
    "many integers of 4,000 digits": filled(f"- {'9' * 4000}\n"),
    "hexadecimal of 900,000 digits": "a: 0x" + "f" * 900_000,
    "too long": "x" * (MAX_CHARACTERS + 1),
    "percent": filled("%\n"),
    "unknown escape": r'"\q"',
    "block scalar with bad header": "a: |99\n x",
    "at sign": "a: @b",
    "backtick": "a: `b",
}


def measured(text: str) -> tuple[str, float]:
    """Return the error, and the seconds of the process's own time until it came.

    The least of three: what else the machine does makes the same work slower.
    """
    times = []
    for _ in range(3):
        start = time.process_time()
        try:
            load_yaml(text, "rdf.yaml")
            said = ""
        except ReadError as error:
            said = str(error)
        times.append(time.process_time() - start)
    return said, min(times)


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_refused_at_once_in_one_sentence(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    said, seconds = measured(ATTACKS[name])
    assert said.startswith("rdf.yaml")
    assert len(said) < 300
    assert "\n" not in said
    assert seconds < SECONDS
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("alias bomb", "line 5: it has more than 20,000 parts"),
        ("bomb of text", "line 2: its aliases (*) stand for more than"),
        ("bomb of depth", "line 20: it is nested more than 20 levels"),
        ("cycle", "line 1: the alias *a stands for nothing that ends before it"),
        ("alias before its anchor", "line 1: the alias *b stands for nothing"),
        ("merge key", "line 1: merge keys"),
        ("deep mappings", "nested more than 20 levels"),
        ("many keys", "it has more than 20,000 parts"),
        ("equal keys", "line 2: a key stands twice"),
        ("keys that are lists", "line 1: a key is a list"),
        ("a call", "line 1: tags"),
        ("two documents", "line 2: a second document"),
        ("integer of 900,000 digits", "line 1: a whole number has more than 64 bits"),
        ("hexadecimal of 900,000 digits", "line 1: a whole number has more than 64 bits"),
        ("open quote", "is not valid YAML"),
    ],
)
def test_the_sentence_tells_line_and_reason(name, reason):
    said, _ = measured(ATTACKS[name])
    assert reason in said


HARMLESS = {
    "a scalar of 1 MB": filled("x"),
    "a quoted scalar of 1 MB": filled("x", '"', '"'),
    "a scalar of escapes": filled("\\x41", '"', '"'),
    "one block of short lines": filled(" a\n", "a: |\n"),
    "one folded block": filled(" a\n", "a: >\n"),
    "one plain scalar on many lines": filled("a\n"),
    "a comment of 1 MB": filled("#"),
    "many comments": filled("#\n", "a: 1\n"),
    "nothing but empty lines": filled("\n"),
    "nothing but spaces": filled(" "),
    "a line of spaces and a word": filled(" ", "a:", "b"),
    "a float of 1 MB": filled("1", "a: 1.", ""),
    "a float that almost is one": filled("1", "a: 1.", "x"),
    "an exponent of 1 MB": filled("9", "a: 1e", ""),
    "characters of four bytes": filled("🦈"),
    "as many keys as may be": numbered("k{}: 1\n", 9_500),
}


@pytest.mark.parametrize("name", HARMLESS)
def test_a_long_but_harmless_text_is_parsed_at_once(name):
    said, seconds = measured(HARMLESS[name])
    assert said == ""
    assert seconds < SECONDS


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak from /proc")
def test_no_text_takes_more_memory_than_allowed(tmp_path):
    for i, text in enumerate([*ATTACKS.values(), *HARMLESS.values()]):
        path = tmp_path / f"{i}.yaml"
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
    script = """
        import re, sys
        from pathlib import Path
        import debcr_core.yaml.scan, debcr_core.yaml.schema
        from debcr_core.errors import ReadError
        from debcr_core.yaml.strict import load_yaml
        # Not getrusage, whose peak begins with that of the process that started this one.
        status = Path("/proc/self/status")
        peak = lambda: int(re.search(r"VmHWM:\\s*(\\d+) kB", status.read_text())[1])
        before = peak()
        for path in Path(sys.argv[1]).iterdir():
            try:
                load_yaml(path.read_bytes().decode("utf-8", "surrogatepass"), "x")
            except ReadError:
                pass
        print((peak() - before) * 1024)
    """
    command = [sys.executable, "-c", textwrap.dedent(script), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ)
    assert 0 < int(done.stdout) < MEGABYTES * 2**20


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("off", "off"),
        ("Yes", "Yes"),
        ("y", "y"),
        ("true", True),
        ("False", False),
        ("~", None),
        ("", None),
        ("null", None),
        ("1e-3", 1e-3),
        ("-.5E+2", -50.0),
        ("1.", 1.0),
        (".inf", float("inf")),
        ("-.INF", float("-inf")),
        ("010", 10),
        ("0o17", 15),
        ("0xFf", 255),
        ("+7", 7),
        ("1_000", "1_000"),
        ("0b11", "0b11"),
        ("1:20", "1:20"),
        ("2020-01-01", "2020-01-01"),
        ("=", "="),
        ("'1'", "1"),
        ("1.2.3", "1.2.3"),
        ("- 1\n- a", [1, "a"]),
        ("{a: {b: []}}", {"a": {"b": []}}),
        (str(2**64 - 1), 2**64 - 1),
    ],
)
def test_scalars_have_the_types_of_yaml_1_2(text, value):
    read = load_yaml(text, "x")
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: &x 1", {"a": 1}),
        ("a: &x [1, {b: 2}]\nc: *x", {"a": [1, {"b": 2}], "c": [1, {"b": 2}]}),
        ("- &x {a: &y [1]}\n- *x\n- *y", [{"a": [1]}, {"a": [1]}, [1]]),
        ("a: &x word\n*x : 1", {"a": "word", "word": 1}),
    ],
)
def test_an_alias_is_read_as_if_it_were_written_out(text, value):
    assert load_yaml(text, "x") == value


def test_what_aliases_stand_for_can_be_changed_in_one_place_alone():
    read = load_yaml("a: &x [{b: [1]}]\nc: *x", "x")
    read["a"][0]["b"].append(2)
    assert read["c"] == [{"b": [1]}]


SHARED = st.recursive(
    st.integers(-9, 9) | st.text("ab"),
    lambda inner: st.lists(inner) | st.dictionaries(st.text("k"), inner),
)


@settings(deadline=None)
@given(SHARED, st.lists(st.sampled_from([0, 1]), max_size=6))
def test_what_pyyaml_writes_of_values_that_stand_in_several_places_is_read(value, places):
    several = {"first": value, "again": [value for _ in places], "deeper": {"too": [value]}}
    assert load_yaml(yaml.safe_dump(several), "x") == several


def test_not_a_number_is_read():
    assert load_yaml(".nan", "x") != load_yaml(".NaN", "x")


TRAPS = "no Off y N 1:20 2020-01-01 1e-3 1.e3 0o17 010 0b1 << = ~ .inf 1_0 +.5 null # !x &x *x"
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs"]))
    | st.sampled_from(TRAPS.split())
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text("abnoy-1. "), inner)
)


@settings(deadline=None)
@given(VALUES)
def test_what_is_written_is_read_back_the_same(value):
    assert load_yaml(dump_yaml(value), "x") == value


@settings(deadline=None)
@given(VALUES)
def test_a_parser_of_yaml_1_1_reads_the_same(value):
    assert yaml.safe_load(dump_yaml(value)) == value


@pytest.mark.parametrize("text", ["no", "y", "1:20", "2020-01-01", "1e-3", "0o17", "1_000", "~"])
def test_words_that_a_parser_might_take_for_something_else_are_quoted(text):
    assert dump_yaml({"a": text}) == f"a: '{text}'\n"


def test_keys_keep_their_order_and_equal_lists_are_written_out():
    shared = [1]
    assert dump_yaml({"b": shared, "a": shared, "c": 1e-5}) == "b:\n- 1\na:\n- 1\nc: 1.0e-05\n"
