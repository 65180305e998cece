"""The header of a safetensors file: texts about its tensors, which are not read.

The format: https://huggingface.co/docs/safetensors#format. Its own library imports NumPy or torch
to open a file, which takes longer than to list all models.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

NUMBER = 8  # bytes of the header's length, before it
LONGEST = 100_000_000  # bytes, as the library has it


def metadata_of(path: Path) -> dict[str, str]:
    """Return the metadata of a safetensors file: names and texts.

    Raises
    ------
    ValueError
        If the file is not one, or not whole.
    OSError
        If it cannot be read.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        length = int.from_bytes(file.read(NUMBER), "little")
        if length > min(LONGEST, size - NUMBER):
            raise ValueError("its header is longer than the file")
        header = json.loads(file.read(length).decode())
    if not isinstance(header, dict):
        raise ValueError("its header is no mapping")
    metadata = header.pop("__metadata__", {})
    held = NUMBER + length + max((_end(tensor) for tensor in header.values()), default=0)
    if held != size:
        raise ValueError(f"it should have {held} bytes, but has {size}")
    return {str(name): str(text) for name, text in dict(metadata).items()}


def _end(tensor: Any) -> int:
    try:
        return int(tensor["data_offsets"][1])
    except (LookupError, TypeError) as error:
        raise ValueError("its header says of a tensor not where it lies") from error
