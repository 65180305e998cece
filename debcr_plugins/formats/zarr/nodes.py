"""What is a Zarr array or group, told without the library, which is slow to import."""

from __future__ import annotations

from pathlib import Path

MARKS = ("zarr.json", ".zgroup", ".zarray")


def is_node(path: Path) -> bool:
    """Say whether a folder holds Zarr metadata."""
    return path.is_dir() and any((path / mark).is_file() for mark in MARKS)
