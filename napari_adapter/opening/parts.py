"""Which images of a file are opened: its only one, all of an archive, or those that are chosen."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from debcr_core.components import Part, Reader
from debcr_core.files.damaged_files import damage_explained
from debcr_core.files.finding import known_suffixes, parts_of, without_suffix
from debcr_core.notices import others_silenced
from debcr_core.plugins import Plugins
from napari_adapter.opening import asking


def chosen_parts(path: Path, reader: Reader, plugins: Plugins) -> Sequence[Part]:
    """Return the images to open: of several in a plate or in series the user's choice.

    Raises
    ------
    ReadError
        If what says which there are is damaged.
    """
    parts = parts_of(path, plugins, reader).parts
    if len(parts) > 1:
        return asking.which_parts(path, parts)
    with others_silenced(), damage_explained(path, reader.name):
        together = reader.together(path)
    return together.parts if together else parts


def name_of(part: Part, plugins: Plugins) -> str:
    """Return what the layer of an image is called: its file, and its place in that."""
    # Of files that are written as well, longer ones are known: .ome.tif.
    written = (suffix for writer in plugins.classes("writer") for suffix in writer.suffixes)
    stem = without_suffix(part.whole.name, (*known_suffixes(plugins), *written))
    return f"{stem} {part.name}".strip()
