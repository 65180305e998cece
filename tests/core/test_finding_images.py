"""What a file, folder, glob or group stands for is told by content, in one way everywhere."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile
import zarr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from debcr_core import listening
from debcr_core.errors import ReadError, UsageError
from debcr_core.files.finding import find_files, find_images, parts_of
from debcr_core.files.reading import read_image

PLANE = np.arange(600, dtype=np.uint16).reshape(20, 30)


def places(source, plugins) -> list[str]:
    return [part.place.as_posix() for part in find_images(source, plugins)]


def test_in_a_folder_content_counts_and_so_does_a_known_suffix(plugins, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("raw").mkdir()
    tifffile.imwrite("raw/named.tif", PLANE)
    tifffile.imwrite("raw/nameless", PLANE)
    Path("raw/broken.tif").write_bytes(b"no image")
    Path("raw/notes.txt").write_text("no image either")
    Path("raw/.hidden.tif").write_bytes(b"II*\0")
    Path("raw/deeper").mkdir()
    zarr.create_array("raw/array", data=PLANE)
    found = find_images("raw", plugins)
    assert [part.place.name for part in found] == ["array", "broken.tif", "named.tif", "nameless"]
    # What cannot be read is named, too: opening it says why.
    assert [part.reader is None for part in found] == [False, True, False, False]


@pytest.mark.parametrize("version", ["0.4", "0.5"])
def test_a_group_stands_for_the_images_in_it(plugins, zarr_groups, tmp_path, monkeypatch, version):
    monkeypatch.chdir(tmp_path)
    zarr_groups(version).plate(Path("p.zarr"), {"A/1": ("0", "1"), "B/2": ("0",)})
    assert places("p.zarr", plugins) == ["p.zarr/A/1/0", "p.zarr/A/1/1", "p.zarr/B/2/0"]
    assert places("p.zarr/A/1", plugins) == ["p.zarr/A/1/0", "p.zarr/A/1/1"]
    assert places("p.zarr/A", plugins) == ["p.zarr/A/1/0", "p.zarr/A/1/1"]
    assert places("p.zarr/B/2/0", plugins) == ["p.zarr/B/2/0"]
    assert places("p.zarr/*/*/0", plugins) == ["p.zarr/A/1/0", "p.zarr/B/2/0"]


def test_an_image_in_a_group_knows_what_it_is_part_of(plugins, zarr_groups, tmp_path):
    plate = zarr_groups().plate(tmp_path / "p.zarr", {"A/1": ("0",)})
    (part,) = find_images(plate / "A/1/0", plugins)
    assert (part.path, part.whole, part.name) == (plate / "A/1/0", plate, "A/1/0")


def test_numbered_images_are_in_the_order_of_their_numbers(plugins, zarr_groups, tmp_path):
    groups = zarr_groups()
    path = groups.numbered(tmp_path / "b2r.zarr", 11)
    expected = [str(number) for number in range(11)]
    assert [part.name for part in find_images(path, plugins)] == expected
    # Many programs leave out the list of series.
    del zarr.open(path / "OME", mode="r+").attrs["ome"]
    assert [part.name for part in find_images(path, plugins)] == expected


def test_any_group_of_arrays_and_images_is_searched(plugins, zarr_groups, tmp_path):
    root = zarr.open_group(tmp_path / "any.zarr", mode="w")
    zarr_groups().numbered(tmp_path / "any.zarr" / "inner", 1)
    root.create_array("raw", data=PLANE)
    root.create_array("time", data=np.arange(5))
    found = find_images(tmp_path / "any.zarr", plugins)
    assert [part.name for part in found] == ["inner/0", "raw"]


def test_labels_and_resolutions_of_an_image_are_no_images(plugins, zarr_groups, tmp_path):
    path = zarr_groups().numbered(tmp_path / "b2r.zarr", 1)
    zarr.open_group(path / "0", mode="r+").require_group("labels").create_array("cells", data=PLANE)
    zarr.open_group(path / "0", mode="r+").create_array("1", data=PLANE)
    assert [part.name for part in find_images(path, plugins)] == ["0"]


def test_a_group_that_leads_back_to_itself_ends(plugins, zarr_groups, tmp_path):
    path = zarr_groups().numbered(tmp_path / "b2r.zarr", 2)
    (path / "OME").rename(tmp_path / "elsewhere")
    for name in ("x", "y"):
        (path / name).symlink_to(path)
    assert [part.name for part in find_images(path, plugins)] == ["0", "1"]


@pytest.mark.parametrize("field", ["..", "../../../secret", "", "/etc"])
def test_metadata_that_lead_out_of_the_folder_are_refused(
    plugins, zarr_groups, tmp_path, field, recwarn
):
    path = zarr_groups("0.5").plate(tmp_path / "p.zarr", {"A/1": ("0",)})
    well = zarr.open(path / "A/1", mode="r+")
    well.attrs["ome"] = {"version": "0.5", "well": {"images": [{"path": field}]}}
    with pytest.raises(ReadError, match="lead out of the folder|not OME-Zarr 0.5"):
        parts_of(path, plugins)


def test_what_a_plate_names_and_does_not_have_is_said(plugins, zarr_groups, tmp_path):
    path = zarr_groups().plate(tmp_path / "p.zarr", {"A/1": ("0", "1"), "A/2": ("0",)})
    (path / "A/2").rename(tmp_path / "well")
    (path / "A/1/1").rename(tmp_path / "field")
    with listening() as heard:
        assert [part.name for part in find_images(path, plugins)] == ["A/1/0"]
    assert [warning.kind for warning in heard] == ["absent-images"] * 2
    assert "names A/2, which is not there" in str(heard[0])
    assert "A/1 names 1, which is not there" in str(heard[1])


@pytest.mark.parametrize("main_only", [False, True])
def test_one_image_in_several_files_is_found_once(plugins, ome_tiff_in_files, tmp_path, main_only):
    files = ome_tiff_in_files(tmp_path / "raw", main_only=main_only)
    tifffile.imwrite(tmp_path / "raw" / "a.tif", PLANE)
    expected = [tmp_path / "raw" / "a.tif", files[0]]
    assert find_files([tmp_path / "raw"], plugins) == expected
    assert find_files([tmp_path / "raw" / "a.tif", *reversed(files)], plugins) == expected
    assert read_image(files[0], plugins).sizes["z"] == 3


def test_copies_of_one_file_under_other_names_are_images_of_their_own(
    plugins, ome_tiff_in_files, tmp_path
):
    (file,) = ome_tiff_in_files(tmp_path, 1)
    copy = tmp_path / "copy.ome.tif"
    copy.write_bytes(file.read_bytes())
    assert find_files([tmp_path], plugins) == [copy, file]


def test_series_are_images_and_smaller_copies_of_them_are_not(plugins, tmp_path):
    with tifffile.TiffWriter(tmp_path / "a.tif", ome=True) as tif:
        for plane, is_copy in ((PLANE, 0), (PLANE[::2, ::2], 1), (PLANE[:, :10], 0)):
            tif.write(plane, subfiletype=is_copy, metadata={"axes": "YX"})
    assert [part.name for part in find_images(tmp_path / "a.tif", plugins)] == ["0", "2"]
    named = plugins.create("reader", "tiff", series=2)
    (part,) = find_images(tmp_path / "a.tif", plugins, reader=named)
    assert part.reader == named


@pytest.mark.parametrize("source", ["absent.tif", "absent.zarr/0"])
def test_a_missing_file_is_a_sentence(plugins, tmp_path, source):
    with pytest.raises(ReadError, match="does not exist"):
        find_images(tmp_path / source, plugins)


@pytest.mark.parametrize("source", ["", "*.tif"])
def test_nothing_found_is_a_sentence(plugins, tmp_path, source):
    with pytest.raises(UsageError, match="holds no image|No file matches"):
        find_images(f"{tmp_path}/{source}", plugins)


field_names = st.lists(
    st.from_regex(r"[0-9a-z]{1,3}", fullmatch=True), min_size=1, max_size=3, unique=True
)
layouts = st.dictionaries(st.sampled_from(["A/1", "A/12", "B/3", "C/2"]), field_names, min_size=1)


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(layout=layouts, version=st.sampled_from(["0.4", "0.5"]))
def test_any_plate_is_written_as_it_was_read(
    layout, version, plugins, zarr_groups, tmp_path_factory
):
    folder = tmp_path_factory.mktemp("plates")
    fields = {well: tuple(names) for well, names in layout.items()}
    zarr_groups(version).plate(folder / "in.zarr", fields)
    several = parts_of(folder / "in.zarr", plugins)
    writer = plugins.create("writer", "ome-zarr", version=version)
    with writer.sinks(several, folder / "out.zarr", 0) as add:
        for part in several.parts:
            with add(part.name, read_image(part.path, plugins)):
                pass
    again = parts_of(folder / "out.zarr", plugins)
    assert [part.name for part in again.parts] == [part.name for part in several.parts]
    assert again.groups == several.groups
