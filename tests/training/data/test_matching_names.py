"""Inputs and targets belong together by what their names have in common."""

from __future__ import annotations

from pathlib import Path

import pytest

from debcr_core.errors import UsageError
from debcr_plugins.pairs.matching import match
from debcr_plugins.pairs.sources import names_of


@pytest.mark.parametrize(
    ("inputs", "targets", "names"),
    [
        (["a", "b"], ["b", "a"], ["a", "b"]),
        (["cell_01_low", "cell_02_low"], ["cell_01_high", "cell_02_high"], ["cell_01", "cell_02"]),
        (["low-1", "low-2"], ["gt-1", "gt-2"], ["1", "2"]),
        (["cell 1", "cell 2"], ["cell 1.gt", "cell 2.gt"], ["cell 1", "cell 2"]),
        (["C1-a_0", "C1-b_0"], ["C2-a_1", "C2-b_1"], ["a", "b"]),
        (["a/low", "b/low"], ["a/high", "b/high"], ["a", "b"]),
        (["one"], ["another"], ["one"]),
    ],
)
def test_words_that_only_one_side_has_do_not_count(inputs, targets, names):
    matching = match(inputs, targets)
    assert list(matching.pairs) == names
    assert matching.alone == ()


def test_partners_are_found_whatever_the_order():
    pairs = match(["b_low", "a_low"], ["a_high", "b_high"]).pairs
    assert pairs == {"a": ("a_low", "a_high"), "b": ("b_low", "b_high")}


def test_who_has_no_partner_is_named():
    matching = match(["a_low", "b_low", "stray"], ["a_high", "b_high", "d_high"])
    assert list(matching.pairs) == ["a", "b"]
    assert matching.alone == ("d_high", "stray")


def test_patterns_say_how_names_are_built():
    files = ["x_confocal", "x_sted", "y_confocal", "y_sted", "notes"]
    matching = match(files, files, "{name}_confocal", "{name}_sted")
    assert matching.pairs == {"x": ("x_confocal", "x_sted"), "y": ("y_confocal", "y_sted")}
    assert matching.alone == ("notes",)


def test_one_pattern_is_enough_where_the_other_side_has_plain_names():
    assert list(match(["x", "y"], ["gt-x", "gt-y"], None, "gt-{name}").pairs) == ["x", "y"]


def test_nothing_in_common_is_refused_with_examples_of_both_sides():
    with pytest.raises(UsageError, match='"a1", "a2".*targets "b1", "b2".*input_pattern'):
        match(["a1", "a2"], ["b1", "b2"])


def test_two_files_of_one_name_are_refused():
    with pytest.raises(UsageError, match='Both "a_low" and "low_a" would be the image "a"'):
        match(["a_low", "low_a"], ["a", "b"])


def test_folders_count_where_they_differ():
    files = [Path("d/a/low.tif"), Path("d/b/low.ome.tif")]
    assert list(names_of(files, (".tif", ".ome.tif"))) == ["a/low", "b/low"]
