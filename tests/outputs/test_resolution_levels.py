"""A pyramid stays a pyramid: levels are coarser by the input's factors and made of the output."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
import zarr
from hypothesis import given
from hypothesis import strategies as st
from yaozarrs import validate_ome_object

from debcr_core import restore_file
from debcr_core.errors import Cancelled
from debcr_core.files.reading import read_image
from debcr_core.files.writing import open_output, write_image
from debcr_core.image import make_image
from debcr_core.notices import listening
from debcr_core.stopping import Stop, heeding
from debcr_plugins.formats.coarser import coarser, coarser_shape

PIXELS = np.random.default_rng(0).integers(0, 4000, (2, 6, 70, 91)).astype(np.uint16)
FLAT = ({"y": 2, "x": 2}, {"y": 4, "x": 4})
DEEP = ({"y": 2, "x": 2}, {"z": 2, "y": 6, "x": 4}, {"z": 3, "y": 3, "x": 3})


def means(pixels: np.ndarray, dims: str, factors: dict[str, int]) -> np.ndarray:
    """Return means of blocks, the plain way."""
    shape = coarser_shape(dims, pixels.shape, factors)
    steps = [factors.get(dim, 1) for dim in dims]
    whole = pixels[tuple(slice(n * step) for n, step in zip(shape, steps, strict=True))]
    parts = [size for pair in zip(shape, steps, strict=True) for size in pair]
    return whole.reshape(parts).mean(axis=tuple(range(1, 2 * len(steps), 2)), dtype=np.float64)


def pyramid(path: Path, levels: tuple[dict[str, int], ...], version: str = "0.5") -> Path:
    """An OME-Zarr of 0.2 × 0.1 × 0.1 µm with coarser levels."""
    group = zarr.open_group(path, mode="w", zarr_format=2 if version == "0.4" else 3)
    datasets = []
    for number, factors in enumerate(({}, *levels)):
        steps = [factors.get(dim, 1) for dim in "czyx"]
        data = PIXELS[tuple(slice(None, None, step) for step in steps)]
        group.create_array(str(number), data=data, chunks=(1, 1, 32, 32))
        scale = [s * n for s, n in zip((1, 0.2, 0.1, 0.1), steps, strict=True)]
        transformations = [{"type": "scale", "scale": scale}]
        datasets.append({"path": str(number), "coordinateTransformations": transformations})
    axes: list[dict[str, str]] = [{"name": "c", "type": "channel"}]
    axes += [{"name": dim, "type": "space", "unit": "micrometer"} for dim in "zyx"]
    multiscale: dict[str, Any] = {"axes": axes, "datasets": datasets}
    if version == "0.4":
        group.attrs["multiscales"] = [multiscale | {"version": "0.4"}]
    else:
        group.attrs["ome"] = {"version": "0.5", "multiscales": [multiscale]}
    return path


@pytest.mark.parametrize("version", ["0.4", "0.5"])
@pytest.mark.parametrize("levels", [FLAT, DEEP], ids=["flat", "deep"])
def test_an_ome_zarr_keeps_its_levels(version, levels, unchanged, plugins, tmp_path: Path):
    source, output = pyramid(tmp_path / "in.zarr", levels, version), tmp_path / "out.ome.zarr"
    writer = plugins.create("writer", "ome-zarr", version=version)
    restore_file(source, output, unchanged, writer=writer, dtype="input", plugins=plugins)
    group = zarr.open_group(output, mode="r")
    attributes: dict[str, Any] = dict(group.attrs)
    metadata = attributes["ome"] if version == "0.5" else attributes
    validate_ome_object({key: value for key, value in metadata.items() if key != "debcr"})
    assert json.loads(json.dumps(attributes["debcr"]))["input"]["name"] == "in.zarr"
    datasets = metadata["multiscales"][0]["datasets"]
    assert [dataset["path"] for dataset in datasets] == ["0", "1", "2", "3"][: len(levels) + 1]
    np.testing.assert_array_equal(group["0"][...], PIXELS)
    for factors, dataset in zip(levels, datasets[1:], strict=True):
        steps = np.array([factors.get(dim, 1) for dim in "czyx"])
        scale, shift = dataset["coordinateTransformations"]
        assert scale["scale"] == pytest.approx(steps * [1, 0.2, 0.1, 0.1])
        assert shift["translation"] == pytest.approx((steps - 1) / 2 * [1, 0.2, 0.1, 0.1])
        # Each level is rounded, and made of another that was.
        assert np.abs(group[dataset["path"]][...] - means(PIXELS, "czyx", factors)).max() <= 1


def test_levels_of_real_numbers_are_means(plugins, read, tmp_path: Path):
    image = read_image(pyramid(tmp_path / "in.zarr", DEEP), plugins)
    write_image(image, tmp_path / "out.ome.zarr", plugins, dtype="float32")
    for number, factors in enumerate(DEEP, start=1):
        reader = plugins.create("reader", "ome-zarr", level=number)
        level = read(tmp_path / "out.ome.zarr", reader=reader)
        np.testing.assert_allclose(level.values, means(PIXELS, "czyx", factors), rtol=1e-6)


def test_a_region_has_the_levels_that_fit_in_it(unchanged, plugins, tmp_path: Path):
    source, output = pyramid(tmp_path / "in.zarr", FLAT), tmp_path / "out.ome.zarr"
    region = {"y": slice(10, 13), "x": slice(20, 31)}
    restore_file(source, output, unchanged, region=region, plugins=plugins)
    group = zarr.open_group(output, mode="r")
    assert [group[name].shape[-2:] for name in sorted(group)] == [(3, 11), (1, 5)]


def test_from_a_coarser_level_on_its_own_levels_are_kept(plugins, tmp_path: Path):
    reader = plugins.create("reader", "ome-zarr", level=1)
    image = read_image(pyramid(tmp_path / "in.zarr", FLAT), plugins, reader=reader)
    assert image.attrs["levels"] == ({"y": 2, "x": 2},)


def ome_tiff(path: Path, **options: Any) -> Path:
    with tifffile.TiffWriter(path, ome=True) as writer:
        metadata = {"axes": "CZYX", "PhysicalSizeX": 0.1, "PhysicalSizeXUnit": "µm"}
        writer.write(PIXELS, subifds=2, metadata=metadata, photometric="minisblack", **options)
        for step in (2, 4):
            level = PIXELS[..., ::step, ::step]
            writer.write(level, subfiletype=1, photometric="minisblack", **options)
    return path


@pytest.mark.parametrize("compression", ["none", "zlib"])
@pytest.mark.parametrize("source", ["tiff", "zarr"])
def test_an_ome_tiff_keeps_its_levels(compression, source, unchanged, plugins, tmp_path: Path):
    given = (
        ome_tiff(tmp_path / "in.ome.tif", tile=(32, 32))
        if source == "tiff"
        else pyramid(tmp_path / "in.zarr", FLAT)
    )
    output = tmp_path / "out.ome.tif"
    writer = plugins.create("writer", "ome-tiff", compression=compression)
    with listening() as heard:
        restore_file(given, output, unchanged, writer=writer, dtype="input", plugins=plugins)
    assert not [each for each in heard if each.kind == "metadata-left-out"]
    with tifffile.TiffFile(output) as tif:
        levels = tif.series[0].levels
        assert tif.series[0].axes == "CZYX"
        assert [level.shape[-2:] for level in levels] == [(70, 91), (35, 45), (17, 22)]
        np.testing.assert_array_equal(levels[0].asarray(), PIXELS)
        for level, factors in zip(levels[1:], FLAT, strict=True):
            assert np.abs(level.asarray() - means(PIXELS, "czyx", factors)).max() <= 0.5
        assert "in." in json.loads(tif.pages.first.tags[65330].value)["input"]["name"]
    again = read_image(output, plugins)
    assert again.attrs["levels"] == FLAT
    assert again.attrs["pixel_size"]["x"] == pytest.approx(0.1)


@pytest.mark.parametrize("compression", ["none", "zlib"])
def test_colours_have_levels_as_well(compression, plugins, read, tmp_path: Path):
    pixels = np.random.default_rng(0).integers(0, 255, (61, 50, 3), np.uint8)
    image = make_image(pixels, "yxc", channels=["red", "green", "blue"], rgb=True)
    writer = plugins.create("writer", "ome-tiff", compression=compression)
    image.attrs["levels"] = ({"y": 2, "x": 2},)
    write_image(image, tmp_path / "out.ome.tif", plugins, writer=writer)
    with tifffile.TiffFile(tmp_path / "out.ome.tif") as tif:
        level = tif.series[0].levels[1].asarray()
    assert np.abs(level - means(pixels, "yxc", {"y": 2, "x": 2})).max() <= 0.5
    np.testing.assert_array_equal(read(tmp_path / "out.ome.tif").values, image.values)


@pytest.mark.parametrize(
    ("levels", "suffix", "holder"),
    [
        (FLAT, "tif", "an ImageJ hyperstack"),
        (FLAT, "npy", "an NPY"),
        (FLAT, "npz", "an NPZ"),
        (DEEP, "ome.tif", "an OME-TIFF"),
    ],
)
def test_levels_are_said_to_be_left_out_where_they_are(
    levels, suffix, holder, unchanged, plugins, tmp_path: Path
):
    source = pyramid(tmp_path / "in.zarr", levels)
    with listening() as heard:
        restore_file(source, tmp_path / f"out.{suffix}", unchanged, plugins=plugins)
    (said,) = [str(each) for each in heard if each.kind == "metadata-left-out"]
    assert f"its {len(levels)} coarser resolution levels (.ome.zarr can hold them)" in said
    assert holder in said


@given(
    shape=st.tuples(st.integers(1, 5), st.integers(1, 40), st.integers(1, 40)),
    steps=st.tuples(st.integers(1, 3), st.integers(1, 5), st.integers(1, 5)),
    dtype=st.sampled_from(["uint8", "int16", "float32", "bool"]),
)
def test_a_coarser_level_is_of_means_rounded_to_its_type(shape, steps, dtype):
    pixels = (np.random.default_rng(0).random(shape) * 99 - 20).clip(0).astype(dtype)
    factors = {dim: step for dim, step in zip("zyx", steps, strict=True) if step > 1}
    level = np.full(coarser_shape("zyx", shape, factors), 9, dtype)
    for region, block in coarser(pixels, "zyx", factors, np.dtype(dtype)):
        level[region] = block
    expected = means(pixels, "zyx", factors)
    rounded = expected if dtype == "float32" else np.rint(expected)
    np.testing.assert_allclose(level.astype(float), rounded, rtol=1e-6)


def test_levels_are_made_in_bounded_memory(plugins, tmp_path: Path):
    """Of 64 MB in one plane, a few at a time are held, even where one pixel is made of 256."""
    image = make_image(np.broadcast_to(np.float32(1), (4096, 4096)), "yx")
    image.attrs["levels"] = ({"y": 2, "x": 2}, {"y": 16, "x": 16})
    with open_output(image, tmp_path / "out.ome.zarr", plugins) as put:
        for start in range(0, 4096, 512):
            put((slice(start, start + 512), slice(0, 4096)), np.ones((512, 4096), np.float32))
        tracemalloc.start()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 40e6


@pytest.mark.parametrize("suffix", ["ome.zarr", "ome.tif"])
def test_the_making_of_levels_can_be_stopped(suffix, plugins, tmp_path: Path):
    image = make_image(np.ones((64, 64), np.float32), "yx")
    image.attrs["levels"] = ({"y": 2, "x": 2},)
    stop = Stop()
    with (
        pytest.raises(Cancelled),
        heeding(stop),
        open_output(image, tmp_path / f"out.{suffix}", plugins) as put,
    ):
        put((slice(0, 64), slice(0, 64)), image.values)
        stop.request()
    assert not list(tmp_path.iterdir())
