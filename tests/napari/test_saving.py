"""Layers are saved by napari's own doors, with their metadata."""

from __future__ import annotations

import json
from typing import Any

import dask.array as da
import numpy as np
import pytest
import xarray as xr

pytest.importorskip("napari")

from napari.layers import Image
from npe2 import PluginManifest

from debcr_core import DebcrError, make_image, read_image, write_image
from napari_adapter import image_of, layers_of
from napari_adapter.installed import installed
from napari_adapter.opening.reader import get_reader
from napari_adapter.saving import saved_image, write_ome_tiff, write_png

SIZES = {"t": 2.0, "z": 0.5, "y": 0.1, "x": 0.1}
UNITS = {"t": "second", "z": "micrometer", "y": "micrometer", "x": "micrometer"}


def image(dims: str = "cyx", dtype: str = "uint16") -> xr.DataArray:
    shape = tuple({"t": 3, "c": 2, "z": 4, "y": 8, "x": 9}[dim] for dim in dims)
    pixels = (np.random.default_rng(0).random(shape) * 200).astype(dtype)
    sizes = {dim: SIZES[dim] for dim in dims if dim != "c"}
    names = ["DAPI", "GFP"] if "c" in dims else None
    return make_image(pixels, dims, pixel_size=sizes, unit=UNITS, channels=names)


def tuples(layers: list[Image]) -> list[Any]:
    return [layer.as_layer_data_tuple() for layer in layers]


@pytest.mark.parametrize("suffix", [".tif", ".ome.tif", ".ome.zarr", ".npz"])
@pytest.mark.parametrize("dims", ["yx", "tzyx", "cyx", "tczyx"])
def test_layers_are_saved_as_the_image_that_they_show(tmp_path, dims, suffix) -> None:
    path = tmp_path / f"cells{suffix}"
    original = image(dims)
    assert write_ome_tiff(str(path), tuples(layers_of(original))) == [str(path)]
    assert dict(read_image(path, installed()).attrs).items() >= original.attrs.items()
    xr.testing.assert_equal(read_image(path, installed()), original)


@pytest.mark.each_napari
def test_the_viewer_saves_selected_layers_by_the_suffix(viewer, tmp_path) -> None:
    for layer in layers_of(image()):
        viewer.add_layer(layer)
    viewer.layers.selection = {viewer.layers[1]}
    (written,) = viewer.layers.save(
        str(tmp_path / "gfp.ome.zarr"), selected=True, plugin="debcr-zoo"
    )
    again = read_image(written, installed())
    assert list(again.c.values) == ["GFP"]
    assert again.attrs["pixel_size"] == {"y": 0.1, "x": 0.1}


def test_other_layers_of_one_shape_become_channels_with_their_names(tmp_path) -> None:
    layers = [Image(np.full((8, 9), n, "uint16"), name=f"stain {n}") for n in (3, 5)]
    write_ome_tiff(str(tmp_path / "a.ome.tif"), tuples(layers))
    again = read_image(tmp_path / "a.ome.tif", installed())
    assert list(again.c.values) == ["stain 3", "stain 5"]
    assert [int(channel.max()) for channel in again] == [3, 5]


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (Image(np.zeros((8, 8)), name="other"), "sizes are y 8, x 8 and y 8, x 9"),
        (Image(np.zeros((2, 8, 9)), name="other"), "sizes are z 2"),
        (Image(np.zeros((8, 9)), name="other", scale=(2, 2)), "pixel sizes differ"),
        (Image(np.zeros((8, 9, 3), "u1"), name="other", rgb=True), "in colours"),
    ],
    ids=["size", "axes", "pixel size", "colours"],
)
def test_layers_that_are_no_channels_of_one_image_are_refused(other, why) -> None:
    with pytest.raises(DebcrError, match=f'"other" and "first" are not channels.*{why}'):
        saved_image([Image(np.zeros((8, 9)), name="first"), other])


def test_what_the_format_cannot_hold_is_refused_and_nothing_is_left(tmp_path) -> None:
    with pytest.raises(DebcrError, match="PNG"):
        write_png(str(tmp_path / "stack.png"), tuples(layers_of(image("zyx"))))
    assert list(tmp_path.iterdir()) == []


def test_a_name_without_a_suffix_is_given_that_of_the_format(tmp_path) -> None:
    (written,) = write_png(str(tmp_path / "plane v1.2"), tuples(layers_of(image("yx"))))
    assert written == str(tmp_path / "plane v1.2.png")


def test_an_existing_file_is_replaced_since_napari_has_asked(tmp_path) -> None:
    path = tmp_path / "a.tif"
    path.write_text("old")
    write_ome_tiff(str(path), tuples(layers_of(image("yx"))))
    xr.testing.assert_equal(read_image(path, installed()), image("yx"))


def test_a_file_that_fails_half_way_leaves_the_old_one(tmp_path) -> None:
    def fail(block: np.ndarray) -> np.ndarray:
        raise OSError(28, "No space left on device")

    path = tmp_path / "a.ome.zarr"
    write_image(image("yx"), path, installed())
    pixels = da.zeros((8, 9), chunks=(4, 9), dtype="uint16").map_blocks(fail, dtype="uint16")
    with pytest.raises(DebcrError):
        write_ome_tiff(str(path), tuples([Image(pixels, contrast_limits=(0, 1), visible=False)]))
    xr.testing.assert_equal(read_image(path, installed()), image("yx"))
    assert list(tmp_path.iterdir()) == [path]


def test_the_file_that_a_layer_is_read_from_is_not_replaced(tmp_path) -> None:
    path = tmp_path / "a.tif"
    write_image(image("zyx"), path, installed())
    read = get_reader(str(path))
    assert read is not None
    with pytest.raises(DebcrError, match="another name"):
        write_ome_tiff(str(path), read(str(path)))


def test_a_result_is_saved_with_how_it_was_made(tmp_path) -> None:
    layers = layers_of(image())
    for layer in layers:
        layer.metadata["debcr"]["record"] = {"model": "denoise"}
    whole = json.loads(saved_image(layers).attrs["restoration"])
    assert whole == {"model": "denoise", "region": None, "dtype": "uint16"}
    # One of two channels is less than what that recipe makes.
    assert "restoration" not in saved_image(layers[:1]).attrs
    layers[0].metadata["debcr"]["partial"] = True
    assert "restoration" not in saved_image(layers).attrs


def test_levels_are_written_anew(tmp_path) -> None:
    pixels = np.random.default_rng(0).random((64, 64), dtype="float32")
    layer = Image([pixels, pixels[::2, ::2]], multiscale=True)
    write_ome_tiff(str(tmp_path / "a.ome.zarr"), tuples([layer]))
    again = read_image(tmp_path / "a.ome.zarr", installed())
    assert again.attrs["levels"] == ({"y": 2, "x": 2},)
    assert np.array_equal(again.data, image_of(layer).data)


def test_the_manifest_names_every_suffix_of_the_built_in_writers() -> None:
    writers = PluginManifest.from_distribution("debcr-zoo").contributions.writers
    named = {suffix for writer in writers for suffix in writer.filename_extensions}
    assert named == {s for writer in installed().classes("writer") for s in writer.suffixes}
