"""Bad files: each a sentence that says what, where and what to do, never another exception."""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import shutil
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
import zarr
from PIL import Image

from debcr_core.errors import DebcrError, DebcrWarning, ImageError, ReadError
from debcr_core.files.damaged_files import damage_explained
from debcr_core.files.reading import read_image
from debcr_core.files.writing import write_image
from debcr_core.plugins import Plugins

GREY = (np.random.default_rng(5).random((3, 40, 48)) * 4000).astype(np.uint16)


def tiff(**options: Any) -> bytes:
    file = io.BytesIO()
    options = {"photometric": "minisblack", "metadata": {"axes": "ZYX"}} | options
    tifffile.imwrite(file, GREY, **options)
    return file.getvalue()


def saved(save: Callable[..., None], *arguments: Any, **options: Any) -> bytes:
    file = io.BytesIO()
    save(file, *arguments, **options)
    return file.getvalue()


def picture(kind: str, pixels: np.ndarray) -> bytes:
    return saved(Image.fromarray(pixels).save, format=kind)


COLOURS = np.stack([plane >> 4 for plane in GREY], -1).astype(np.uint8)
GOOD: dict[str, bytes] = {
    "plain.tif": tiff(),
    "zlib.tif": tiff(compression="zlib", rowsperstrip=16, predictor=True),
    "lzw.tif": tiff(compression="lzw", rowsperstrip=16),
    "zstd.tif": tiff(compression="zstd"),
    "packbits.tif": tiff(compression="packbits"),
    "tiled.tif": tiff(tile=(16, 16), compression="zlib"),
    "bare-tiles.tif": tiff(tile=(16, 32)),
    "big.tif": tiff(bigtiff=True, byteorder=">", compression="lzw"),
    "imagej.tif": tiff(imagej=True, metadata={"axes": "ZYX", "unit": "um", "spacing": 0.3}),
    "image.ome.tif": tiff(ome=True),
    "zlib.ome.tif": tiff(ome=True, compression="zlib", tile=(32, 32)),
    "image.npy": saved(np.save, GREY),
    "image.npz": saved(np.savez, image=GREY, axes=np.array("zyx")),
    "packed.npz": saved(np.savez_compressed, image=GREY, axes=np.array("zyx")),
    "grey.png": picture("PNG", GREY[0]),
    "colours.png": picture("PNG", COLOURS),
    "grey.jpg": picture("JPEG", COLOURS[..., 0]),
    "colours.jpg": picture("JPEG", COLOURS),
}


@pytest.fixture(params=["0.4", "0.5"])
def good_zarr(request, sample, plugins: Plugins, tmp_path: Path) -> Path:
    writer = plugins.create("writer", "ome-zarr", version=request.param)
    write_image(sample("cyx"), tmp_path / "image.ome.zarr", plugins, writer=writer)
    return tmp_path / "image.ome.zarr"


def chunks_of(folder: Path) -> list[Path]:
    files = (path for path in (folder / "0").rglob("*") if path.is_file())
    return sorted(path for path in files if path.name not in ("zarr.json", ".zarray", ".zattrs"))


def read_or_sentence(path: Path, plugins: Plugins) -> None:
    """Read all pixels; only a sentence may stop it."""
    with contextlib.suppress(DebcrError):
        image = read_image(path, plugins)
        assert image.nbytes < 1e9
        image.load()


@pytest.mark.parametrize("name", GOOD)
def test_an_empty_file_is_said_to_be_empty(name, read, tmp_path: Path):
    (tmp_path / name).touch()
    with pytest.raises(ReadError, match=r"is empty \(0 bytes\): copy or export it again"):
        read(tmp_path / name)


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize("part", [0.02, 0.2, 0.5, 0.8, 0.97])
def test_a_file_cut_short_is_a_sentence(name, part, read, tmp_path: Path):
    whole = GOOD[name]
    (tmp_path / name).write_bytes(whole[: int(len(whole) * part)])
    with pytest.raises(ReadError, match=r"again|Known suffixes"):
        read(tmp_path / name)


