"""Whether a zip can be unpacked safely, decided before anything of it is unpacked.

What a zip may claim and what may go wrong: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
and D. Fifield, "A better zip bomb" (https://www.bamsoftware.com/hacks/zipbomb/).
"""

from __future__ import annotations

import io
import stat
import struct
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from debcr_core.errors import ReadError
from debcr_core.files.damaged_files import damage_explained
from debcr_plugins.formats.claims import format_bytes
from debcr_plugins.zoo.access.sources import unsafe_path

MAX_ENTRIES = 2000
MAX_DIRECTORY = 1_000_000
"""Bytes of the list of entries: Python reads it as a whole, before it says how many there are."""
MAX_TOTAL = 8 * 2**30
"""Bytes of all files, unpacked."""
MAX_RATIO = 100
"""How often larger than packed the files may be. Weights shrink to a tenth at most, but a test
tensor of zeros to a thousandth, therefore:"""
HARMLESS = 100 * 2**20
"""bytes that may come out of anything."""
LOCAL_HEADER = struct.Struct("<4s5H3L2H")
ENCRYPTED, SIZES_FOLLOW = 0x1, 0x8
ELSEWHERE = 0xFFFFFFFF
"""In place of a size that is given in another field (zip64)."""
OF_FINDER = "__MACOSX/"
"""Where the macOS Finder puts icons and such beside what it packs."""


@contextmanager
def checked_zip(path: Path) -> Iterator[tuple[ZipFile, dict[str, ZipInfo]]]:
    """Open a zip, if all of it is as it should be.

    Parameters
    ----------
    path : Path
        The file.

    Yields
    ------
    zip : zipfile.ZipFile
        To read from.
    files : dict of str to zipfile.ZipInfo
        Its files by name; folders are left out.

    Raises
    ------
    ReadError
        If it is damaged, or made so as to do harm.
    """
    with damage_explained(path, "zip"), path.open("rb", buffering=0) as raw:
        file = _Sparing(raw)
        with ZipFile(file) as opened:
            entries = opened.infolist()
            fault = (
                _bad_amount(entries)
                or _bad_names(entries)
                or next(filter(None, map(_bad_entry, entries)), "")
                or _bad_ratio(entries, path.stat().st_size)
                or _bad_places(entries, file, opened.start_dir)
            )
            if fault:
                raise ReadError(f"{path} is refused: {fault}.")
            yield opened, _files(entries)


class _Sparing(io.BufferedReader):
    """A file of which no large part is read at once, as it would be for a long list of entries."""

    def read(self, size: int | None = -1, /) -> bytes:
        most = MAX_DIRECTORY + 1
        content = super().read(most if size is None or size < 0 else min(size, most))
        if len(content) > MAX_DIRECTORY:
            raise ReadError(f"{self.name} is refused: its list of entries is longer than 1 MB.")
        return content


def _bad_amount(entries: list[ZipInfo]) -> str:
    if len(entries) > MAX_ENTRIES:
        return f"it has {len(entries)} entries, more than {MAX_ENTRIES}"
    total = sum(entry.file_size for entry in entries)
    if total > MAX_TOTAL:
        return f"its files have {format_bytes(total)}, more than {format_bytes(MAX_TOTAL)}"
    return ""


def _bad_ratio(entries: list[ZipInfo], held: int) -> str:
    total = sum(entry.file_size for entry in entries)
    swollen = _swollen(total, held)
    return f"{format_bytes(total)} would come out of {format_bytes(held)}" if swollen else ""


def _swollen(size: int, packed: int) -> bool:
    return size > HARMLESS and size > MAX_RATIO * packed


