"""The bundle's zip: the same files give the same bytes."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The date that all files in it have; the model's own is in its RDF."""


def write_archive(folder: Path, path: Path) -> None:
    """Pack the files of a folder, sorted by name."""
    with ZipFile(path, "w") as archive:
        for file in sorted(folder.iterdir()):
            member = ZipInfo(file.name, EPOCH)
            member.compress_type = ZIP_DEFLATED
            member.external_attr = 0o644 << 16
            archive.writestr(member, file.read_bytes())
