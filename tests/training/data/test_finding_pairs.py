"""Pairs are found in files, and what does not fit is said."""

from __future__ import annotations

import numpy as np
import pytest
import tifffile

from debcr_core.errors import DebcrWarning, ReadError, UsageError
from debcr_core.files.writing import write_image
from debcr_core.image import make_image
from debcr_plugins.pairs.config import DataConfig
from debcr_plugins.pairs.finding import find_pairs


@pytest.fixture
def find(plugins):
    def find_(config: DataConfig):
        return find_pairs(config, config, plugins)

    return find_


def kinds(found) -> dict[str, str]:
    return {remark.name: remark.kind for remark in found.report.remarks}


@pytest.mark.parametrize("as_glob", [False, True])
def test_folders_and_globs_give_pairs_in_order_of_name(as_glob, folders, find):
    low, high = folders(3)
    ending = "/*.tif" if as_glob else ""
    found = find(DataConfig(input=f"{low}{ending}", target=f"{high}{ending}"))
    assert [pair.name for pair in found.pairs] == ["cell_00", "cell_01", "cell_02"]
    for pair in found.pairs:
        np.testing.assert_array_equal(pair.target.values, 2 * pair.input.values + 1)
    assert found.report.remarks == ()


def test_files_are_read_lazily(folders, find):
    low, high = folders(1)
    pair = find(DataConfig(input=str(low), target=str(high))).pairs[0]
    assert pair.input.chunks is not None


def test_ome_zarr_images_are_found(tmp_path, plugins, scenes, find):
    for side in ("a", "b"):
        write_image(make_image(scenes(0), "yx"), tmp_path / f"{side}.ome.zarr", plugins)
    found = find(
        DataConfig(input=str(tmp_path / "a.ome.zarr"), target=str(tmp_path / "b.ome.zarr"))
    )
    np.testing.assert_array_equal(found.pairs[0].input.values, found.pairs[0].target.values)


def test_an_image_inside_a_group_is_found(tmp_path, zarr_groups, find):
    groups = zarr_groups()
    groups.numbered(tmp_path / "b2r.zarr", 2)
    (pair,) = find(DataConfig(input=str(tmp_path / "b2r.zarr" / "1"))).pairs
    np.testing.assert_array_equal(pair.input.values, groups.pixels("1"))


def test_the_fields_of_two_plates_belong_together_by_their_places(tmp_path, zarr_groups, find):
    low, high = tmp_path / "low.zarr", tmp_path / "high.zarr"
    zarr_groups("0.4").plate(low, {"A/1": ("0", "1"), "B/2": ("0",)})
    zarr_groups("0.5").plate(high, {"A/1": ("1", "0"), "A/2": ("0",)})
    found = find(DataConfig(input=str(low), target=str(high)))
    assert [pair.name for pair in found.pairs] == ["A_1_0", "A_1_1"]
    for pair in found.pairs:
        np.testing.assert_array_equal(pair.input.values, pair.target.values)
    assert kinds(found) == {"A/2/0": "alone", "B/2/0": "alone"}


def test_all_images_of_all_groups_in_a_folder_are_found(tmp_path, zarr_groups, scenes, find):
    zarr_groups().numbered(tmp_path / "b2r.zarr", 2)
    with tifffile.TiffWriter(tmp_path / "many.ome.tif") as tif:
        for number in range(2):
            tif.write(scenes(number), metadata={"axes": "YX"})
    tifffile.imwrite(tmp_path / "one.tif", scenes(2))
    names = [pair.name for pair in find(DataConfig(input=str(tmp_path))).pairs]
    assert names == ["b2r_0", "b2r_1", "many.ome_0", "many.ome_1", "one"]


def test_an_image_in_several_files_is_one_image(tmp_path, ome_tiff_in_files, find):
    ome_tiff_in_files(tmp_path / "raw")
    (pair,) = find(DataConfig(input=str(tmp_path / "raw"))).pairs
    assert pair.input.sizes["z"] == 3


