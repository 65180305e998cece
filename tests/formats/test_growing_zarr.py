"""An OME-Zarr grows block by block, in any order, over several runs, to the same bytes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr
import zarr
from growing import check_growing, contents, grow
from hypothesis import given, settings
from hypothesis import strategies as st
from yaozarrs import validate_ome_object, validate_zarr_store

from debcr_core.errors import Cancelled
from debcr_core.files.writing import write_image
from debcr_core.image import make_image
from debcr_core.notices import listening
from debcr_core.stopping import Stop, heeding
from debcr_plugins.formats.zarr.ome_zarr import OmeZarrReader, OmeZarrWriter

VARIANTS = [
    OmeZarrWriter(),
    OmeZarrWriter(shards=False),
    OmeZarrWriter(version="0.4"),
]
BY_NAME = pytest.mark.parametrize("writer", VARIANTS, ids=["shards", "chunks", "0.4"])


def noise(dims: str, *shape: int, dtype: str = "uint16") -> xr.DataArray:
    values = np.random.default_rng(0).integers(1, 200, shape)
    return make_image(values.astype(dtype), dims, pixel_size={"y": 0.1, "x": 0.1})


@BY_NAME
@settings(max_examples=8)
@given(
    shape=st.tuples(st.integers(1, 3), st.integers(1, 700), st.integers(1, 700)),
    seed=st.integers(0, 99),
)
def test_the_order_of_blocks_does_not_show(writer, shape, seed, tmp_path_factory):
    image = noise("zyx", *shape)
    output = check_growing(writer, image, tmp_path_factory.mktemp("grown"), seed)
    with listening() as heard:
        again = OmeZarrReader().read(output)
        xr.testing.assert_equal(again.compute(), image)
    assert not heard
    assert again.attrs["pixel_size"] == {"y": 0.1, "x": 0.1}


@pytest.mark.parametrize("writer", VARIANTS[1:], ids=["chunks", "0.4"])
def test_it_is_what_is_written_in_one_go(writer, plugins, tmp_path: Path):
    image = noise("cyx", 2, 600, 300)
    grow(writer, image, tmp_path / "grown.ome.zarr", (1, 2, 1))
    write_image(image, tmp_path / "written.ome.zarr", plugins, writer=writer)
    grown = contents(tmp_path / "grown.ome.zarr")
    assert grown == contents(tmp_path / "written.ome.zarr")


def test_a_block_is_one_file_where_there_are_shards(tmp_path: Path):
    image = noise("cyx", 2, 900, 700)
    output = grow(OmeZarrWriter(), image, tmp_path / "a.ome.zarr", (2, 2, 2))
    array = zarr.open_array(output / "0", mode="r")
    assert array.shards == (2, 512, 512)
    assert array.chunks == (1, 256, 256)
    assert len([p for p in (output / "0" / "c").rglob("*") if p.is_file()]) == 4


def test_a_block_of_one_chunk_is_no_shard(tmp_path: Path):
    output = grow(OmeZarrWriter(), noise("yx", 100, 300), tmp_path / "a.ome.zarr", (1, 1))
    assert zarr.open_array(output / "0", mode="r").shards is None


@BY_NAME
def test_a_block_is_written_again_where_its_file_is_damaged(writer, tmp_path: Path):
    image = noise("yx", 700, 600)
    output = grow(writer, image, tmp_path / "a.ome.zarr", (2, 2))
    before = contents(output)
    for file in (output / "0").rglob("*"):
        if file.is_file() and file.name not in (".zarray", ".zattrs", "zarr.json"):
            file.write_bytes(file.read_bytes()[:-30])
    with writer.growing(image, output) as growing:
        growing.put((slice(0, 700), slice(0, 600)), image.values)
    assert contents(output) == before


@BY_NAME
def test_until_it_is_finished_it_is_no_image(writer, tmp_path: Path):
    writer.begin(noise("yx", 700, 600), tmp_path / "a.ome.zarr", (512, 512))
    with pytest.raises(Exception, match="no image itself"):
        OmeZarrReader().read(tmp_path / "a.ome.zarr")


def test_a_large_image_has_coarser_levels(tmp_path: Path):
    image = noise("yx", 2100, 300, dtype="float32")
    output = grow(OmeZarrWriter(), image, tmp_path / "a.ome.zarr", (4, 2))
    assert [reader.read(output).shape for reader in OmeZarrReader().coarser(output)] == [
        (1050, 150),
        (525, 75),
    ]
    half = OmeZarrReader(level=1).read(output)
    means = image.values.reshape(1050, 2, 150, 2).mean((1, 3))
    np.testing.assert_allclose(half.values, means, rtol=1e-6)
    assert half.attrs["pixel_size"] == {"y": 0.2, "x": 0.2}
    validate_zarr_store(output)
    validate_ome_object(dict(zarr.open_group(output, mode="r").attrs)["ome"])


def test_levels_are_stored_as_the_image_is(tmp_path: Path):
    image = noise("zyx", 2, 2200, 600)
    output = grow(OmeZarrWriter(), image, tmp_path / "a.ome.zarr", (2, 4, 2))
    arrays = [zarr.open_array(output / name, mode="r") for name in "012"]
    assert [(each.chunks, each.shards) for each in arrays] == [
        ((1, 256, 256), (2, 1024, 512)),
        ((1, 256, 256), (2, 1024, 512)),
        ((1, 256, 150), (2, 768, 150)),
    ]


@pytest.mark.parametrize("dtype", ["uint16", "float32"])
@pytest.mark.parametrize("factors", [{"y": 2, "x": 2}, {"z": 2, "y": 2, "x": 2}, {"y": 3, "x": 3}])
def test_levels_are_the_same_however_the_image_is_stored(dtype, factors, tmp_path: Path):
    image = noise("zyx", 3, 1290, 700, dtype=dtype).assign_attrs(levels=(factors,))
    stored = [(OmeZarrWriter(), (2, 2, 3)), (OmeZarrWriter(), (1, 5, 1)), (VARIANTS[1], (1, 1, 1))]
    made = []
    for number, (writer, counts) in enumerate(stored):
        output = grow(writer, image, tmp_path / f"{number}.ome.zarr", counts)
        made.append(OmeZarrReader(level=1).read(output).values)
    sizes = [size // factors.get(dim, 1) for dim, size in image.sizes.items()]
    assert made[0].shape == tuple(sizes)
    for other in made[1:]:
        np.testing.assert_array_equal(other, made[0])


@BY_NAME
def test_finishing_goes_on_where_it_was_ended(writer, tmp_path: Path):
    image = noise("yx", 4200, 520)
    whole = contents(grow(writer, image, tmp_path / "whole.ome.zarr", (4, 2)))
    path = tmp_path / "ended.ome.zarr"
    writer.begin(image, path, (1024, 512))
    with writer.growing(image, path) as growing:
        growing.put((slice(0, 4200), slice(0, 520)), image.values)
    (path / "0" / "0.f00.partial").write_bytes(b"torn")
    limits = float(image.min()), float(image.max())
    for count in (1, 4, 7):
        stop = Ending(count)
        with heeding(stop), pytest.raises(Cancelled):
            writer.finish(image, path, limits)
    writer.finish(image, path, limits)
    assert contents(path) == whole


class Ending(Stop):
    """Ends the work when it has been looked at so many times."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count = count

    def check(self) -> None:
        self.count -= 1
        if not self.count:
            self.request()
        super().check()
