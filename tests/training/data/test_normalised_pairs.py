"""Pairs come with the maps that prediction would fit."""

from __future__ import annotations

import json

import numpy as np
import pytest

from debcr_core.errors import UsageError
from debcr_plugins.pairs.config import DataConfig


def config_of(low, high, **options) -> DataConfig:
    return DataConfig(input=str(low), target=str(high), **options)


def test_the_input_is_fitted_whole_and_the_target_by_itself(folders, opened, plugins):
    data = opened(config_of(*folders(3)))
    normalizer = plugins.create("normalizer", "percentile", clip=False)
    for each in (*data.train, *data.validation, *data.test):
        assert each.input_map.record() == normalizer.fit(each.pair.input).record()
        assert each.target_map.record() == normalizer.fit(each.pair.target).record()
        assert each.input_map.record() != each.target_map.record()


def test_the_target_can_share_the_inputs_scale(folders, opened):
    each = opened(config_of(*folders(3), target_scale="input")).train[0]
    assert each.target_map is each.input_map


def test_a_region_is_fitted_as_an_image_of_its_own(folders, opened, plugins):
    data = opened(config_of(*folders(1, (40, 200))))
    normalizer = plugins.create("normalizer", "percentile", clip=False)
    region = data.test[0]
    assert region.pair.name in data.split.regions
    assert region.input_map.record() == normalizer.fit(region.pair.input).record()


def test_everything_is_recorded_as_json(folders, opened):
    record = json.loads(json.dumps(opened(config_of(*folders(4))).record()))
    fitted = {name for part in record["normalisation"].values() for name in part}
    assert fitted == {f"cell_0{number}" for number in range(4)}
    assert set(record["split"]) == {"train", "validation", "test", "regions"}


def test_images_that_lack_an_axis_of_the_model_are_refused(folders, opened):
    with pytest.raises(UsageError, match="axes zyx, but the image cell_.. has yx and so lacks z"):
        opened(config_of(*folders(3)), axes="zyx")


def test_colour_photographs_are_refused_for_models_of_intensities(tmp_path, opened):
    from PIL import Image

    for name in ("a_low", "b_low", "c_low", "a_gt", "b_gt", "c_gt"):
        pixels = np.random.default_rng(len(name)).integers(0, 255, (30, 30, 3), np.uint8)
        Image.fromarray(pixels).save(tmp_path / f"{name}.png")
    with pytest.raises(UsageError, match="colour.*input_channel"):
        opened(config_of(f"{tmp_path}/*_low.png", f"{tmp_path}/*_gt.png"))