def test_each_kind_of_misfit_is_left_out_and_named(folders, find):
    low, high = folders(5)
    tifffile.imwrite(low / "cell_00_low.tif", np.zeros((50, 60), np.uint16))  # other shape
    tifffile.imwrite(low / "cell_01_low.tif", np.full((96, 128), 7, np.uint16))
    (low / "cell_02_low.tif").write_bytes(b"no image")
    (high / "cell_03_high.tif").unlink()
    found = find(DataConfig(input=str(low), target=str(high)))
    assert [pair.name for pair in found.pairs] == ["cell_04"]
    assert kinds(found) == {
        "cell_00": "differing",
        "cell_01": "constant",
        "cell_02": "unreadable",
        "cell_03_low": "alone",
    }
    text = " ".join(found.report.sentences())
    assert "cell_00 (input 50×60 along yx, target 96×128 along yx)" in text


def test_nan_pixels_are_left_out_when_the_normalizer_meets_them(tmp_path, scenes, opened):
    for name in "abcd":
        image = scenes(ord(name)).astype(np.float32)
        image[5, 5] = np.nan if name == "b" else 0
        tifffile.imwrite(tmp_path / f"{name}_low.tif", image)
        tifffile.imwrite(tmp_path / f"{name}_gt.tif", scenes(ord(name)))
    config = DataConfig(input=f"{tmp_path}/*_low.tif", target=f"{tmp_path}/*_gt.tif")
    with pytest.warns(DebcrWarning, match=r"1 pair with an image that cannot be used.*b \(.*NaN"):
        data = opened(config)
    parts = (data.train, data.validation, data.test)
    assert sorted(each.pair.name for part in parts for each in part) == ["a", "c", "d"]


def test_without_any_usable_pair_the_reasons_are_given(tmp_path, find):
    for name in ("a_low", "a_high"):
        tifffile.imwrite(tmp_path / f"{name}.tif", np.zeros((20, 20), np.uint8))
    config = DataConfig(input=f"{tmp_path}/a_low.tif", target=f"{tmp_path}/a_high.tif")
    with pytest.raises(UsageError, match="No pair of images can be used. 1 pair with a constant"):
        find(config)


def test_a_missing_file_is_a_sentence(tmp_path, find):
    with pytest.raises(ReadError, match="does not exist"):
        find(DataConfig(input=str(tmp_path / "absent.tif")))


def test_a_folder_without_images_is_a_sentence(tmp_path, find):
    with pytest.raises(UsageError, match="holds no image"):
        find(DataConfig(input=str(tmp_path)))


def test_channels_are_chosen_for_either_side(tmp_path, scenes, find):
    stack = scenes(0, (2, 32, 40))
    tifffile.imwrite(tmp_path / "both.ome.tif", stack, metadata={"axes": "CYX"})
    file = str(tmp_path / "both.ome.tif")
    found = find(DataConfig(input=file, target=file, input_channel="0", target_channel="1"))
    np.testing.assert_array_equal(found.pairs[0].input.values.squeeze(), stack[0])
    np.testing.assert_array_equal(found.pairs[0].target.values.squeeze(), stack[1])


def test_an_image_that_is_its_own_target_is_refused(folders, find):
    low, _ = folders(2)
    with pytest.raises(UsageError, match="both input and target: name each by a glob"):
        find(DataConfig(input=str(low), target=str(low)))


def test_axes_of_length_one_that_only_one_side_has_are_dropped(tmp_path, scenes, find):
    tifffile.imwrite(tmp_path / "low.tif", scenes(0))
    np.save(tmp_path / "gt.npy", scenes(1)[np.newaxis])
    config = DataConfig(input=f"{tmp_path}/low.tif", target=f"{tmp_path}/gt.npy")
    with pytest.warns(DebcrWarning, match="does not name its axes"):
        found = find(config)
    assert found.pairs[0].target.dims == ("y", "x")


def test_a_second_acquisition_serves_as_target(folders, find):
    low, high = folders(2)
    found = find(DataConfig(input=str(low), target=str(high)))
    swapped = find(DataConfig(input=str(high), target=str(low)))
    for one, other in zip(found.pairs, swapped.pairs, strict=True):
        assert one.input.shape == one.target.shape
        np.testing.assert_array_equal(one.target.values, other.input.values)


def test_without_targets_each_input_is_its_own(folders, find):
    low, _ = folders(2)
    found = find(DataConfig(input=str(low)))
    assert [pair.name for pair in found.pairs] == ["cell_00_low", "cell_01_low"]
    assert all(pair.target is pair.input for pair in found.pairs)
