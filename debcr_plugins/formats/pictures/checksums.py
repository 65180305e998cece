"""Hold every chunk of a PNG against its checksum; Pillow leaves those of the pixels unread."""

from __future__ import annotations

from pathlib import Path
from struct import Struct
from zlib import crc32

from debcr_core.errors import ReadError

# https://www.w3.org/TR/png-3/#5Chunk-layout: length, kind, content, checksum of kind and content.
SIGNATURE = 8
START = Struct(">I4s")
CHECKSUM = Struct(">I")


def check_chunks(path: Path) -> None:
    """Refuse a PNG that is cut short, or one of whose chunks is not what was written.

    Parameters
    ----------
    path : Path
        The file; what follows its last chunk is left alone.

    Raises
    ------
    ReadError
        If a chunk is incomplete or does not match its checksum.
    """
    with path.open("rb") as file:
        file.seek(SIGNATURE)
        kind = b""
        while kind != b"IEND":
            place = file.tell()
            start = file.read(START.size)
            if len(start) < START.size:
                raise _bad(path, f"ends at byte {place} without its last chunk")
            length, kind = START.unpack(start)
            rest = file.read(length + CHECKSUM.size)
            if len(rest) < length + CHECKSUM.size:
                raise _bad(path, f"ends within the chunk that begins at byte {place}")
            if CHECKSUM.pack(crc32(rest[:length], crc32(kind))) != rest[length:]:
                raise _bad(path, f"does not match the checksum of its chunk at byte {place}")


def _bad(path: Path, what: str) -> ReadError:
    return ReadError(f"{path} is damaged: it {what}. Copy or export it again.")
