"""Zarr folders as other programs write them."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zarr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from debcr_core.errors import DebcrWarning, ReadError, UsageError
from debcr_core.files.guessed_axes import GuessedAxes
from debcr_core.files.reading import read_image

PIXELS = np.arange(2 * 70 * 90, dtype=np.uint16).reshape(2, 70, 90)


def pyramid(folder: Path, **extra: Any) -> Path:
    """Two levels, units in µm, a common scale, and channel names without display settings."""
    group = zarr.open_group(folder, mode="w")
    for level in range(2):
        step = 2**level
        data = PIXELS[:, ::step, ::step]
        group.create_array(str(level), data=data, chunks=(1, 32, 32))
    axes = [{"name": "Channel", "type": "channel"}]
    axes += [{"name": dim, "type": "space", "unit": "micrometer"} for dim in "yx"]
    datasets = [
        {
            "path": str(level),
            "coordinateTransformations": [{"type": "scale", "scale": [1, 2.0**level, 2.0**level]}],
        }
        for level in range(2)
    ]
    common = [{"type": "scale", "scale": [1.0, 0.1, 0.1]}]
    multiscale = {"axes": axes, "datasets": datasets, "coordinateTransformations": common}
    channels = [{"label": "actin"}, {"label": "DNA"}]
    ome = {"version": "0.5", "multiscales": [multiscale], "omero": {"channels": channels}}
    group.attrs["ome"] = ome | extra
    return folder


def test_the_finest_level_is_read_with_its_scale_and_channel_names(read, tmp_path: Path):
    image = read(pyramid(tmp_path / "a.zarr"))
    assert image.dims == ("c", "y", "x")
    assert image.attrs["pixel_size"] == pytest.approx({"y": 0.1, "x": 0.1})
    assert image.attrs["unit"] == {"y": "micrometer", "x": "micrometer"}
    assert list(image.coords["c"].values) == ["actin", "DNA"]
    np.testing.assert_array_equal(image.values, PIXELS)


def test_a_coarser_level_can_be_chosen(read, plugins, tmp_path: Path):
    folder = pyramid(tmp_path / "a.zarr")
    image = read(folder, reader=plugins.create("reader", "ome-zarr", level=1))
    assert image.attrs["pixel_size"] == pytest.approx({"y": 0.2, "x": 0.2})
    np.testing.assert_array_equal(image.values, PIXELS[:, ::2, ::2])
    with pytest.raises(UsageError, match="coarsest is level 1.*--reader ome-zarr level=1"):
        read(folder, reader=plugins.create("reader", "ome-zarr", level=2))


def test_the_coarser_levels_are_offered_to_viewers(read, plugins, tmp_path: Path):
    folder = pyramid(tmp_path / "a.zarr")
    (coarser,) = plugins.create("reader", "ome-zarr").coarser(folder)
    np.testing.assert_array_equal(read(folder, reader=coarser).values, PIXELS[:, ::2, ::2])
    assert coarser.coarser(folder) == ()


@pytest.mark.parametrize(
    ("stored", "colours"),
    [(["FF0000", "00ff00"], ("#ff0000", "#00ff00")), (["red", "00FF00"], ()), (["FF0000", ""], ())],
)
def test_colours_of_channels_are_told_if_all_are_known(stored, colours, plugins, tmp_path: Path):
    channels = [{"label": "a", "color": colour} for colour in stored]
    folder = pyramid(tmp_path / "a.zarr", omero={"channels": channels})
    assert plugins.create("reader", "ome-zarr").colours(folder) == colours


def test_channel_names_that_do_not_fit_are_left_out(read, tmp_path: Path):
    image = read(pyramid(tmp_path / "a.zarr", omero={"channels": [{"label": "actin"}]}))
    assert "c" not in image.coords


def test_a_collection_names_the_images_in_it(read, tmp_path: Path):
    zarr.open_group(tmp_path / "a.zarr", mode="w", attributes={"bioformats2raw.layout": 3})
    pyramid(tmp_path / "a.zarr" / "0")
    with pytest.raises(ReadError, match=r"no image itself, but holds .*a\.zarr.0: name one"):
        read(tmp_path / "a.zarr")
    np.testing.assert_array_equal(read(tmp_path / "a.zarr" / "0").values, PIXELS)


@pytest.mark.parametrize("version", [2, 3])
def test_a_plain_array_is_read_with_the_axes_it_names(version, read, tmp_path: Path):
    names: dict[str, Any] = (
        {"attributes": {"_ARRAY_DIMENSIONS": ["time", "y", "x"]}}
        if version == 2
        else {"dimension_names": ["time", "y", "x"]}
    )
    array = zarr.create_array(
        tmp_path / "a.zarr", shape=PIXELS.shape, dtype="u2", zarr_format=version, **names
    )
    array[...] = PIXELS + 1
    image = read(tmp_path / "a.zarr")
    assert image.dims == ("t", "y", "x")
    np.testing.assert_array_equal(image.values, PIXELS + 1)


def test_a_plain_array_without_names_is_guessed_with_a_warning(plugins, tmp_path: Path):
    zarr.create_array(tmp_path / "a.zarr", data=PIXELS + 1)
    with pytest.warns(GuessedAxes, match="read as zyx"):
        read_image(tmp_path / "a.zarr", plugins)


def test_chunks_that_a_writer_left_out_are_read_as_fill_value_with_a_warning(
    plugins, tmp_path: Path
):
    array = zarr.create_array(tmp_path / "a.zarr", shape=(64, 64), chunks=(32, 32), dtype="u1")
    array[:32, :32] = 5
    with pytest.warns(DebcrWarning, match="3 of 4 chunks"):
        image = read_image(tmp_path / "a.zarr", plugins)
    assert image.values.sum() == 5 * 32 * 32


def test_shards_count_as_the_files_they_are(read, tmp_path: Path):
    data = np.ones((64, 64), np.uint8)
    zarr.create_array(tmp_path / "a.zarr", data=data, chunks=(16, 16), shards=(32, 32))
    np.testing.assert_array_equal(read(tmp_path / "a.zarr").values, data)


parts = st.builds(slice, st.integers(0, 80), st.integers(0, 90), st.sampled_from([1, 2, 7]))


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(c=parts | st.integers(0, 1), y=parts, x=parts | st.integers(0, 89))
def test_any_part_of_a_lazy_image_equals_that_part_of_the_whole(c, y, x, plugins, folder):
    image = read_image(folder, plugins)
    assert image.chunks is not None
    np.testing.assert_array_equal(image[c, y, x].values, PIXELS[c, y, x])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return pyramid(tmp_path_factory.mktemp("parts") / "a.zarr")


def test_reading_and_writing_say_nothing_needless(sample, read, plugins, tmp_path: Path):
    from debcr_core.files.writing import write_image

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for dtype in ("bool", "float16", "uint16"):
            for version in ("0.4", "0.5"):
                path = tmp_path / f"{dtype}-{version}.ome.zarr"
                writer = plugins.create("writer", "ome-zarr", version=version)
                write_image(sample("czyx", dtype), path, plugins, writer=writer)
                read(path)
