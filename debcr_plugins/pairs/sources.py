"""Names of images, by which those that belong together are told."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from debcr_core.components import Part
from debcr_core.files.finding import without_suffix


def named(images: Sequence[Part], suffixes: tuple[str, ...]) -> dict[str, Part]:
    """Return images by name: those of one file or group by their places in it.

    Parameters
    ----------
    images : sequence of Part
        What `find_images` found.
    suffixes : tuple of str
        Endings of image files, lower case.
    """
    if len({image.whole for image in images}) == 1 and all(image.name for image in images):
        return {image.name: image for image in images}
    by_place = {image.place: image for image in images}
    return {name: by_place[place] for name, place in names_of([*by_place], suffixes).items()}


def names_of(files: list[Path], suffixes: tuple[str, ...]) -> dict[str, Path]:
    """Return the files by name: without suffix, and with the folders in which they differ.

    Examples
    --------
    >>> list(names_of([Path("d/a/low.tif"), Path("d/b/low.tif")], (".tif",)))
    ['a/low', 'b/low']
    """
    common = os.path.commonpath([file.parent for file in files])
    return {_without_suffixes(file.relative_to(common), suffixes): file for file in files}


def _without_suffixes(path: Path, suffixes: tuple[str, ...]) -> str:
    """Return a path as a name; what holds several images loses its suffix, too."""
    return "/".join(without_suffix(part, suffixes) for part in path.parts)
