"""What a writer stores, the reader gives back: axes, dtype, pixels, sizes, units, names."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from debcr_core.errors import WriteError
from debcr_core.files.writing import find_writer, open_output, write_image
from debcr_core.image import make_image

ALL = ("bool", "uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64")
FLOATS = ("float16", "float32", "float64")
OME = ("bool", "uint8", "uint16", "uint32", "int8", "int16", "int32", "float32", "float64")
IMAGEJ = ("bool", "uint8", "uint16", "float32")
ANY_DIMS = ("yx", "zyx", "cyx", "tyx", "czyx", "tcyx", "tzyx", "tczyx")


@dataclass(frozen=True)
class Format:
    suffix: str
    writer: str
    dtypes: tuple[str, ...]
    options: dict[str, Any] = field(default_factory=dict)
    dims: tuple[str, ...] = ANY_DIMS
    has_bool: bool = True
    keeps: tuple[str, ...] = ("axes", "sizes", "names")

    def __str__(self) -> str:
        return "-".join([self.suffix.lstrip("."), *map(str, self.options.values())])


COMPRESSED = [
    Format(suffix, writer, dtypes, {"compression": scheme}, dims=("tczyx",), has_bool=False)
    # What ImageJ's format does not hold is the same OME-TIFF under either suffix.
    for suffix, writer, dtypes in ((".tif", "tiff", IMAGEJ), (".ome.tif", "ome-tiff", OME))
    for scheme in ("zlib", "zstd", "lzw")
]
FORMATS = [
    Format(".tif", "tiff", (*IMAGEJ, "int16"), has_bool=False),
    Format(".ome.tif", "ome-tiff", OME, has_bool=False),
    *COMPRESSED,
    Format(".ome.zarr", "ome-zarr", ALL + FLOATS, {"version": "0.4"}),
    Format(".ome.zarr", "ome-zarr", ALL + FLOATS, {"version": "0.5"}),
    Format(".npz", "npz", ALL + FLOATS),
    Format(".npy", "npy", ALL + FLOATS, keeps=()),
    Format(".png", "png", ("bool", "uint8", "uint16"), dims=("yx",), keeps=("axes", "sizes")),
]
# Nowhere does how axes are laid out depend on the dtype, but that ImageJ holds it: each alone.
PAIRS = [
    pytest.param(form, dims, dtype, id=f"{form}-{dims}-{dtype}")
    for form in FORMATS
    for dims, dtype in dict.fromkeys(
        [
            *((dims, "uint16") for dims in form.dims),
            *((form.dims[-1], dtype) for dtype in form.dtypes),
        ]
    )
]


def assert_same(result: Any, image: Any, keeps: tuple[str, ...] = ("axes", "sizes", "names")):
    assert result.shape == image.shape
    assert result.dtype == image.dtype
    assert result.dtype.isnative
    np.testing.assert_array_equal(result.values, image.values)
    if "axes" in keeps:
        assert result.dims == image.dims
    if "sizes" in keeps:
        assert result.attrs["pixel_size"] == pytest.approx(image.attrs["pixel_size"], rel=1e-6)
        assert result.attrs["unit"] == image.attrs["unit"]
    if "names" in keeps and "c" in image.dims:
        assert list(result.coords["c"].values) == list(image.coords["c"].values)


@pytest.mark.parametrize(("form", "dims", "dtype"), PAIRS)
def test_an_image_survives_writing_and_reading(
    form, dims, dtype, sample, read, plugins, tmp_path: Path
):
    image = sample(dims, dtype)
    path = tmp_path / f"image{form.suffix}"
    write_image(image, path, plugins, writer=plugins.create("writer", form.writer, **form.options))
    expected = image.astype("uint8") if dtype == "bool" and not form.has_bool else image
    axes = None if "axes" in form.keeps else dims
    assert_same(read(path, axes=axes), expected, form.keeps)


@pytest.mark.parametrize("suffix", [".tif", ".ome.tif", ".ome.zarr", ".npz", ".npy"])
@pytest.mark.parametrize("dims", ["yx", "tczyx"])
def test_an_image_written_in_regions_equals_one_written_whole(
    suffix, dims, sample, read, plugins, tmp_path: Path
):
    image = sample(dims, "float32")
    path = tmp_path / f"image{suffix}"
    whole = tuple(slice(0, size) for size in image.shape)
    with open_output(image, path, plugins) as put:
        for start in range(0, image.sizes["y"], 7):
            for columns in (slice(5, None), slice(0, 5)):
                rows = slice(start, min(start + 7, image.sizes["y"]))
                region = (*whole[:-2], rows, slice(*columns.indices(image.sizes["x"])[:2]))
                put(region, image.values[region])
    keeps = () if suffix == ".npy" else ("axes", "sizes", "names")
    assert_same(read(path, axes=dims), image, keeps)


@pytest.mark.parametrize("suffix", [".tif", ".ome.tif", ".ome.zarr", ".npz"])
def test_a_lazy_image_is_written_block_by_block(suffix, sample, read, plugins, tmp_path: Path):
    image = sample("czyx")
    path = tmp_path / f"image{suffix}"
    write_image(image.chunk({"c": 1, "z": 2, "y": 8, "x": 16}), path, plugins)
    assert_same(read(path), image)


@pytest.mark.parametrize("suffix", [".tif", ".ome.tif", ".ome.zarr", ".npz"])
def test_axes_of_length_one_are_kept_where_the_file_says_something_about_them(
    suffix, sample, read, plugins, tmp_path: Path
):
    image = sample("tczyx", t=1, c=1, z=1)
    write_image(image, tmp_path / f"image{suffix}", plugins)
    assert_same(read(tmp_path / f"image{suffix}"), image)


@pytest.mark.parametrize("suffix", [".tif", ".ome.tif"])
def test_axes_of_length_one_of_which_a_tiff_says_nothing_are_dropped(
    suffix, read, plugins, tmp_path: Path
):
    image = make_image(np.ones((1, 1, 1, 4, 5), np.uint8), "tczyx")
    write_image(image, tmp_path / f"image{suffix}", plugins)
    assert read(tmp_path / f"image{suffix}").dims == ("y", "x")


@pytest.mark.parametrize("suffix", [".tif", ".ome.tif", ".npz", ".png"])
def test_colours_stay_colours(suffix, read, plugins, tmp_path: Path):
    pixels = np.random.default_rng(3).integers(0, 255, (6, 9, 3), np.uint8)
    image = make_image(pixels, "yxc", channels=["red", "green", "blue"], rgb=True)
    write_image(image, tmp_path / f"image{suffix}", plugins)
    result = read(tmp_path / f"image{suffix}")
    assert result.attrs["rgb"] is True
    assert_same(result, image)


@pytest.mark.parametrize("suffix", [".tif", ".ome.tif", ".ome.zarr", ".npz", ".png"])
def test_an_image_of_one_pixel_without_metadata_survives(suffix, read, plugins, tmp_path: Path):
    image = make_image(np.array([[7]], np.uint16), "yx")
    write_image(image, tmp_path / f"image{suffix}", plugins)
    assert_same(read(tmp_path / f"image{suffix}"), image)


@pytest.mark.parametrize("suffix", [".tif", ".ome.tif", ".ome.zarr", ".npz"])
@pytest.mark.parametrize(
    ("pixel_size", "unit"),
    [
        ({"y": 65.0, "x": 65.0}, {"y": "nanometer", "x": "nanometer"}),
        ({"y": 1.0, "x": 1.0}, {"y": "micrometer", "x": "micrometer"}),
        ({"y": 0.2, "x": 0.3}, {}),
        ({"z": 0.5}, {"z": "micrometer"}),
        (
            {"z": 2.0, "y": 100.0, "x": 100.0},
            dict.fromkeys("yx", "nanometer") | {"z": "micrometer"},
        ),
    ],
    ids=["nm", "one", "no unit", "z alone", "mixed units"],
)
def test_unusual_pixel_sizes_survive(pixel_size, unit, suffix, read, plugins, tmp_path: Path):
    pixels = np.arange(60, dtype=np.uint16).reshape(3, 4, 5)
    image = make_image(pixels, "zyx", pixel_size=pixel_size, unit=unit)
    write_image(image, tmp_path / f"image{suffix}", plugins)
    assert_same(read(tmp_path / f"image{suffix}"), image)


@pytest.mark.parametrize("suffix", [".tif", ".ome.tif", ".ome.zarr", ".npz", ".npy", ".png"])
def test_names_beyond_ascii_work(suffix, sample, read, plugins, tmp_path: Path):
    folder = tmp_path / "Zellkörper 細胞 é"
    folder.mkdir()
    image = sample("yx")
    write_image(image, folder / f"größe α{suffix}", plugins)
    np.testing.assert_array_equal(read(folder / f"größe α{suffix}").values, image.values)


def test_a_jpeg_is_close_to_what_was_written(read, plugins, tmp_path: Path):
    ramp = np.add.outer(np.arange(64), np.arange(64)).astype(np.uint8)
    write_image(make_image(ramp, "yx"), tmp_path / "ramp.jpg", plugins)
    result = read(tmp_path / "ramp.jpg")
    assert result.dims == ("y", "x")
    assert np.abs(result.values.astype(int) - ramp).max() <= 3


@pytest.mark.parametrize(
    ("suffix", "dims", "dtype", "fragment"),
    [
        (".png", "zyx", "uint8", r"along zyx. Write \.tif"),
        (".png", "cyx", "uint8", "--channel 0"),
        (".jpg", "czyx", "uint8", r"along czyx. Write \.tif"),
        (".jpg", "yx", "float32", "--dtype uint8"),
        (".png", "yx", "float32", "--dtype uint16"),
        (".jpg", "yx", "uint16", "--dtype uint8"),
        (".tif", "yx", "float16", "--dtype float32"),
        (".tif", "yx", "uint64", ".ome.zarr"),
        (".ome.tif", "yx", "int64", "cannot hold int64"),
    ],
)
def test_what_a_format_cannot_hold_is_refused_with_a_way_out(
    suffix, dims, dtype, fragment, sample, plugins, tmp_path: Path
):
    image, path = sample(dims, dtype), tmp_path / f"image{suffix}"
    with pytest.raises(WriteError, match=fragment):
        write_image(image, path, plugins)
    with pytest.raises(WriteError, match=fragment):
        find_writer(path, plugins).write(image, path)
    assert not list(tmp_path.iterdir())


REFUSED = [
    (".png", "png", {}, "yx", "float32", "--dtype uint16"),
    (".png", "png", {}, "zyx", "uint8", "one plane"),
    (".jpg", "jpeg", {}, "yx", "float32", "--dtype uint8"),
    *(
        (".tif", "tiff", {"compression": scheme}, "yx", "int64", "--dtype float32")
        for scheme in ("none", "zlib")
    ),
    (".ome.tif", "ome-tiff", {"compression": "zstd"}, "yx", "float16", "--dtype float32"),
]


@pytest.mark.parametrize(("suffix", "name", "options", "dims", "dtype", "fragment"), REFUSED)
def test_what_a_format_cannot_hold_is_refused_before_any_pixel_is_made(
    suffix, name, options, dims, dtype, fragment, sample, plugins, tmp_path: Path
):
    writer = plugins.create("writer", name, **options)
    template = sample(dims, dtype)
    with (
        pytest.raises(WriteError, match=fragment),
        open_output(template, tmp_path / f"a{suffix}", plugins, writer=writer),
    ):
        pytest.fail("the output was opened")
    assert not list(tmp_path.iterdir())


def test_a_jpeg_too_wide_for_the_format_is_refused_at_once(plugins, tmp_path: Path):
    image = make_image(np.zeros((1, 65_536), np.uint8), "yx")
    with pytest.raises(WriteError, match="at most 65535 rows and columns"):
        write_image(image, tmp_path / "a.jpg", plugins)


def test_nothing_is_left_where_writing_fails_halfway(sample, plugins, tmp_path: Path):
    image = sample("yx")
    for suffix in (".tif", ".ome.zarr", ".npy", ".npz"):
        with (
            pytest.raises(RuntimeError),
            open_output(image, tmp_path / f"image{suffix}", plugins) as put,
        ):
            put((slice(0, 3), slice(0, 3)), image.values[:3, :3])
            raise RuntimeError
    assert not list(tmp_path.iterdir())


def test_the_longest_suffix_chooses_the_writer(plugins):
    assert find_writer("a.ome.tif", plugins).name == "ome-tiff"
    assert find_writer("a.b.TIF", plugins).name == "tiff"
    assert find_writer("a.zarr", plugins).name == "ome-zarr"
