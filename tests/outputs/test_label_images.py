"""Label images lie on the pixels of an image, restored or not, and so go with it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zarr
from yaozarrs import validate_ome_object

from debcr_core import restore_file
from debcr_core.files.reading import read_image
from debcr_core.files.writing import write_image
from debcr_core.image import make_image
from debcr_core.notices import listening

PIXELS = np.random.default_rng(0).random((3, 40, 50), np.float32)
CELLS = np.random.default_rng(1).integers(0, 900, (3, 40, 50)).astype(np.uint32)
COLOURS = [{"label-value": 1, "rgba": [255, 0, 0, 255]}]


@pytest.fixture(params=["0.4", "0.5"])
def source(request, plugins, tmp_path: Path) -> Path:
    """An OME-Zarr with label images of two levels."""
    writer = plugins.create("writer", "ome-zarr", version=request.param)
    write_image(make_image(PIXELS, "zyx"), tmp_path / "in.ome.zarr", plugins, writer=writer)
    group = zarr.open_group(tmp_path / "in.ome.zarr", mode="r+").create_group("labels")
    group.attrs.update(said({"labels": ["cells"]}, request.param))
    cells = group.create_group("cells")
    for number in range(2):
        step = 2**number
        cells.create_array(str(number), data=CELLS[:, ::step, ::step], chunks=(1, 16, 16))
    axes = [{"name": dim, "type": "space"} for dim in "zyx"]
    datasets = [
        {
            "path": str(number),
            "coordinateTransformations": [{"type": "scale", "scale": [1, 2**number, 2**number]}],
        }
        for number in range(2)
    ]
    about = {
        "multiscales": [{"axes": axes, "datasets": datasets}],
        "image-label": {"colors": COLOURS, "source": {"image": "../../"}},
    }
    cells.attrs.update(said(about, request.param))
    return tmp_path / "in.ome.zarr"


def said(about: dict[str, Any], version: str) -> dict[str, Any]:
    if version == "0.5":
        return {"ome": {"version": "0.5", **about}}
    for part in (*about.get("multiscales", []), about.get("image-label", {})):
        part["version"] = "0.4"
    return about


@pytest.mark.parametrize("version", ["0.4", "0.5"])
def test_label_images_are_copied_whatever_the_versions(
    version, source, unchanged, plugins, tmp_path: Path
):
    writer = plugins.create("writer", "ome-zarr", version=version)
    restore_file(source, tmp_path / "out.ome.zarr", unchanged, writer=writer, plugins=plugins)
    group: Any = zarr.open_group(tmp_path / "out.ome.zarr", mode="r")
    np.testing.assert_array_equal(group["0"][...], PIXELS)
    for number in range(2):
        copied = group[f"labels/cells/{number}"]
        assert copied.dtype == np.uint32
        np.testing.assert_array_equal(copied[...], CELLS[:, :: 2**number, :: 2**number])
    listed, about = (dict(group[name].attrs) for name in ("labels", "labels/cells"))
    if version == "0.5":
        listed, about = listed["ome"], about["ome"]
    assert listed["labels"] == ["cells"]
    assert about["image-label"]["colors"] == COLOURS
    validate_ome_object(about)
    assert json.loads(json.dumps(group.attrs["debcr"]))["input"]["name"] == "in.ome.zarr"
    again = read_image(tmp_path / "out.ome.zarr", plugins)
    assert again.attrs["label_images"] == str(tmp_path / "out.ome.zarr" / "labels")


def left_out(source: Path, output: Path, unchanged, plugins, **options: Any) -> str:
    """Restore, and return the one sentence on what is left out."""
    with listening() as heard:
        restore_file(source, output, unchanged, plugins=plugins, **options)
    (sentence,) = [str(each) for each in heard if each.kind == "metadata-left-out"]
    return sentence


@pytest.mark.parametrize("suffix", ["tif", "ome.tif", "npz", "npy"])
def test_they_are_said_to_be_left_out_where_a_format_has_none(
    suffix, source, unchanged, plugins, tmp_path: Path
):
    said = left_out(source, tmp_path / f"out.{suffix}", unchanged, plugins)
    assert "its label images (.ome.zarr can hold them)" in said


def test_they_are_left_out_of_a_region_and_that_is_said(source, unchanged, plugins, tmp_path: Path):
    output, region = tmp_path / "out.ome.zarr", {"y": slice(0, 20)}
    said = left_out(source, output, unchanged, plugins, region=region)
    assert "The label image cells is left out: its size along y is not that of the image" in said
    assert not (output / "labels").exists()


def test_damaged_ones_are_left_out_and_the_image_is_restored(
    source, unchanged, plugins, tmp_path: Path
):
    folder = source / "labels" / "cells" / "1"
    chunk = next(f for f in sorted(folder.rglob("*")) if f.is_file() and "zarr" not in f.name[-6:])
    chunk.write_bytes(b"no chunk")
    output = tmp_path / "out.ome.zarr"
    said = left_out(source, output, unchanged, plugins)
    assert "The label image cells is left out: it is damaged" in said
    np.testing.assert_array_equal(read_image(output, plugins).values, PIXELS)
    assert not (output / "labels" / "cells").exists()


@pytest.mark.parametrize("way", ["name", "dataset", "link"])
def test_nothing_from_outside_of_the_folder_is_copied(
    way, source, unchanged, plugins, tmp_path: Path
):
    shutil.copytree(source / "labels" / "cells", tmp_path / "secret")
    labels = source / "labels"
    if way == "link":
        shutil.rmtree(labels / "cells")
        (labels / "cells").symlink_to(tmp_path / "secret")
    else:
        old, new = {
            "name": ('"cells"', '"../../secret"'),
            "dataset": ('"path": "1"', '"path": "../../../secret/1"'),
        }[way]
        found = [*labels.rglob(".zattrs"), *labels.rglob("zarr.json")]
        changed = [file for file in found if old in file.read_text()]
        assert changed
        for file in changed:
            file.write_text(file.read_text().replace(old, new))
    output = tmp_path / "out.ome.zarr"
    with listening() as heard:
        restore_file(source, output, unchanged, plugins=plugins)
    assert not (output / "labels" / "cells" / "1").exists()
    assert not list(output.rglob("secret"))
    assert way != "dataset" or "lead out of its folder" in str(heard[0])


@pytest.mark.parametrize(
    ("shape", "sentence"),
    [((3, 80, 100), "its first level is not its finest"), ((3, 40, 25), "its size along x")],
)
def test_levels_that_make_more_of_little_are_not_copied(
    shape, sentence, source, unchanged, plugins, tmp_path: Path
):
    cells = zarr.open_group(source / "labels" / "cells", mode="r+")
    name = "1" if shape[1] > 40 else "0"
    del cells[name]
    cells.create_array(name, shape=shape, dtype="u4", chunks=(1, 16, 16))
    said = left_out(source, tmp_path / "out.ome.zarr", unchanged, plugins)
    assert sentence in said


def test_chunks_without_a_label_need_no_warning(source, unchanged, plugins, tmp_path: Path):
    cells = zarr.open_group(source / "labels" / "cells", mode="r+")
    del cells["0"]
    cells.create_array("0", shape=CELLS.shape, dtype="u4", chunks=(1, 16, 16))[0] = CELLS[0]
    with listening() as heard:
        restore_file(source, tmp_path / "out.ome.zarr", unchanged, plugins=plugins)
    assert not heard
    group: Any = zarr.open_group(tmp_path / "out.ome.zarr", mode="r")
    np.testing.assert_array_equal(group["labels/cells/0"][0], CELLS[0])
    assert not group["labels/cells/0"][1:].any()
