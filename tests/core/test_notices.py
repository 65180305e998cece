"""Warnings are values: heard by whoever listens, issued by Python's means where nobody does."""

from __future__ import annotations

import threading
import warnings

import numpy as np
import pytest
import tifffile

from debcr_core import DebcrWarning, listening, make_image, read_image, restore, say
from debcr_core.files.guessed_axes import GuessedAxes
from debcr_core.notices import others_silenced
from debcr_core.trained import Card, TrainedModel


def test_who_listens_hears_each_sentence_once_with_its_kind():
    told = []
    with listening(told.append) as heard:
        for sentence in ("one", "two", "one"):
            say(sentence, kind="number")
    assert [(warning.kind, str(warning)) for warning in heard] == [
        ("number", "one"),
        ("number", "two"),
    ]
    assert told == heard


def test_where_nobody_listens_it_is_a_python_warning():
    with pytest.warns(DebcrWarning, match="alone") as caught:
        say("alone", kind="x")
    assert caught[0].message.kind == "x"
    assert caught[0].filename == __file__


def test_filters_do_not_keep_it_from_who_listens():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with listening() as heard:
            say("still heard")
    assert len(heard) == 1


def test_the_inner_listener_keeps_it_from_the_outer_one():
    with listening() as outer:
        with listening() as inner:
            say("inside")
        say("outside")
    assert ([*map(str, inner)], [*map(str, outer)]) == (["inside"], ["outside"])


def test_libraries_are_silenced_and_plugins_that_warn_themselves_are_heard():
    with listening() as heard, others_silenced():
        warnings.warn("for developers", DeprecationWarning, stacklevel=1)
        warnings.warn("for users", DebcrWarning, stacklevel=1)
    assert [*map(str, heard)] == ["for users"]


def test_two_threads_hear_their_own(tmp_path, plugins):
    for name in ("a.npy", "b.npy"):
        np.save(tmp_path / name, np.zeros((3, 20, 20), np.uint8))
    heard = {}

    def read(name):
        with listening() as mine:
            for _ in range(20):
                read_image(tmp_path / name, plugins)
        heard[name] = mine

    threads = [threading.Thread(target=read, args=(name,)) for name in ("a.npy", "b.npy")]
    with warnings.catch_warnings(record=True) as issued:
        warnings.simplefilter("always")
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    for name, mine in heard.items():
        (warning,) = mine
        assert isinstance(warning, GuessedAxes)
        assert warning.kind == "guessed-axes"
        assert name in str(warning)
    assert not [each for each in issued if isinstance(each.message, DebcrWarning)]


def test_restoring_issues_each_warning_once(plugins, identity, tmp_path):
    from debcr_core import Recipe

    recipe = Recipe(
        model=identity(),
        normalizer=plugins.create("normalizer", "min-max"),
        tiler=plugins.create("tiler", "halo-grid"),
        blender=plugins.create("blender", "crop"),
    )
    trained = TrainedModel("test", recipe, card=Card(pixel_size=(0.05, 0.2)))
    image = make_image(np.full((20, 20), 2**25, np.uint32), "yx")
    with pytest.warns(DebcrWarning) as caught:
        restore(image, trained, plugins=plugins)
    kinds = [each.message.kind for each in caught if isinstance(each.message, DebcrWarning)]
    assert kinds == ["pixel-size", "large-integers"]
    tifffile.imwrite(tmp_path / "a.tif", np.zeros((20, 20), np.uint8))
    with listening() as heard:
        restore(tmp_path / "a.tif", trained, plugins=plugins)
    assert [warning.kind for warning in heard] == ["pixel-size"]
