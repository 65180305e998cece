"""What docs/formats.md promises of damage: where a format can notice it, it is never silent."""

from __future__ import annotations

import contextlib
import io
import random
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
import tifffile
import zarr
from PIL import Image, PngImagePlugin

from debcr_core.errors import DebcrError, ReadError
from debcr_core.files.reading import read_image
from debcr_core.plugins import Plugins

SIGNATURE = b"\x89PNG\r\n\x1a\n"
GREY = np.random.default_rng(3).integers(0, 4000, (32, 48), np.uint16)
BYTES = (GREY >> 4).astype(np.uint8)
SMALL, SMALL_BYTES = GREY[:5, :9], BYTES[:5, :9]


def chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)


def interlaced(pixels: np.ndarray) -> bytes:
    """Return a PNG in seven passes (Adam7), which Pillow does not write."""
    starts = [(0, 0), (0, 4), (4, 0), (0, 2), (2, 0), (0, 1), (1, 0)]
    steps = [(8, 8), (8, 8), (8, 4), (4, 4), (4, 2), (2, 2), (2, 1)]
    passes = [pixels[y::dy, x::dx] for (y, x), (dy, dx) in zip(starts, steps, strict=True)]
    rows = b"".join(b"\0" + row.tobytes() for part in passes for row in part)
    header = struct.pack(">IIBBBBB", pixels.shape[1], pixels.shape[0], 8, 0, 0, 0, 1)
    content = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows))
    return SIGNATURE + content + chunk(b"IEND", b"")


def pillow(pixels: np.ndarray, **options: object) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", **options)
    return file.getvalue()


def with_text() -> bytes:
    text = PngImagePlugin.PngInfo()
    text.add_itxt("Description", "µ")
    whole = pillow(SMALL_BYTES, pnginfo=text)
    return whole[:-12] + chunk(b"tEXt", b"Comment\0after the pixels") + whole[-12:]


PNGS = {
    "1 bit": pillow(SMALL > 2000),
    "8 bits": pillow(SMALL_BYTES),
    "16 bits": pillow(SMALL),
    "RGB of 16 bits": imagecodecs.png_encode(np.stack([SMALL, SMALL + 5, SMALL * 2], -1)),
    "interlaced": interlaced(SMALL_BYTES),
    "with text": with_text(),
    "animation": pillow(
        SMALL_BYTES, save_all=True, append_images=[Image.fromarray(255 - SMALL_BYTES)]
    ),
}


@pytest.mark.filterwarnings("ignore::debcr_core.errors.DebcrWarning")
@pytest.mark.parametrize("kind", PNGS)
def test_a_flipped_bit_anywhere_in_a_png_is_a_sentence(kind, read, tmp_path: Path):
    whole = PNGS[kind]
    path = tmp_path / "a.png"
    path.write_bytes(whole)
    read(path)
    for place in range(len(whole)):
        path.write_bytes(flipped(whole, place))
        with pytest.raises(ReadError, match=r"again|Known suffixes"):
            read(path)


@pytest.mark.parametrize("kind", PNGS)
def test_a_png_cut_anywhere_is_a_sentence(kind, read, tmp_path: Path):
    path = tmp_path / "a.png"
    for length in range(len(SIGNATURE), len(PNGS[kind])):
        path.write_bytes(PNGS[kind][:length])
        with pytest.raises(ReadError, match="is damaged: it ends .*Copy or export it again"):
            read(path)


def test_the_chunk_that_does_not_match_is_named_by_its_place(read, tmp_path: Path):
    whole = PNGS["16 bits"]
    place = whole.index(b"IDAT") - 4
    (tmp_path / "a.png").write_bytes(flipped(whole, place + 40))
    with pytest.raises(
        ReadError, match=f"a.png is damaged: .* checksum of its chunk at byte {place}"
    ):
        read(tmp_path / "a.png")


def test_an_interlaced_png_is_read_exactly(read, tmp_path: Path):
    (tmp_path / "a.png").write_bytes(PNGS["interlaced"])
    np.testing.assert_array_equal(read(tmp_path / "a.png").values, SMALL_BYTES)


