"""Training data of the original DeBCR are read as they are."""

from __future__ import annotations

import numpy as np
import pytest

from debcr_core.errors import ReadError
from debcr_core.notices import listening
from debcr_plugins.pairs.config import DataConfig
from debcr_plugins.pairs.finding import find_pairs
from debcr_plugins.pairs.original import read_originals


@pytest.mark.parametrize("channels", [(), (1,)])
def test_patches_become_pairs_in_their_order(channels, tmp_path, scenes):
    low, gt = scenes(0, (5, 16, 20)), scenes(1, (5, 16, 20)).astype(np.float64)
    shape = low.shape + channels
    np.savez(tmp_path / "train.npz", low=low.reshape(shape), gt=gt.reshape(shape))
    pairs = read_originals(str(tmp_path / "train.npz"))
    assert [pair.name for pair in pairs] == [f"train_0000{number}" for number in range(5)]
    for pair, first, second in zip(pairs, low, gt, strict=True):
        np.testing.assert_array_equal(pair.input.values, first)
        np.testing.assert_array_equal(pair.target.values, second)
        assert pair.input.dims == ("y", "x")


def test_parts_are_runs_of_patches_since_neighbours_may_overlap(tmp_path, scenes, opened):
    patches = scenes(0, (20, 16, 16))
    np.savez(tmp_path / "all.npz", low=patches, gt=patches)
    data = opened(DataConfig(npz=str(tmp_path / "all.npz")))
    numbers = [
        [int(each.pair.name[-5:]) for each in part]
        for part in (data.train, data.validation, data.test)
    ]
    assert numbers == [[*range(16)], [16, 17], [18, 19]]


@pytest.mark.parametrize("named", ["input and target", "truth", "input"])
def test_where_pairs_are_read_its_truth_is_the_target(named, tmp_path, scenes, plugins):
    low, gt = scenes(0, (5, 16, 20, 1)), scenes(1, (5, 16, 20, 1))
    np.savez(tmp_path / "a.npz", low=low, gt=gt)
    name = str(tmp_path / "a.npz")
    config, expected = {
        "input and target": (DataConfig(input=name, target=name), (low, gt)),
        "truth": (DataConfig(truth=name), (gt, gt)),
        "input": (DataConfig(input=name), (low, low)),
    }[named]
    with listening():
        (pair,) = find_pairs(config, config, plugins).pairs
    for side, array in zip((pair.input, pair.target), expected, strict=True):
        assert side.dims == ("z", "y", "x")
        np.testing.assert_array_equal(side.values, array[..., 0])


@pytest.mark.parametrize(
    ("arrays", "sentence"),
    [
        ({"low": np.ones((2, 8, 8))}, "holds the arrays low, and not low and gt"),
        ({"low": np.ones((2, 8, 8)), "gt": np.ones((3, 8, 8))}, "must be .n, y, x."),
        ({"low": np.ones((8, 8)), "gt": np.ones((8, 8))}, "must be .n, y, x."),
        ({"low": np.array([None]), "gt": np.array([None])}, "Python objects"),
    ],
)
def test_other_content_is_refused(arrays, sentence, tmp_path):
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(ReadError, match=sentence):
        read_originals(str(tmp_path / "a.npz"))


def test_a_file_that_is_no_archive_is_refused(tmp_path):
    (tmp_path / "a.npz").write_bytes(b"PK\x03\x04 and nothing else")
    with pytest.raises(ReadError, match="damaged"):
        read_originals(str(tmp_path / "a.npz"))
