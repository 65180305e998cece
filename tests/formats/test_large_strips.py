"""Of a large strip or tile that is asked for in parts, no more is done than is needed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from debcr_core.notices import listening
from debcr_plugins.formats.tiff import kept_segments, pixels
from debcr_plugins.formats.tiff.reading import TiffReader

PLANES = np.random.default_rng(0).integers(0, 4000, (2, 90, 70)).astype(np.uint16)
PARTS = [
    (slice(None), slice(row, row + 40), slice(column, column + 30))
    for row in (0, 30, 60)
    for column in (0, 35)
]


def pages_apart(path: Path, planes: np.ndarray, **options: Any) -> Path:
    """A TIFF whose pages do not lie one after the other: each directory stands between them."""
    with tifffile.TiffWriter(path, byteorder=options.pop("byteorder", None)) as writer:
        for plane in planes:
            writer.write(plane, metadata=None, photometric="minisblack", **options)
    return path


@pytest.fixture
def small_is_large(monkeypatch):
    monkeypatch.setattr(kept_segments, "LARGE", 1000)
    monkeypatch.setattr(pixels, "SHORT", 1000)


@pytest.fixture
def decoded(monkeypatch) -> list[int]:
    """Count what is decoded."""
    counted: list[int] = []
    plain = pixels.TiffPixels._decoded

    def counting(self, stored, page, number):
        counted.append(number)
        return plain(self, stored, page, number)

    monkeypatch.setattr(pixels.TiffPixels, "_decoded", counting)
    return counted


def read_lazily(path: Path) -> xr.DataArray:
    with listening():  # nothing says that pages are z
        return TiffReader(series=0).read(path)


def read_in_parts(path: Path) -> None:
    image = read_lazily(path)
    for part in PARTS:
        block = image[part].data.compute(scheduler="synchronous")
        np.testing.assert_array_equal(block, PLANES[part])


@pytest.mark.usefixtures("small_is_large")
@pytest.mark.parametrize("options", [{}, {"tile": (64, 48)}], ids=["strips", "tiles"])
def test_a_compressed_one_is_decoded_once(options, decoded, tmp_path: Path):
    path = pages_apart(
        tmp_path / "a.tif", PLANES, compression="lzw", predictor=True, rowsperstrip=90, **options
    )
    read_in_parts(path)
    assert sorted(decoded) == sorted([*range(4), *range(4)] if options else [0, 0])


@pytest.mark.usefixtures("small_is_large")
def test_a_small_one_is_decoded_again(decoded, tmp_path: Path):
    read_in_parts(pages_apart(tmp_path / "a.tif", PLANES, compression="lzw", rowsperstrip=5))
    assert len(decoded) > 2 * 18


@pytest.mark.usefixtures("small_is_large")
@pytest.mark.parametrize("byteorder", ["<", ">"])
@pytest.mark.parametrize("options", [{}, {"tile": (64, 48)}], ids=["strips", "tiles"])
def test_of_an_uncompressed_one_only_the_rows_are_read(byteorder, options, decoded, tmp_path: Path):
    read_in_parts(pages_apart(tmp_path / "a.tif", PLANES, byteorder=byteorder, **options))
    assert not decoded


@pytest.mark.usefixtures("small_is_large")
def test_what_is_kept_is_bounded(decoded, monkeypatch, tmp_path: Path):
    monkeypatch.setattr(kept_segments, "MOST", PLANES[0].nbytes)
    read_in_parts(pages_apart(tmp_path / "a.tif", PLANES, compression="lzw", rowsperstrip=90))
    assert len(decoded) == 2 * len(PARTS)


@pytest.mark.usefixtures("small_is_large")
def test_without_room_on_the_disk_it_is_decoded_again(decoded, monkeypatch, tmp_path: Path):
    def full() -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(kept_segments, "TemporaryFile", full)
    read_in_parts(pages_apart(tmp_path / "a.tif", PLANES, compression="lzw", rowsperstrip=90))
    assert len(decoded) == 2 * len(PARTS)


@settings(max_examples=30)
@given(
    dtype=st.sampled_from(["uint8", ">u2", "<i4", ">f4", "<f8"]),
    tile=st.sampled_from([None, (32, 48)]),
    rows=st.integers(1, 60),
    samples=st.sampled_from([1, 3]),
    start=st.integers(0, 50),
    stop=st.integers(51, 60),
)
def test_any_part_is_what_tifffile_reads(dtype, tile, rows, samples, start, stop, tmp_path_factory):
    """With strips and tiles of any size, of grey and of colours."""
    path = tmp_path_factory.mktemp("any") / "a.tif"
    values = np.random.default_rng(0).integers(0, 250, (2, 60, 50, samples)).astype(dtype)
    planes = values if samples > 1 else values[..., 0]
    with (
        pytest.MonkeyPatch.context() as patch,
        tifffile.TiffWriter(path, byteorder=dtype[0] if dtype[0] in "<>" else "<") as writer,
    ):
        patch.setattr(pixels, "SHORT", 100)
        colours = {"photometric": "rgb" if samples > 1 else "minisblack"}
        how = {"tile": tile} if tile else {"rowsperstrip": rows}
        for plane in planes:
            writer.write(plane, metadata=None, **colours, **how)
        writer.close()
        with tifffile.TiffFile(path) as tif:
            read = pixels.TiffPixels(path, 0, tif.series[0])
        part = (slice(0, 2), slice(start, stop), slice(start // 2, 45))
        np.testing.assert_array_equal(read[part].reshape(planes[part].shape), planes[part])


@pytest.mark.usefixtures("small_is_large")
def test_an_image_that_is_read_whole_is_not_set_aside(monkeypatch, tmp_path: Path):
    monkeypatch.delattr(kept_segments, "TemporaryFile")
    path = pages_apart(tmp_path / "a.tif", PLANES, compression="lzw", rowsperstrip=90)
    np.testing.assert_array_equal(read_lazily(path).values, PLANES)