def test_what_follows_the_end_of_a_png_is_left_alone(read, tmp_path: Path):
    (tmp_path / "a.png").write_bytes(PNGS["8 bits"] + b"\0\0")
    np.testing.assert_array_equal(read(tmp_path / "a.png").values, SMALL_BYTES)


@pytest.mark.parametrize("compression", ["zlib", "lzma", "lerc", "png"])
@pytest.mark.parametrize("pieces", [{"rowsperstrip": 8}, {"tile": (16, 16)}])
def test_no_flipped_bit_in_pixels_with_a_checksum_is_read_in_silence(
    compression, pieces, plugins, tmp_path: Path
):
    path = tmp_path / "a.tif"
    path.write_bytes(tiff(GREY, compression=compression, **pieces))
    check_flips(path, path, places_of_pixels(path.read_bytes()), plugins)


@pytest.mark.parametrize(
    "codec",
    [
        zarr.codecs.GzipCodec(),
        zarr.codecs.Crc32cCodec(),
        zarr.codecs.ZstdCodec(checksum=True),
    ],
)
def test_nor_is_one_in_a_zarrs_chunk_with_a_checksum(codec, plugins, tmp_path: Path):
    path = tmp_path / "a.zarr"
    zarr.create_array(path, data=GREY, chunks=GREY.shape, compressors=codec)
    chunk = path / "c" / "0" / "0"
    check_flips(path, chunk, range(chunk.stat().st_size), plugins)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_nor_is_one_in_an_npz(save, plugins, tmp_path: Path):
    path = tmp_path / "a.npz"
    save(path, image=GREY, axes=np.array("yx"))
    check_flips(path, path, range(path.stat().st_size), plugins)


@pytest.mark.parametrize("compression", ["jpeg", "jpeg2000"])
@pytest.mark.parametrize("pieces", [{"rowsperstrip": 16}, {"tile": (16, 16)}])
def test_a_strip_or_tile_whose_end_was_never_written_is_a_sentence(
    compression, pieces, read, tmp_path: Path
):
    whole = tiff(BYTES, compression=compression, **pieces)
    (tmp_path / "a.tif").write_bytes(whole)
    read(tmp_path / "a.tif")
    last = places_of_pixels(whole)[-1]
    for lost in (2, 8, 40):
        (tmp_path / "a.tif").write_bytes(whole[: last + 1 - lost] + bytes(lost))
        with pytest.raises(ReadError, match=r"lacks the mark that ends it.*again"):
            read(tmp_path / "a.tif")


def test_a_tile_that_claims_absurd_memory_is_called_damaged(read, tmp_path: Path):
    whole = bytearray(tiff(GREY, compression="lerc", tile=(16, 16)))
    size = struct.pack("<iii", 16, 16, 1)  # rows, columns and values a pixel, of the first tile
    struct.pack_into("<iii", whole, whole.index(size), 16, 16, 2**29)
    (tmp_path / "a.tif").write_bytes(whole)
    with pytest.raises(ReadError, match="found it damaged.*again"):
        read(tmp_path / "a.tif")


def tiff(pixels: np.ndarray, **options: object) -> bytes:
    file = io.BytesIO()
    tifffile.imwrite(file, pixels, photometric="minisblack", metadata=None, **options)
    return file.getvalue()


def places_of_pixels(whole: bytes) -> list[int]:
    with tifffile.TiffFile(io.BytesIO(whole)) as tif:
        page = tif.pages[0]
        pieces = zip(page.dataoffsets, page.databytecounts, strict=True)
        return [place for start, count in pieces for place in range(start, start + count)]


def flipped(whole: bytes, place: int) -> bytes:
    damaged = bytearray(whole)
    damaged[place] ^= 1 << place % 8
    return bytes(damaged)


def check_flips(image: Path, part: Path, places: Sequence[int], plugins: Plugins) -> None:
    """Flip bits of a file that is the image or a part of it: the same pixels, or a sentence."""
    np.testing.assert_array_equal(read_image(image, plugins).values, GREY)
    whole = part.read_bytes()
    for place in random.Random(image.name).choices(places, k=40):
        part.write_bytes(flipped(whole, place))
        with contextlib.suppress(DebcrError):
            np.testing.assert_array_equal(read_image(image, plugins).values, GREY)
