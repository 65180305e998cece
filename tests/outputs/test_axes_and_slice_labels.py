"""What stands beside the pixels of an input is in the output, or is said to be left out."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
import tifffile
import xarray as xr

from debcr_core import restore_file
from debcr_core.files.reading import read_image
from debcr_core.files.writing import write_image
from debcr_core.image import make_image, select_channel, with_axes
from debcr_core.image_extras import SLICE_LABEL
from debcr_core.notices import listening

SIZES = {"T": 2, "C": 3, "Z": 4, "Y": 12, "X": 9}
ORDERS = ["".join(order) for count in (2, 3) for order in permutations("TCZ", count)]


def stored(order: str) -> np.ndarray:
    shape = [SIZES[axis] for axis in f"{order}YX"]
    return np.random.default_rng(1).random(shape, np.float32)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("writer", ["ome-tiff", "ome-tiff compression=zlib", "npz"])
def test_axes_lie_in_the_order_of_the_input(order, writer, plugins, read, tmp_path: Path):
    name, *options = writer.split()
    data = stored(order)
    tifffile.imwrite(tmp_path / "in.ome.tif", data, ome=True, metadata={"axes": f"{order}YX"})
    suffix = "npz" if name == "npz" else "ome.tif"
    chosen = plugins.create("writer", name, **dict(option.split("=") for option in options))
    image = read_image(tmp_path / "in.ome.tif", plugins)
    write_image(image, tmp_path / f"out.{suffix}", plugins, writer=chosen)
    if name == "npz":
        with np.load(tmp_path / "out.npz") as archive:
            assert str(archive["axes"]) == f"{order}YX".lower()
            np.testing.assert_array_equal(archive["image"], data)
    else:
        with tifffile.TiffFile(tmp_path / "out.ome.tif") as tif:
            assert tif.series[0].axes == f"{order}YX"
            np.testing.assert_array_equal(tif.asarray(), data)
    xr.testing.assert_equal(read(tmp_path / f"out.{suffix}"), image.load())


@pytest.mark.parametrize("order", ["ZC", "TZC"])
def test_a_restored_file_has_the_order_of_its_input(
    order, unchanged, plugins, read, tmp_path: Path
):
    data = stored(order)
    tifffile.imwrite(tmp_path / "in.ome.tif", data, ome=True, metadata={"axes": f"{order}YX"})
    restore_file(tmp_path / "in.ome.tif", tmp_path / "out.ome.tif", unchanged, plugins=plugins)
    with tifffile.TiffFile(tmp_path / "out.ome.tif") as tif:
        assert tif.series[0].axes == f"{order}YX"
        np.testing.assert_array_equal(tif.asarray(), data)
    restore_file(tmp_path / "in.ome.tif", tmp_path / "out.ome.zarr", unchanged, plugins=plugins)
    assert "".join(read(tmp_path / "out.ome.zarr").dims) == "".join(
        dim for dim in "tczyx" if dim.upper() in f"{order}YX"
    )


@pytest.mark.parametrize("suffix", ["npy", "npz"])
def test_channels_stay_last_in_numpys_files(suffix, unchanged, plugins, tmp_path: Path):
    data = np.random.default_rng(0).random((30, 20, 2), np.float32)
    np.save(tmp_path / "in.npy", data)
    output = tmp_path / f"out.{suffix}"
    restore_file(tmp_path / "in.npy", output, unchanged, axes="yxc", plugins=plugins)
    with np.load(output) if suffix == "npz" else open(output, "rb") as file:  # noqa: PTH123
        written = file["image"] if suffix == "npz" else np.load(file)
    np.testing.assert_array_equal(written, data)


LABELS = [f"slice {number}" for number in range(SIZES["Z"] * SIZES["C"])]


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    """An ImageJ stack with a text of its own for each plane."""
    metadata = {"axes": "ZCYX", "Labels": LABELS, "vunit": "photons"}
    tifffile.imwrite(tmp_path / "labelled.tif", stored("ZC"), imagej=True, metadata=metadata)
    return tmp_path / "labelled.tif"


def labels_in(path: Path) -> list[str]:
    with tifffile.TiffFile(path) as tif:
        return tif.imagej_metadata["Labels"]


def test_slice_labels_and_the_unit_of_values_stay_in_imagej(
    labelled, unchanged, plugins, read, tmp_path: Path
):
    restore_file(labelled, tmp_path / "out.tif", unchanged, plugins=plugins)
    assert labels_in(tmp_path / "out.tif") == LABELS
    assert read(tmp_path / "out.tif").attrs["value_unit"] == "photons"
    image = read_image(labelled, plugins)
    write_image(image, tmp_path / "again.npz", plugins)
    again = 1000 * read(tmp_path / "again.npz")
    write_image(again, tmp_path / "again.tif", plugins, dtype="uint16")
    assert labels_in(tmp_path / "again.tif") == LABELS
    with tifffile.TiffFile(tmp_path / "again.tif") as tif:
        # ImageJ takes a unit for 16 bits from a calibration alone.
        facts = tif.imagej_metadata
        assert [facts[key] for key in ("cf", "c0", "c1", "vunit")] == [0, 0, 1, "photons"]


def test_slice_labels_go_with_their_planes(labelled, unchanged, plugins, tmp_path: Path):
    region = {"z": slice(1, 3)}
    restore_file(
        labelled, tmp_path / "a.tif", unchanged, channel="2", region=region, plugins=plugins
    )
    assert labels_in(tmp_path / "a.tif") == [LABELS[5], LABELS[8]]
    image = with_axes(read_image(labelled, plugins), "ctyx")
    write_image(image, tmp_path / "b.tif", plugins)
    assert labels_in(tmp_path / "b.tif") == LABELS


@pytest.mark.parametrize("suffix", ["ome.tif", "ome.zarr", "npy"])
def test_slice_labels_are_said_to_be_left_out_where_they_are(
    suffix, labelled, unchanged, plugins, tmp_path: Path
):
    with listening() as heard:
        restore_file(labelled, tmp_path / f"out.{suffix}", unchanged, plugins=plugins)
    said = [str(each) for each in heard if each.kind == "metadata-left-out"]
    assert len(said) == 1
    assert "the labels of its slices (.tif or .npz can hold them)" in said[0]


def test_nothing_is_said_where_nothing_is_left_out(unchanged, plugins, tmp_path: Path):
    metadata = {"axes": "ZCYX", "Labels": ["DAPI", "GFP", "RFP"] * SIZES["Z"]}
    tifffile.imwrite(tmp_path / "in.tif", stored("ZC"), imagej=True, metadata=metadata)
    for suffix in ("tif", "ome.tif", "ome.zarr", "npy", "npz"):
        with listening() as heard:
            restore_file(
                tmp_path / "in.tif", tmp_path / f"out.{suffix}", unchanged, plugins=plugins
            )
        assert not heard


def test_labels_do_not_outlive_planes_that_they_are_not_of():
    image = make_image(np.zeros((3, 4, 5)), "zyx")
    image = image.assign_coords({SLICE_LABEL: (("z",), np.array(["a", "b", "c"], object))})
    assert SLICE_LABEL in select_channel(image, "0").coords
    assert SLICE_LABEL not in make_image(image.data[:2], "zyx").coords
