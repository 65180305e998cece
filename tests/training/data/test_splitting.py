"""Images are divided by image, reproducibly; few images by disjoint regions."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from debcr_core.errors import DebcrWarning, UsageError
from debcr_core.image import make_image
from debcr_plugins.pairs.config import DataConfig
from debcr_plugins.pairs.image_pair import ImagePair
from debcr_plugins.pairs.splitting import PARTS, split

SHARES = (0.8, 0.1, 0.1)


def pairs_of(count: int, shape: tuple[int, ...] = (40, 200)) -> list[ImagePair]:
    axes = "zyx"[-len(shape) :]
    return [
        ImagePair(
            f"image {number}", make_image(np.zeros(shape), axes), make_image(np.ones(shape), axes)
        )
        for number in range(count)
    ]


def names(divided) -> dict[str, set[str]]:
    return {part: {pair.name for pair in getattr(divided, part)} for part in PARTS}


@settings(max_examples=60, deadline=None)
@given(st.integers(3, 60), st.integers(0, 5))
def test_every_image_has_one_part_and_every_part_an_image(count, seed):
    parts = names(split(pairs_of(count), SHARES, seed, gap=0))
    assert all(parts.values())
    assert sum(map(len, parts.values())) == len(set.union(*parts.values())) == count


def test_parts_have_their_shares():
    divided = split(pairs_of(50), SHARES, 0, gap=0)
    assert [len(getattr(divided, part)) for part in PARTS] == [40, 5, 5]


def test_the_order_in_which_images_are_found_does_not_matter():
    pairs = pairs_of(20)
    assert names(split(pairs, SHARES, 3, gap=0)) == names(split(pairs[::-1], SHARES, 3, gap=0))


def test_another_seed_gives_another_split():
    pairs = pairs_of(20)
    assert names(split(pairs, SHARES, 3, gap=0)) != names(split(pairs, SHARES, 4, gap=0))


@settings(max_examples=60, deadline=None)
@given(st.integers(3, 60), st.integers(0, 5))
def test_one_image_more_moves_two_others_at_most(count, seed):
    before = names(split(pairs_of(count), SHARES, seed, gap=0))
    after = names(split(pairs_of(count + 1), SHARES, seed, gap=0))
    moved = {name for part in PARTS for name in before[part] - after[part]}
    assert len(moved) <= 2


def test_a_part_with_no_share_gets_nothing():
    parts = names(split(pairs_of(4), (1, 0, 0), 0, gap=0))
    assert len(parts["train"]) == 4


@pytest.mark.parametrize("count", [1, 2])
def test_one_or_two_images_are_divided_into_regions_that_do_not_touch(count):
    divided = split(pairs_of(count), SHARES, 0, gap=10)
    assert [len(getattr(divided, part)) for part in PARTS] == [count] * 3
    for number in range(count):
        regions = [r for r in divided.regions.values() if r.image == f"image {number}"]
        assert {region.axis for region in regions} == {"x"}
        assert [(r.start, r.stop) for r in regions] == [(0, 144), (154, 172), (182, 200)]
        assert all(after.start - before.stop == 10 for before, after in pairwise(regions))


def test_regions_are_cut_from_input_and_target_alike():
    columns = np.broadcast_to(np.arange(200), (40, 200))
    pair = ImagePair("one", make_image(columns, "yx"), make_image(columns + 1000, "yx"))
    divided = split([pair], SHARES, 0, gap=10)
    assert divided.test[0].name == "one_x182-200"
    assert divided.test[0].input.values[0].tolist() == list(range(182, 200))
    assert divided.test[0].target.values[0].tolist() == list(range(1182, 1200))


def test_an_image_too_small_for_regions_is_refused():
    with pytest.raises(UsageError, match="too small.*smaller gap, or validation"):
        split(pairs_of(1, (30, 60)), SHARES, 0, gap=16)


def test_a_validation_set_of_its_own_leaves_the_others_for_training_and_test(folders, opened):
    low, high = folders(6)
    own = {"input": f"{low}/cell_00_low.tif", "target": f"{high}/cell_00_high.tif"}
    rest = {"input": f"{low}/cell_0[1-5]*.tif", "target": f"{high}/cell_0[1-5]*.tif"}
    data = opened(DataConfig(**rest, validation=own))
    assert [len(getattr(data, part)) for part in PARTS] == [4, 1, 1]
    assert data.validation[0].pair.name == "cell_00_low"
    assert data.record()["split"]["validation"] == ["cell_00_low"]


def test_a_constant_region_is_left_out(tmp_path, opened):
    image = np.random.default_rng(0).random((40, 200))
    image[:, 150:] = 0.5
    np.save(tmp_path / "low.npy", image)
    np.save(tmp_path / "gt.npy", image)
    with pytest.warns(DebcrWarning, match="2 pairs with a constant image, left out"):
        data = opened(
            DataConfig(input=f"{tmp_path}/low.npy", target=f"{tmp_path}/gt.npy", max_shift=None)
        )
    assert [len(getattr(data, part)) for part in PARTS] == [1, 0, 0]
