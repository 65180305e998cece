"""What holds several images goes in whole and comes out whole, or as a file for each image."""

from __future__ import annotations

import json
import shutil
import warnings
from pathlib import Path

import numpy as np
import pytest
import tifffile
import yaozarrs
import zarr

from debcr_core.files.finding import find_images
from debcr_core.files.reading import read_image

FIELDS = {"A/1": ("0", "1"), "A/12": ("0",), "C/2": ("0", "5")}
NAMES = ["A/1/0", "A/1/1", "A/12/0", "C/2/0", "C/2/5"]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def attributes(path: Path) -> dict:
    found = dict(zarr.open(path, mode="r").attrs)
    return found.get("ome", found)


def check_valid(path: Path) -> None:
    """Ask another program than ours whether a folder is what OME-Zarr demands."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yaozarrs.validate_zarr_store(path)


def check_restored(path: Path, plugins, groups, given: list[str]) -> None:
    """Compare each image with the input of that name, which the model does not change."""
    for part, name in zip(find_images(path, plugins), given, strict=True):
        image = read_image(part.path, plugins, reader=part.reader)
        np.testing.assert_allclose(image, groups.pixels(name), rtol=1e-5)
        assert list(image.coords["c"].values) == ["DAPI", "GFP"]
        assert image.attrs["pixel_size"]["x"] == pytest.approx(0.1)


@pytest.mark.parametrize("written", ["0.4", "0.5"])
@pytest.mark.parametrize("version", ["0.4", "0.5"])
def test_a_plate_becomes_a_valid_plate(debcr, plugins, zarr_groups, tmp_path, version, written):
    groups = zarr_groups(version)
    groups.plate(tmp_path / "plate.zarr", FIELDS)
    writer = ("--writer", "ome-zarr", f"version={written}")
    result = debcr("restore", "plate.zarr", "out.ome.zarr", "--model", "same", *writer)
    assert result.exit_code == 0, result.output
    check_valid(tmp_path / "out.ome.zarr")
    check_restored(tmp_path / "out.ome.zarr", plugins, groups, NAMES)
    given, made = (attributes(tmp_path / n)["plate"] for n in ("plate.zarr", "out.ome.zarr"))
    assert {**made, "version": ""} == {**given, "version": ""}
    well = attributes(tmp_path / "out.ome.zarr/C/2")["well"]
    assert well["images"] == [{"path": "0", "acquisition": 7}, {"path": "5", "acquisition": 7}]
    assert names(tmp_path) == ["out.ome.zarr", "plate.zarr"]


def test_each_field_of_a_restored_plate_holds_its_record(debcr, zarr_groups, tmp_path):
    zarr_groups().plate(tmp_path / "plate.zarr", FIELDS)
    debcr("restore", "plate.zarr", "out.zarr", "--model", "same", "--record")
    records = json.loads((tmp_path / "out.zarr.json").read_text())["images"]
    assert list(records) == NAMES
    done = debcr("replay", "out.zarr/C/2/5", "plate.zarr/C/2/5", "again.zarr")
    assert done.exit_code == 0, done.output
    again, made = (zarr.open(tmp_path / p)["0"][...] for p in ("again.zarr", "out.zarr/C/2/5"))
    np.testing.assert_array_equal(again, made)


@pytest.mark.parametrize("record", ["out.zarr", "out.zarr/C/2", "out.zarr.json"])
def test_replaying_a_whole_plate_says_to_name_one_of_its_images(
    debcr, zarr_groups, tmp_path, record
):
    zarr_groups().plate(tmp_path / "plate.zarr", FIELDS)
    debcr("restore", "plate.zarr", "out.zarr", "--model", "same", "--record")
    result = debcr("replay", record, "plate.zarr/C/2/0", "again.zarr")
    assert result.exit_code == 2
    first = "out.zarr/C/2/0" if record == "out.zarr/C/2" else "out.zarr/A/1/0"
    assert "holds a record for each of" in " ".join(result.stderr.split())
    assert f"such as {first}." in " ".join(result.stderr.split())


def test_records_of_images_in_one_file_are_said_to_be_several(debcr, tmp_path):
    (tmp_path / "out.tif.json").write_text(json.dumps({"images": {"0": {}, "1": {}}}))
    result = debcr("replay", "out.tif.json", "in.tif", "again.tif")
    assert result.exit_code == 2
    assert '("images", "0") as a JSON of its own' in " ".join(result.stderr.split())


@pytest.mark.parametrize("version", ["0.4", "0.5"])
@pytest.mark.parametrize("count", [1, 12])
def test_numbered_images_become_numbered_images(
    debcr, plugins, zarr_groups, tmp_path, version, count
):
    groups = zarr_groups(version)
    groups.numbered(tmp_path / "b2r.zarr", count)
    result = debcr("restore", "b2r.zarr", "out.zarr", "--model", "same")
    assert result.exit_code == 0, result.output
    check_valid(tmp_path / "out.zarr")
    given = [str(number) for number in range(count)]
    assert attributes(tmp_path / "out.zarr/OME")["series"] == given
    check_restored(tmp_path / "out.zarr", plugins, groups, given)


@pytest.mark.parametrize("place", ["b2r.zarr/1", "plate.zarr/A/1/1"])
@pytest.mark.parametrize("output", ["o.tif", "o.png", "o.zarr"])
def test_an_image_inside_a_group_is_an_image(debcr, plugins, zarr_groups, tmp_path, place, output):
    groups = zarr_groups()
    groups.numbered(tmp_path / "b2r.zarr", 2)
    groups.plate(tmp_path / "plate.zarr", FIELDS)
    options = ("--model", "same", "--channel", "GFP", "--dtype", "input")
    result = debcr("restore", place, output, *options)
    assert result.exit_code == 0, result.output
    name = place.partition("/")[2]
    restored = read_image(tmp_path / output, plugins).squeeze()
    np.testing.assert_array_equal(restored, groups.pixels(name)[1])


def test_the_one_image_of_a_group_needs_no_name(debcr, plugins, zarr_groups, tmp_path):
    groups = zarr_groups()
    groups.numbered(tmp_path / "b2r.zarr", 1)
    assert debcr("restore", "b2r.zarr", "o.npy", "--model", "same").exit_code == 0
    np.testing.assert_allclose(np.load("o.npy"), groups.pixels("0"), rtol=1e-5)


@pytest.mark.parametrize("compression", ["none", "zlib"])
def test_a_plate_becomes_the_series_of_an_ome_tiff(
    debcr, plugins, zarr_groups, tmp_path, compression
):
    groups = zarr_groups()
    groups.plate(tmp_path / "plate.zarr", FIELDS)
    writer = ("--writer", "ome-tiff", f"compression={compression}")
    result = debcr("restore", "plate.zarr", "o.ome.tif", "--model", "same", *writer)
    assert result.exit_code == 0, result.output
    check_restored(tmp_path / "o.ome.tif", plugins, groups, NAMES)
    with tifffile.TiffFile("o.ome.tif") as tif:
        assert [series.name for series in tif.series] == NAMES


def several_series(path: Path, groups, count: int) -> None:
    with tifffile.TiffWriter(path, ome=True) as tif:
        for number in range(count):
            # Shapes differ, as they do where people draw regions of interest.
            pixels = groups.pixels(str(number))[:, : 20 - number]
            sizes = {f"PhysicalSize{axis}": 0.1 for axis in "XY"}
            channels = {"Channel": {"Name": ["DAPI", "GFP"]}}
            metadata = {"axes": "CYX", **sizes, **channels}
            tif.write(pixels, photometric="minisblack", metadata=metadata)


@pytest.mark.parametrize("output", ["o.ome.tif", "o.tif", "o.zarr"])
def test_all_series_of_a_file_are_restored(debcr, plugins, zarr_groups, tmp_path, output):
    groups = zarr_groups()
    several_series(tmp_path / "many.ome.tif", groups, 3)
    result = debcr("restore", "many.ome.tif", output, "--model", "same")
    assert result.exit_code == 0, result.output
    assert "holds 3 series" not in result.output
    for number, part in enumerate(find_images(tmp_path / output, plugins)):
        image = read_image(part.path, plugins, reader=part.reader)
        expected = groups.pixels(str(number))[:, : 20 - number]
        np.testing.assert_allclose(image, expected, rtol=1e-5)
    assert number == 2


def test_each_series_holds_its_record(debcr, zarr_groups, tmp_path):
    several_series(tmp_path / "many.ome.tif", zarr_groups(), 2)
    debcr("restore", "many.ome.tif", "o.ome.tif", "--model", "same")
    with tifffile.TiffFile("o.ome.tif") as tif:
        made = [json.loads(series.keyframe.tags[65330].value) for series in tif.series]
    assert [one["input"]["reader"]["series"] for one in made] == [0, 1]


def test_in_a_folder_each_series_has_its_file(debcr, zarr_groups, tmp_path):
    several_series(tmp_path / "many.ome.tif", zarr_groups(), 2)
    result = debcr("restore", "many.ome.tif", "restored", "--model", "same")
    assert result.exit_code == 0, result.output
    assert names(tmp_path / "restored") == ["many_0.ome.tif", "many_1.ome.tif"]


def test_one_series_is_restored_where_it_is_named(debcr, zarr_groups, tmp_path):
    groups = zarr_groups()
    several_series(tmp_path / "many.ome.tif", groups, 3)
    options = ("--model", "same", "--reader", "tiff", "series=1")
    assert debcr("restore", "many.ome.tif", "o.tif", *options).exit_code == 0
    np.testing.assert_allclose(tifffile.imread("o.tif"), groups.pixels("1")[:, :19], rtol=1e-5)


def test_in_a_folder_a_plate_stays_a_plate_and_its_parts_have_its_name(
    debcr, zarr_groups, tmp_path
):
    zarr_groups().plate(tmp_path / "plate.zarr", FIELDS)
    places = ("plate.zarr", "plate.zarr/A/1", "plate.zarr/C/2/5")
    result = debcr("restore", *places, "restored", "--model", "same")
    assert result.exit_code == 0, result.output
    made = names(tmp_path / "restored")
    assert made == ["plate.zarr", "plate_A_1.zarr", "plate_C_2_5.zarr"]
    for name in made:
        check_valid(tmp_path / "restored" / name)


def test_a_format_of_one_image_does_not_take_a_plate(debcr, zarr_groups, tmp_path):
    zarr_groups().plate(tmp_path / "plate.zarr", FIELDS)
    result = debcr("restore", "plate.zarr", "o.png", "--model", "same")
    assert result.exit_code == 2
    assert "holds 5 images, and o.png can hold one" in result.output
    assert "plate.zarr/A/1/0" in result.output


def test_a_field_that_cannot_be_restored_is_named_and_no_half_plate_is_left(
    debcr, zarr_groups, tmp_path
):
    zarr_groups().plate(tmp_path / "plate.zarr", FIELDS)
    chunk = next(p for p in (tmp_path / "plate.zarr/C/2/5/0/c").rglob("*") if p.is_file())
    chunk.write_bytes(b"damaged" + chunk.read_bytes()[7:])
    result = debcr("restore", "plate.zarr", "out.zarr", "--model", "same")
    assert result.exit_code == 1
    assert "plate.zarr/C/2/5" in result.output
    assert names(tmp_path) == ["plate.zarr"]


def test_a_plate_without_some_of_its_wells_becomes_one_without_them(debcr, zarr_groups, tmp_path):
    zarr_groups().plate(tmp_path / "plate.zarr", FIELDS)
    shutil.rmtree(tmp_path / "plate.zarr/A/12")
    shutil.rmtree(tmp_path / "plate.zarr/A/1/1")
    result = debcr("restore", "plate.zarr", "out.zarr", "--model", "same")
    assert result.exit_code == 0, result.output
    check_valid(tmp_path / "out.zarr")
    wells = [well["path"] for well in attributes(tmp_path / "out.zarr")["plate"]["wells"]]
    assert wells == ["A/1", "C/2"]


@pytest.mark.parametrize("output", ["b2r.zarr/1", "b2r.zarr/new.zarr", "b2r.zarr/1/0"])
def test_an_output_inside_the_input_is_refused(debcr, zarr_groups, tmp_path, output):
    zarr_groups().numbered(tmp_path / "b2r.zarr", 2)
    before = sorted((tmp_path / "b2r.zarr").rglob("*"))
    options = ("--model", "same", "--writer", "ome-zarr", "--overwrite")
    result = debcr("restore", "b2r.zarr", output, *options)
    assert result.exit_code == 2
    assert "lies in the input b2r.zarr" in result.output
    assert sorted((tmp_path / "b2r.zarr").rglob("*")) == before


def test_a_dry_run_tells_of_each_image(debcr, zarr_groups, tmp_path):
    zarr_groups().numbered(tmp_path / "b2r.zarr", 2)
    result = debcr("restore", "b2r.zarr", "o.zarr", "--model", "same", "--dry-run")
    assert result.exit_code == 0, result.output
    assert "b2r.zarr/0 → o.zarr" in result.output
    assert "b2r.zarr/1 → o.zarr" in result.output
    assert names(tmp_path) == ["b2r.zarr"]


@pytest.mark.parametrize("main_only", [False, True])
def test_an_ome_tiff_in_several_files_is_restored_once(
    debcr, ome_tiff_in_files, tmp_path, main_only
):
    files = ome_tiff_in_files(tmp_path / "raw", main_only=main_only)
    for inputs in (["raw"], ["raw/*.tif"], files):
        result = debcr("restore", *inputs, "restored", "--model", "same", "--overwrite")
        assert result.exit_code == 0, result.output
        assert names(tmp_path / "restored") == ["set_0.ome.tif"]
    restored = tifffile.imread("restored/set_0.ome.tif")
    np.testing.assert_allclose(restored, np.stack(list(map(plane_of, files))), rtol=1e-5)


def plane_of(file: Path) -> np.ndarray:
    with tifffile.TiffFile(file) as tif:
        return tif.pages[0].asarray()


def test_another_file_of_the_input_is_not_overwritten(debcr, ome_tiff_in_files, tmp_path):
    files = ome_tiff_in_files(tmp_path / "raw")
    before = files[1].read_bytes()
    result = debcr("restore", files[0], files[1], "--model", "same", "--overwrite")
    assert result.exit_code == 2
    assert "is a part of the input" in result.output
    assert files[1].read_bytes() == before