@pytest.mark.filterwarnings("ignore::debcr_core.errors.DebcrWarning")
@pytest.mark.parametrize("name", GOOD)
def test_flipped_bits_give_an_image_or_a_sentence(name, plugins, tmp_path: Path):
    chance = random.Random(name)
    for _ in range(40):
        damaged = bytearray(GOOD[name])
        for _ in range(chance.choice([1, 1, 4])):
            end = chance.choice([64, 512, len(damaged)])
            damaged[chance.randrange(min(end, len(damaged)))] ^= 1 << chance.randrange(8)
        (tmp_path / name).write_bytes(damaged)
        read_or_sentence(tmp_path / name, plugins)


@pytest.mark.parametrize("name", ["zlib.tif", "tiled.tif", "zlib.ome.tif", "packed.npz"])
def test_flipped_bits_in_checked_pixels_never_pass_for_an_image(name, read, tmp_path: Path):
    """Deflate carries a checksum, so every flip in the middle of the data shows."""
    chance = random.Random(3)
    whole = GOOD[name]
    for _ in range(10):
        damaged = bytearray(whole)
        damaged[chance.randrange(len(whole) // 2, len(whole) * 3 // 4)] ^= 4
        (tmp_path / name).write_bytes(damaged)
        with pytest.raises(ReadError):
            read(tmp_path / name)


@pytest.mark.filterwarnings("ignore::debcr_core.errors.DebcrWarning")
def test_flipped_bits_in_a_zarr_give_an_image_or_a_sentence(good_zarr, plugins, tmp_path: Path):
    chance = random.Random(9)
    names = sorted(p.relative_to(good_zarr) for p in good_zarr.rglob("*") if p.is_file())
    for number in range(30):
        copy = tmp_path / f"{number}.zarr"
        shutil.copytree(good_zarr, copy)
        file = copy / chance.choice(names)
        damaged = bytearray(file.read_bytes())
        damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
        file.write_bytes(damaged[: chance.choice([len(damaged), len(damaged) // 2])])
        read_or_sentence(copy, plugins)


@pytest.mark.parametrize("change", ["flip", "cut"])
def test_damage_in_a_chunk_of_our_zarr_never_passes_for_an_image(change, good_zarr, read):
    chunk = chunks_of(good_zarr)[1]
    damaged = bytearray(chunk.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    chunk.write_bytes(damaged if change == "flip" else damaged[: len(damaged) // 2])
    with pytest.raises(ReadError, match=r"image\.ome\.zarr cannot be read"):
        read(good_zarr)


CONTENTS = [("image.npy", "npy"), ("grey.png", "png"), ("grey.jpg", "jpeg"), ("image.npz", "npz")]


@pytest.mark.parametrize(("content", "kind"), CONTENTS)
def test_content_under_a_wrong_suffix_is_read_and_said(content, kind, plugins, tmp_path: Path):
    (tmp_path / "named.tif").write_bytes(GOOD[content])
    with pytest.warns(DebcrWarning, match=rf"named\.tif has the suffix of tiff.*content is {kind}"):
        read_image(tmp_path / "named.tif", plugins, axes=None if kind != "npy" else "zyx").load()


def test_a_tiff_under_an_unknown_suffix_is_read(read, tmp_path: Path):
    (tmp_path / "image.dat").write_bytes(GOOD["plain.tif"])
    np.testing.assert_array_equal(read(tmp_path / "image.dat").values, GREY)


# One page of a TIFF, tag by tag: (code, type, value); type 3 is 16 bits, type 4 is 32 bits.


def one_page(tags: list[tuple[int, int, int]], data: bytes = bytes(100), link: int = 0) -> bytes:
    start = 8 + 2 + 12 * len(tags) + 4
    head = b"II*\0" + struct.pack("<IH", 8, len(tags))
    body = b"".join(
        struct.pack("<HHII", code, kind, 1, start if value == -1 else value)
        for code, kind, value in sorted(tags)
    )
    return head + body + struct.pack("<I", link) + data


def page_tags(width: int, height: int, compression: int = 1, count: int = 100) -> list[Any]:
    here = -1
    tags = [(256, 4, width), (257, 4, height), (258, 3, 16), (259, 3, compression), (262, 3, 1)]
    return [*tags, (273, 4, here), (277, 3, 1), (278, 4, height), (279, 4, count)]


def png(width: int, height: int, data: bytes = bytes(30)) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        check = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    start = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
    return start + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")


def npy(shape: tuple[int, ...], dtype: str = "<u2", data: bytes = bytes(64)) -> bytes:
    file = io.BytesIO()
    header = {"descr": dtype, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, header)
    return file.getvalue() + data


def npz(**members: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.npy", content)
    return file.getvalue()


def looped() -> bytes:
    """Three pages, the last of which leads back to the first."""
    raw = bytearray(tiff(metadata=None))
    with tifffile.TiffFile(io.BytesIO(raw)) as tif:
        first, last = tif.pages[0].offset, tif.pages[2].offset
        tags = len(tif.pages.get(2, aspage=True).tags)
    struct.pack_into("<I", raw, last + 2 + 12 * tags, first)
    return bytes(raw)


def lost_pages() -> bytes:
    """A killed write: the second page lies where nothing was written any more."""
    raw = tiff(metadata=None, compression="zlib")
    with tifffile.TiffFile(io.BytesIO(raw)) as tif:
        return raw[: tif.pages[1].offset]


def ome(pixels: str = "", before: str = "", inside: str = "<TiffData/>") -> bytes:
    sizes = 'SizeX="48" SizeY="40" SizeC="1" SizeZ="1" SizeT="3" DimensionOrder="XYCZT"'
    xml = (
        f'<?xml version="1.0"?>{before}<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/'
        f'2016-06"><Image ID="I"><Pixels ID="P" Type="uint16" {pixels or sizes}>{inside}'
        "</Pixels></Image></OME>"
    )
    return tiff(description=xml, metadata=None)


def imagej(lines: str, **options: Any) -> bytes:
    return tiff(description=f"ImageJ=1.54f\n{lines}\n", metadata=None, **options)


LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@dataclass(frozen=True)
class Bad:
    name: str
    content: bytes
    fragments: tuple[str, ...]
    error: type[DebcrError] = ReadError


BAD = {
    "text named tif": Bad("a.tif", b"a,b\n1,2\n", ("holds text, not an image", ".tif, .tiff")),
    "unknown bytes": Bad("a.tif", bytes(range(200)), ("of no image format known here",)),
    "tiff without pages": Bad("a.tif", b"II*\0\0\0\0\0" + bytes(20), ("without pages",)),
    "tiff that claims 7 GB": Bad(
        "a.tif", one_page(page_tags(60_000, 60_000)), ("7.2 GB", "cut short")
    ),
    "compressed tiff that claims 7 GB": Bad(
        "a.tif", one_page(page_tags(60_000, 60_000, compression=8)), ("7.2 GB", "100 bytes")
    ),
    "tiff whose strip ends beyond the file": Bad(
        "a.tif", one_page(page_tags(50, 50, 5, count=5_000)), ("cut short", "5122")
    ),
    "tiff of width 0": Bad("a.tif", one_page(page_tags(0, 7)), ("no pixels",), ImageError),
    "tiff of height 0": Bad("a.tif", one_page(page_tags(7, 0)), ("no pixels",), ImageError),
    "tiff page that is its own next": Bad(
        "a.tif",
        one_page(page_tags(5, 5), link=8),
        ("runs in a circle, from page 1 back to page 1",),
    ),
    "tiff pages in a circle": Bad("a.tif", looped(), ("circle, from page 3 back to page 1",)),
    "tiff that lost its last pages": Bad("a.tif", lost_pages(), ("page 2 should begin at byte",)),
    "tiff of complex numbers": Bad(
        "a.tif",
        saved(tifffile.imwrite, np.ones((4, 5), np.complex64)),
        ("complex64", "magnitude or phase"),
        ImageError,
    ),
    "ome with more planes than pages": Bad(
        "a.ome.tif", ome().replace(b'SizeT="3"', b'SizeT="9"'), ("promise 9 planes", "has 3")
    ),
    "ome with billions of planes": Bad(
        "a.ome.tif",
        ome('SizeX="48" SizeY="40" SizeC="999999" SizeZ="99999" SizeT="1" DimensionOrder="XYCZT"'),
        ("promise 99998900001 planes",),
    ),
    "ome with a billion planes in one entry": Bad(
        "a.ome.tif", ome(inside='<TiffData PlaneCount="999999999"/>'), ("promise 999999999 planes",)
    ),
    "ome with expanding entities": Bad("a.ome.tif", ome(before=LAUGHS), ("define entities",)),
    "ome with broken xml": Bad(
        "a.ome.tif", ome().replace(b"</Pixels>", b"</Pixel >"), ("metadata", "are damaged")
    ),
    "ome without sizes": Bad("a.ome.tif", ome("Size='none'"), ("KeyError", "again")),
    "imagej with more slices than pages": Bad(
        "a.tif", imagej("images=50\nslices=50", compression="zlib"), ("50 planes", "holds 3")
    ),
    "imagej with billions of frames": Bad(
        "a.tif", imagej("frames=999999999\nslices=99999"), ("planes, but the file holds 3",)
    ),
    "npy that claims 20 GB": Bad("a.npy", npy((100_000, 100_000)), ("20.0 GB", "64 bytes")),
    "npy of negative size": Bad("a.npy", npy((-4, -8)), ("impossible shape",)),
    "npy without pixels": Bad("a.npy", npy((0, 7)), ("no pixels",), ImageError),
    "npy of one axis": Bad("a.npy", npy((32,)), ("two to five axes",)),
    "npy of six axes": Bad("a.npy", npy((1, 1, 1, 1, 4, 8)), ("two to five axes",)),
    "npy of objects": Bad(
        "a.npy", saved(np.save, np.array([[1, None]])), ("Python objects", "harmful code")
    ),
    "npy of complex numbers": Bad("a.npy", npy((2, 4), "<c8"), ("complex64",), ImageError),
    "npy of text": Bad("a.npy", npy((2, 2), "<U4"), ("<U4",), ImageError),
    "npz of objects": Bad(
        "a.npz", saved(np.savez, image=np.array([[1, None]])), ("Python objects", "harmful code")
    ),
    "npz that claims 20 GB": Bad("a.npz", npz(image=npy((100_000, 100_000))), ("20.0 GB",)),
    "npz that unpacks without end": Bad(
        "a.npz",
        npz(image=npy((9, 9))).replace(struct.pack("<I", 192), struct.pack("<I", 2**31)),
        ("2.1 GB",),
    ),
    "png that claims a gigapixel": Bad("a.png", png(40_000, 40_000), ("safe to unpack", "TIFF")),
    "png that claims 100 MB": Bad("a.png", png(10_000, 10_000), ("100.0 MB", "cut short")),
    "png of width 0": Bad("a.png", png(0, 10), ("a.png cannot be read",)),
    "png with a palette": Bad(
        "a.png",
        saved(Image.fromarray(COLOURS).convert("P").save, format="PNG"),
        ("palette",),
        ImageError,
    ),
    "jpeg in cmyk": Bad(
        "a.jpg",
        saved(Image.fromarray(COLOURS).convert("CMYK").save, format="JPEG"),
        ("CMYK",),
        ImageError,
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_is_a_sentence(case, read, tmp_path: Path):
    bad = BAD[case]
    (tmp_path / bad.name).write_bytes(bad.content)
    with pytest.raises(bad.error) as caught:
        read(tmp_path / bad.name)
    for fragment in (bad.name, *bad.fragments):
        assert fragment in str(caught.value)


@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize("length", [0, 7, 20, 900])
def test_a_blosc_chunk_cut_short_is_a_sentence(version, length, read, tmp_path: Path):
    """Unchecked, it makes the C library read beyond the chunk, which can end the process."""
    blosc = zarr.codecs.BloscCodec() if version == 3 else {"id": "blosc", "cname": "lz4"}
    zarr.create_array(
        tmp_path / "a.zarr",
        data=GREY[0],
        zarr_format=version,
        compressors=blosc,
        chunks=(40, 48),
    )
    chunk = next(p for p in (tmp_path / "a.zarr").rglob("*") if "0" in p.name and p.is_file())
    chunk.write_bytes(chunk.read_bytes()[:length])
    with pytest.raises(ReadError, match=f"a Blosc chunk of {length} bytes"):
        read(tmp_path / "a.zarr")


def test_an_absent_strip_is_told(plugins, tmp_path: Path):
    raw = bytearray(tiff(compression="zlib", rowsperstrip=20, metadata=None))
    with tifffile.TiffFile(io.BytesIO(raw)) as tif:
        place = tif.pages[0].tags["StripByteCounts"].valueoffset
    struct.pack_into("<H", raw, place, 0)
    (tmp_path / "a.tif").write_bytes(raw)
    with pytest.warns(DebcrWarning, match="1 of 6 strips or tiles .* interrupted write"):
        image = read_image(tmp_path / "a.tif", plugins, axes="zyx")
    assert (image.values[0, :20] == 0).all()


def test_absent_chunks_of_a_zarr_are_told(good_zarr, plugins):
    chunks_of(good_zarr)[0].unlink()
    with pytest.warns(DebcrWarning, match="1 of 3 chunks of .* read as 0.* interrupted write"):
        read_image(good_zarr, plugins)


@pytest.mark.parametrize("shape", [[3, 10**9, 10**9], [10**12, 20, 34]])
def test_a_zarr_of_absurd_shape_is_a_sentence(shape, good_zarr, read):
    places = (good_zarr / "0" / name for name in (".zarray", "zarr.json"))
    metadata = next(place for place in places if place.is_file())
    content = json.loads(metadata.read_text())
    metadata.write_text(json.dumps(content | {"shape": shape}))
    with pytest.raises(ReadError, match=r"promises .* of pixels, but holds only"):
        read(good_zarr)


@pytest.mark.parametrize("name", [".zattrs", ".zgroup", "0/.zarray", "zarr.json", "0/zarr.json"])
def test_a_zarr_with_broken_json_is_a_sentence(name, good_zarr, read):
    if not (good_zarr / name).is_file():
        pytest.skip("belongs to the other version")
    text = (good_zarr / name).read_text()
    (good_zarr / name).write_text(text[: len(text) // 2])
    with pytest.raises(ReadError, match=r"image\.ome\.zarr cannot be read"):
        read(good_zarr)


def test_a_zarr_whose_metadata_break_the_rules_is_a_sentence(tmp_path: Path, read):
    group = zarr.open_group(tmp_path / "a.zarr", mode="w")
    group.create_array("0", shape=(4, 5), dtype="u1")
    group.attrs["ome"] = {"version": "0.5", "multiscales": [{"axes": [{"name": "y"}]}]}
    with pytest.raises(ReadError, match=r"are not OME-Zarr 0\.5: .*Export it again"):
        read(tmp_path / "a.zarr")


def test_a_zarr_without_the_array_that_it_names_is_a_sentence(good_zarr, read):
    (good_zarr / "0").rename(good_zarr / "other")
    with pytest.raises(ReadError, match=r'name the array "0", which is not .*in it: other\)'):
        read(good_zarr)
    zarr.open_group(good_zarr / "0", mode="w")
    with pytest.raises(ReadError, match=r'name the array "0", which is not there'):
        read(good_zarr)


def test_a_zarr_of_an_unknown_version_is_a_sentence(tmp_path: Path, read):
    group = zarr.open_group(tmp_path / "a.zarr", mode="w")
    group.attrs["ome"] = {"version": "9.1", "multiscales": [{}]}
    with pytest.raises(ReadError, match=r"is OME-Zarr 9\.1; versions 0\.4 and 0\.5 are read"):
        read(tmp_path / "a.zarr")


@pytest.mark.parametrize(("kind", "fragment"), [("c8", "complex64"), ("S3", "S3")])
def test_a_zarr_of_what_is_no_intensity_is_a_sentence(kind, fragment, tmp_path: Path, read):
    array = zarr.create_array(tmp_path / "a.zarr", shape=(4, 5), dtype=kind, zarr_format=2)
    array[...] = np.ones((4, 5), kind)
    with pytest.raises(ImageError, match=fragment):
        read(tmp_path / "a.zarr")


def test_a_zarr_without_pixels_is_a_sentence(tmp_path: Path, read):
    zarr.create_array(tmp_path / "a.zarr", shape=(0, 5), dtype="u1")
    with pytest.raises(ImageError, match="no pixels"):
        read(tmp_path / "a.zarr")


def test_a_link_to_itself_is_a_sentence(tmp_path: Path, read):
    _link(tmp_path / "a.tif", "a.tif")
    with pytest.raises(ReadError, match="leads back to itself|cannot be opened"):
        read(tmp_path / "a.tif")


def test_a_link_to_nothing_is_a_sentence(tmp_path: Path, read):
    _link(tmp_path / "a.tif", "b.tif")
    with pytest.raises(ReadError, match="a link to a file that does not exist"):
        read(tmp_path / "a.tif")


def _link(path: Path, target: str) -> None:
    try:
        path.symlink_to(target)
    except OSError:
        pytest.skip("this machine does not let its users make links")


@pytest.mark.skipif(
    sys.platform == "win32" or getattr(os, "geteuid", lambda: 0)() == 0,
    reason="the administrator may read everything; Windows has other permissions",
)
def test_a_file_without_permission_is_a_sentence(tmp_path: Path, read):
    (tmp_path / "a.tif").write_bytes(GOOD["plain.tif"])
    (tmp_path / "a.tif").chmod(0)
    with pytest.raises(ReadError, match="permission denied"):
        read(tmp_path / "a.tif")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no such files here")
def test_what_is_no_file_is_a_sentence(tmp_path: Path, read):
    os.mkfifo(tmp_path / "a.tif")
    with pytest.raises(ReadError, match="neither a file nor a folder"):
        read(tmp_path / "a.tif")


def test_running_out_of_memory_is_not_called_damage(plugins, tmp_path: Path, monkeypatch):
    (tmp_path / "a.npy").write_bytes(GOOD["image.npy"])
    image = read_image(tmp_path / "a.npy", plugins, axes="zyx")
    monkeypatch.setattr(np, "empty", _no_memory)
    with pytest.raises(MemoryError):
        image.data.compute(scheduler="synchronous")


def test_a_missing_library_is_named_and_not_called_damage(tmp_path: Path):
    with (
        pytest.raises(ReadError, match=r'"maker" needs nothing_like_it.*install nothing') as caught,
        damage_explained(tmp_path / "a.maker", "maker"),
    ):
        import nothing_like_it  # noqa: F401
    assert "damaged" not in str(caught.value)


def test_nor_is_one_that_a_library_took_for_a_fault_of_the_file(tmp_path: Path):
    with (
        pytest.raises(ReadError, match='"maker" needs nothing_like_it') as caught,
        damage_explained(tmp_path / "a.maker", "maker"),
    ):
        _read_by_a_library_that_blames_the_file()
    assert "damaged" not in str(caught.value)


def _read_by_a_library_that_blames_the_file() -> None:
    try:
        import nothing_like_it  # noqa: F401
    except ImportError as error:
        raise ValueError(f"unsupported file: {error}") from None


def _no_memory(*arguments: Any) -> None:
    raise MemoryError
