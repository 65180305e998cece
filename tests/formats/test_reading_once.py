"""How many bytes of a file are read, or pixels decoded, when an image is loaded part by part."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import get_ident

import dask
import dask.array as da
import numpy as np
import pytest
import tifffile
import zarr

from debcr_core.components import Reader
from debcr_core.files.raw_file import RawFile
from debcr_core.files.reading import read_image
from debcr_core.image import make_image
from debcr_plugins.formats.tiff.pixels import TiffPixels

STACK = np.random.default_rng(0).integers(0, 4000, (6, 160, 96), np.uint16)
HYPERSTACK = {"imagej": True, "metadata": {"axes": "ZYX", "spacing": 0.5}}
BAND = 32


def write_zarr(path: Path) -> None:
    zarr.create_array(path, data=STACK, chunks=(1, BAND, 40), dimension_names=list("zyx"))


FILES: dict[str, Callable[[Path], None]] = {
    "imagej.tif": lambda path: tifffile.imwrite(path, STACK, **HYPERSTACK),
    "zlib.tif": lambda path: tifffile.imwrite(
        path, STACK, compression="zlib", rowsperstrip=16, **HYPERSTACK
    ),
    "tiles.ome.tif": lambda path: tifffile.imwrite(
        path, STACK, ome=True, compression="zlib", tile=(16, 48), metadata={"axes": "ZYX"}
    ),
    "a.npy": lambda path: np.save(path, STACK),
    "a.zarr": write_zarr,
}


class Count:
    """Bytes of pixels that the readers were asked for."""

    def __init__(self) -> None:
        self.read = 0

    def watch(self, monkeypatch: pytest.MonkeyPatch, owner: type, method: str) -> None:
        """Count what a method returns."""
        original = getattr(owner, method)

        def counted(*arguments, **options):
            block = original(*arguments, **options)
            self.read += block.nbytes
            return block

        monkeypatch.setattr(owner, method, counted)


@pytest.fixture
def count(monkeypatch) -> Count:
    found = Count()
    for owner in (RawFile, TiffPixels, zarr.Array):
        found.watch(monkeypatch, owner, "__getitem__")
    return found


@pytest.fixture(params=FILES)
def image(request, plugins, tmp_path: Path):
    FILES[request.param](tmp_path / request.param)
    return read_image(tmp_path / request.param, plugins, axes="zyx")


def test_planes_one_by_one_are_read_once(image, count):
    for z, plane in enumerate(STACK):
        np.testing.assert_array_equal(image.isel(z=z).values, plane)
    assert count.read <= 1.1 * STACK.nbytes


def test_planes_taken_in_two_steps_are_read_once(image, count):
    for z, plane in enumerate(STACK):
        part = image.isel(z=[z])
        np.testing.assert_array_equal(part.isel(z=0).values, plane)
    assert count.read <= 1.1 * STACK.nbytes


def test_bands_of_rows_are_read_once(image, count):
    for z in range(len(STACK)):
        for top in range(0, STACK.shape[1], BAND):
            rows = slice(top, top + BAND)
            np.testing.assert_array_equal(image.isel(z=z, y=rows).values, STACK[z, rows])
    assert count.read <= 1.1 * STACK.nbytes


def test_chunk_by_chunk_is_read_once(image, count):
    for block in image.data.blocks.ravel():
        assert block.nbytes <= STACK[0].nbytes
        block.compute()
    assert count.read <= 1.1 * STACK.nbytes


def test_a_huge_plane_comes_in_bands_that_end_with_its_strips(plugins, tmp_path: Path):
    plane = np.zeros((3000, 2000), np.uint16)
    tifffile.imwrite(tmp_path / "a.tif", plane, compression="zlib", rowsperstrip=48)
    rows, columns = read_image(tmp_path / "a.tif", plugins).chunks
    assert columns == (2000,)
    assert len(rows) == 3
    assert rows[0] % 48 == 0


def test_one_colour_of_interleaved_samples_needs_no_seek_a_pixel(
    plugins, monkeypatch, tmp_path: Path
):
    pixels = np.random.default_rng(0).integers(0, 255, (40, 50, 3), np.uint8)
    tifffile.imwrite(tmp_path / "a.tif", pixels, photometric="rgb")
    runs = []
    original = RawFile._runs

    def watched(self, region):
        size, starts = original(self, region)
        starts = list(starts)
        runs.append(len(starts))
        return size, iter(starts)

    monkeypatch.setattr(RawFile, "_runs", watched)
    image = read_image(tmp_path / "a.tif", plugins)
    np.testing.assert_array_equal(image.isel(c=1).values, pixels[..., 1])
    assert sum(runs) <= 40


def test_an_npy_whose_planes_do_not_lie_together_is_read_at_once(plugins, count, tmp_path: Path):
    np.save(tmp_path / "a.npy", np.asfortranarray(STACK))
    image = read_image(tmp_path / "a.npy", plugins, axes="zyx")
    for z, plane in enumerate(STACK):
        np.testing.assert_array_equal(image[z].values, plane)
    assert count.read == STACK.nbytes


def test_pixels_are_read_in_the_thread_that_asks_for_them(plugins, tmp_path: Path):
    # Where several threads restore, each would otherwise wake a pool of its own for every band.
    threads = set()

    def noted(block):
        threads.add(get_ident())
        return block

    class Noting(Reader):
        """Notes by which thread its pixels are made."""

        name = "noting"
        suffixes = (".noted",)

        @classmethod
        def recognises(cls, path, head):
            return True

        def read(self, path):
            pixels = da.from_array(STACK, chunks=(1, BAND, -1))
            return make_image(pixels.map_blocks(noted, dtype=STACK.dtype, meta=STACK[:0]), "zyx")

    (tmp_path / "a.noted").write_text("any")
    image = read_image(tmp_path / "a.noted", plugins, reader=Noting())
    with dask.config.set(scheduler="threads"):
        part = image.isel(z=slice(2, 5)).data
        np.testing.assert_array_equal(part.compute(scheduler="synchronous"), STACK[2:5])
    assert threads == {get_ident()}