def _bad_names(entries: list[ZipInfo]) -> str:
    """Return which name is wrong, stands twice or is a file's and a folder's; empty if none."""
    files: set[str] = set()
    folders: set[str] = set()
    for entry in entries:
        name = entry.orig_filename
        fault = unsafe_path(name) or _not_plain(name)
        if fault:
            return f"an entry is called {name[:100]!r}, but {fault}"
        # As file systems that do not tell A from a, or é from e with an accent, see it.
        same = unicodedata.normalize("NFC", name).casefold()
        if same in files or (entry.is_dir() and same in folders):
            return f"two entries are called {name[:100]!r}, or differ in upper and lower case only"
        (folders if entry.is_dir() else files).add(same.rstrip("/"))
        folders.update(str(folder) for folder in PurePosixPath(same).parents)
    both = sorted(files & folders)
    return f"{both[0][:100]!r} is both a file and a folder" if both else ""


def _not_plain(name: str) -> str:
    parts = name.removesuffix("/").split("/")
    return "it has empty parts" if "" in parts or "." in parts else ""


def _bad_entry(entry: ZipInfo) -> str:
    """Return what is wrong with an entry by itself; empty if nothing."""
    kind = stat.S_IFMT(entry.external_attr >> 16)
    stored = entry.compress_type == ZIP_STORED
    faults = {
        "is a link or a device, no file": kind not in (0, stat.S_IFREG, stat.S_IFDIR),
        "is encrypted": entry.flag_bits & ENCRYPTED,
        "is packed in another way than usual (deflate)": (
            not stored and entry.compress_type != ZIP_DEFLATED
        ),
        "is not packed, but has two sizes": stored and entry.file_size != entry.compress_size,
        "is a folder, but holds data": entry.is_dir() and entry.file_size,
        f"would swell to {format_bytes(entry.file_size)}": _swollen(
            entry.file_size, entry.compress_size
        ),
    }
    fault = next((fault for fault, found in faults.items() if found), "")
    return f"{_called(entry)} {fault}" if fault else ""


def _called(entry: ZipInfo) -> str:
    return f"the entry {entry.filename[:100]!r}"


def _bad_places(entries: list[ZipInfo], file: BinaryIO, end: int) -> str:
    """Return which entry shares bytes with another, or has a header of its own that differs."""
    place = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < place:
            return f"{_called(entry)} shares bytes with another"
        length = _header_length(entry, file)
        if not length:
            return f"{_called(entry)} has a header that differs from the list of entries"
        place = entry.header_offset + length + entry.compress_size
    return "its last entry reaches into the list of entries" if place > end else ""


def _header_length(entry: ZipInfo, file: BinaryIO) -> int:
    """Return the length of an entry's own header; 0 if it says otherwise than the list."""
    file.seek(entry.header_offset)
    header = file.read(LOCAL_HEADER.size)
    if len(header) < LOCAL_HEADER.size:
        return 0
    signature, _, flags, method, _, _, crc, packed, size, named, extra = LOCAL_HEADER.unpack(header)
    told = {"crc": crc, "packed": packed, "size": size}
    same = (
        signature == b"PK\x03\x04"
        and not flags & ENCRYPTED
        and method == entry.compress_type
        and file.read(named) == _raw_name(entry)
        and _agrees(told, entry, flags)
    )
    return LOCAL_HEADER.size + named + extra if same else 0


def _raw_name(entry: ZipInfo) -> bytes:
    return entry.orig_filename.encode("utf-8" if entry.flag_bits & 0x800 else "cp437")


def _agrees(told: Mapping[str, int], entry: ZipInfo, flags: int) -> bool:
    """Say whether sizes and checksum are those of the list, where a header gives them."""
    listed = {"crc": entry.CRC, "packed": entry.compress_size, "size": entry.file_size}
    if flags & SIZES_FOLLOW:
        return all(told[key] in (0, ELSEWHERE, listed[key]) for key in told)
    return all(
        told[key] == listed[key] or (told[key] == ELSEWHERE and key != "crc") for key in told
    )


def _files(entries: list[ZipInfo]) -> dict[str, ZipInfo]:
    return {
        entry.filename: entry
        for entry in entries
        if not entry.is_dir() and not entry.filename.startswith(OF_FINDER)
    }
