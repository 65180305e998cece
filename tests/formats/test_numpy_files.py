"""NPY and NPZ as other programs write them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile
import zarr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from debcr_core.errors import UsageError
from debcr_core.files.guessed_axes import GuessedAxes
from debcr_core.files.reading import read_image
from debcr_core.files.writing import write_image
from debcr_core.image import make_image
from debcr_core.notices import listening

STACK = np.arange(3 * 5 * 7, dtype=np.int16).reshape(3, 5, 7)
PLANE = STACK[0]


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("byteorder", ["<", ">"])
@pytest.mark.parametrize("suffix", [".npy", ".npz"])
def test_any_order_of_axes_and_bytes_is_read(order, byteorder, suffix, read, tmp_path: Path):
    data = np.array(STACK, dtype=f"{byteorder}i2", order=order)
    (np.save if suffix == ".npy" else np.savez)(tmp_path / f"a{suffix}", data)
    image = read(tmp_path / f"a{suffix}", axes="zyx")
    assert image.dtype == np.int16
    assert image.dtype.isnative
    np.testing.assert_array_equal(image.values, STACK)


@pytest.mark.parametrize(("ndim", "axes"), [(3, "zyx"), (4, "czyx"), (5, "tczyx")])
def test_nameless_axes_are_guessed_with_a_warning(ndim, axes, plugins, tmp_path: Path):
    np.save(tmp_path / "a.npy", STACK.reshape((1,) * (ndim - 3) + STACK.shape))
    with pytest.warns(GuessedAxes, match=f"read as {axes}"):
        assert "".join(read_image(tmp_path / "a.npy", plugins).dims) == axes


def test_axes_that_the_user_names_are_brought_into_our_order(read, tmp_path: Path):
    np.save(tmp_path / "a.npy", STACK)
    image = read(tmp_path / "a.npy", axes="yxc")
    assert image.dims == ("c", "y", "x")
    np.testing.assert_array_equal(image.values, STACK.transpose(2, 0, 1))


def test_an_npy_is_read_lazily(plugins, tmp_path: Path):
    np.save(tmp_path / "a.npy", STACK)
    assert read_image(tmp_path / "a.npy", plugins, axes="zyx").chunks is not None


parts = st.builds(slice, st.none() | st.integers(-9, 9), st.none() | st.integers(-9, 9)) | (
    st.builds(slice, st.none(), st.none(), st.sampled_from([2, 3, -1, -2]))
)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("stack") / "a.npy"
    np.save(path, STACK)
    return path


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    z=parts | st.integers(-3, 2) | st.lists(st.integers(0, 2), min_size=1, max_size=3),
    y=parts | st.integers(-5, 4),
    x=parts | st.integers(-7, 6),
)
def test_any_part_of_a_lazy_array_equals_that_part_of_the_whole(z, y, x, plugins, stack):
    image = read_image(stack, plugins, axes="zyx")
    np.testing.assert_array_equal(image.isel(z=z, y=y, x=x).values, STACK[:, y][..., x][z])


def test_of_several_arrays_one_is_chosen_by_name(read, plugins, tmp_path: Path):
    np.savez(tmp_path / "a.npz", first=STACK[0], second=STACK[1])
    with pytest.raises(UsageError, match="several arrays: first, second.*--reader npz array=first"):
        read(tmp_path / "a.npz")
    second = plugins.create("reader", "npz", array="second")
    np.testing.assert_array_equal(read(tmp_path / "a.npz", reader=second).values, STACK[1])
    with pytest.raises(
        UsageError, match='no array "secnd". Did you mean "second".*--reader npz array=first'
    ):
        read(tmp_path / "a.npz", reader=plugins.create("reader", "npz", array="secnd"))


def test_the_only_array_needs_no_name(read, tmp_path: Path):
    np.savez_compressed(tmp_path / "a.npz", anything=STACK[0])
    np.testing.assert_array_equal(read(tmp_path / "a.npz").values, STACK[0])


def test_what_we_write_holds_plain_arrays_only(sample, plugins, tmp_path: Path):
    from debcr_core.files.writing import write_image

    write_image(sample("cyx"), tmp_path / "a.npz", plugins)
    with np.load(tmp_path / "a.npz", allow_pickle=False) as archive:
        content = {name: archive[name] for name in archive}
    assert str(content["axes"]) == "cyx"
    assert content["channels"].tolist() == ["DAPI", 'a<&"b', "µ–β"]
    assert np.isnan(content["pixel_size"][0])
    assert content["unit"].tolist() == ["", "micrometer", "micrometer"]


CHANNELS_LAST = {
    (96, 80, 2): "yxc",
    (96, 80, 5): "yxc",
    (9, 7, 3): "yxc",
    (4, 96, 80, 2): "zyxc",
    (2, 4, 96, 80, 3): "tzyxc",
}


@pytest.mark.parametrize("shape", CHANNELS_LAST)
@pytest.mark.parametrize("suffix", ["npy", "npz", "zarr", "tif"])
def test_channels_last_are_asked_for_and_never_taken_for_planes(
    shape, suffix, plugins, read, tmp_path: Path
):
    data = np.arange(np.prod(shape), dtype=np.uint16).reshape(shape)
    path, axes = tmp_path / f"a.{suffix}", CHANNELS_LAST[shape]
    write = {
        "npy": np.save,
        "npz": np.savez,
        "zarr": lambda path, data: zarr.create_array(path, data=data + 1),
        "tif": lambda path, data: tifffile.imwrite(path, data, photometric="minisblack"),
    }
    write[suffix](path, data)
    with pytest.raises(UsageError, match=rf"channels last .* Say which: --axes {axes} or"):
        read_image(path, plugins)
    image = read(path, axes=axes)
    assert image.dims == tuple(dim for dim in "tczyx" if dim in axes)
    expected = data + 1 if suffix == "zarr" else data
    np.testing.assert_array_equal(image.transpose(*axes).values, expected)


@pytest.mark.parametrize("shape", [(96, 80, 2), (9, 7, 1)])
@pytest.mark.parametrize("axes", ["zyx", "tyx", "cyx", "yxz"])
def test_the_user_may_name_the_axes_otherwise(shape, axes, read, tmp_path: Path):
    data = np.arange(np.prod(shape)).reshape(shape)
    np.save(tmp_path / "a.npy", data)
    image = read(tmp_path / "a.npy", axes=axes)
    np.testing.assert_array_equal(image.transpose(*axes).values, data)


@pytest.mark.parametrize(
    ("shape", "dims"),
    [((9, 7, 1), "yx"), ((5, 9, 7, 1), "zyx"), ((2, 5, 9, 7, 1), "tzyx"), ((16, 16, 1), "yx")],
)
def test_an_only_channel_last_is_left_out_with_a_warning(shape, dims, plugins, tmp_path: Path):
    data = np.arange(np.prod(shape)).reshape(shape)
    np.save(tmp_path / "a.npy", data)
    with pytest.warns(GuessedAxes, match=f"read as {dims}, and its last axis as the only channel"):
        image = read_image(tmp_path / "a.npy", plugins)
    assert "".join(image.dims) == dims
    np.testing.assert_array_equal(image.values, data[..., 0])


@pytest.mark.parametrize("shape", [(96, 80, 64), (5, 7, 6), (3, 512, 16), (10, 2, 96, 80)])
def test_planes_are_no_channels(shape, plugins, tmp_path: Path):
    np.save(tmp_path / "a.npy", np.zeros(shape, np.uint8))
    with pytest.warns(GuessedAxes, match="read as c?zyx. If"):
        read_image(tmp_path / "a.npy", plugins)


def test_of_the_original_training_data_the_input_is_read(plugins, tmp_path: Path):
    low = np.random.default_rng(0).random((16, 12, 10, 1)).astype(np.float32)
    np.savez(tmp_path / "a.npz", low=low, gt=low + 1)
    with listening() as heard:
        image = read_image(tmp_path / "a.npz", plugins)
    assert any("--reader npz array=gt" in str(each) for each in heard)
    assert image.dims == ("z", "y", "x")
    np.testing.assert_array_equal(image.values, low[..., 0])
    with pytest.raises(UsageError, match="Ask for one of them: --reader npz array=low"):
        read_image(tmp_path / "a.npz", plugins, reader=plugins.create("reader", "npz", array="x"))


def test_all_arrays_of_an_archive_are_shown_together_the_input_first(plugins, read, tmp_path: Path):
    np.savez(tmp_path / "pair.npz", gt=PLANE + 1, low=PLANE)
    together = plugins.create("reader", "npz").together(tmp_path / "pair.npz")
    assert [part.name for part in together.parts] == ["low", "gt"]
    for part, pixels in zip(together.parts, (PLANE, PLANE + 1), strict=True):
        np.testing.assert_array_equal(read(part.path, reader=part.reader).values, pixels)


def test_an_archive_of_ours_is_one_image(plugins, tmp_path: Path):
    image = make_image(PLANE, "yx", pixel_size={"y": 1.5}).assign_attrs(restoration="{}")
    write_image(image, tmp_path / "one.npz", plugins)
    assert plugins.create("reader", "npz").together(tmp_path / "one.npz") is None
