"""What an output is, byte for byte."""

from __future__ import annotations

from pathlib import Path


def content(path: Path) -> dict[str, bytes]:
    """Return the bytes of a file, or of all files in a folder, by name."""
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    return {
        file.relative_to(path).as_posix(): file.read_bytes() for file in files if file.is_file()
    }
