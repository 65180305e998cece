"""The chain of pages in a TIFF, followed before any library does.

A killed write leaves a chain, or tags, that point beyond the file's end, where tifffile reads
fewer pages or less metadata and says nothing; a chain that runs in a circle can keep it busy
for ever.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from debcr_core.errors import ReadError

MOST_TAGS = 4096
# Where losing the value loses pixels, their meaning or their size: strips, tiles, bits,
# description, resolution, ImageJ's metadata.
VITAL_TAGS = {258, 270, 273, 279, 282, 283, 324, 325, 339, 50838, 50839}
# Bytes of each type of value, by its number (TIFF 6.0, section 2; 16 to 18 are BigTIFF's).
TYPE_SIZES = dict(enumerate((1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4), start=1))
TYPE_SIZES |= dict.fromkeys((16, 17, 18), 8)


def count_pages(path: Path) -> int:
    """Return the number of pages.

    Raises
    ------
    ReadError
        If there is none, the chain is broken or runs in a circle, or a page's tags lie beyond
        the file's end.
    """
    size = path.stat().st_size
    seen: dict[int, int] = {}
    with path.open("rb") as file:
        chain = _Chain(file)
        offset = chain.first
        while offset:
            if offset in seen:
                raise ReadError(
                    f"{path} is damaged: its chain of pages runs in a circle, from page "
                    f"{len(seen)} back to page {seen[offset] + 1}."
                )
            seen[offset] = len(seen)
            page = chain.page(offset) if offset < size else None
            if page is None:
                raise ReadError(
                    f"{path} is damaged or cut short: page {len(seen)} should begin at byte "
                    f"{offset}, but the file has {size}. Copy or export it again."
                )
            if page.end > size:
                raise ReadError(
                    f"{path} is damaged or cut short: what describes page {len(seen)} should end "
                    f"at byte {page.end}, but the file has {size}. Copy or export it again."
                )
            offset = page.following
    if not seen:
        raise ReadError(f"{path} is a TIFF without pages: copy or export it again.")
    return len(seen)


@dataclass(frozen=True)
class _Page:
    """Where the next page begins (0 after the last) and where this one's vital tags end."""

    following: int
    end: int


class _Chain:
    """Reads pages' directories (TIFF 6.0, section 2; BigTIFF has wider fields)."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        head = file.read(16).ljust(16, b"\0")
        order = "<" if head.startswith(b"II") else ">"
        big = 43 in head[2:4]
        self.count = struct.Struct(order + ("Q" if big else "H"))
        self.tag = struct.Struct(order + ("HHQQ" if big else "HHII"))
        self.link = struct.Struct(order + ("Q" if big else "I"))
        (self.first,) = self.link.unpack_from(head, 8 if big else 4)

    def page(self, offset: int) -> _Page | None:
        """Return one page, or None if it is unreadable."""
        self.file.seek(offset)
        head = self.file.read(self.count.size)
        if len(head) < self.count.size:
            return None
        (count,) = self.count.unpack(head)
        length = count * self.tag.size
        body = self.file.read(length + self.link.size) if count <= MOST_TAGS else b""
        if len(body) < length + self.link.size:
            return None
        (following,) = self.link.unpack_from(body, length)
        return _Page(following, max(map(self._end, self.tag.iter_unpack(body[:length])), default=0))

    def _end(self, tag: tuple[int, int, int, int]) -> int:
        """Return where a tag's value ends, if it is vital and lies apart."""
        code, kind, count, place = tag
        size = TYPE_SIZES.get(kind, 0) * count
        return place + size if code in VITAL_TAGS and size > self.link.size else 0
