"""The one way of finding images: what a file, a folder, a glob or a group of images holds.

What is an image is what a reader says of the content. A path inside a group (an OME-Zarr plate's
field) is a path like any other.
"""

from __future__ import annotations

import glob
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from debcr_core.components import Part, Several
from debcr_core.errors import DebcrError, PluginError, ReadError, UsageError
from debcr_core.files.damaged_files import damage_explained
from debcr_core.files.reading import check_input, choose_reader, readers_of
from debcr_core.files.unfinished import refuse_unfinished
from debcr_core.notices import listening, others_silenced
from debcr_core.stopping import check_heeded

if TYPE_CHECKING:
    from debcr_core.components import Reader
    from debcr_core.registry import Registry


def find_images(
    source: str | Path, plugins: Registry, *, reader: Reader | None = None
) -> list[Part]:
    """Return the images that a file, folder, glob or group stands for, in order of name.

    Parameters
    ----------
    source : str or Path
        As `find_files` takes it.
    plugins : Registry
        Where readers are found.
    reader : Reader, optional
        The reader to use; by default the one that recognises the content.

    Returns
    -------
    list of Part
        Every field of a plate and every series of a file. What cannot be read is among them,
        without a reader: opening it says why.

    Raises
    ------
    UsageError
        If a folder holds no image, or nothing matches a glob.
    ReadError
        If a file does not exist.
    """
    if is_named(source, plugins):
        check_input(Path(source))
    files = find_files([source], plugins)
    return [part for path in files for part in parts_or_file(path, plugins, reader)]


def find_files(sources: Iterable[str | Path], plugins: Registry) -> list[Path]:
    """Return the files and folders that hold the images of the sources, each once.

    Parameters
    ----------
    sources : iterable of str or Path
        Files, folders of them, globs (which some shells leave to the program), and folders that
        are images themselves or groups of such (OME-Zarr).
    plugins : Registry
        Their readers say which files in a folder are images, and which make one image together.

    Raises
    ------
    UsageError
        If a folder holds no image, or nothing matches a glob.
    """
    return list(each_file(sources, plugins))


def each_file(sources: Iterable[str | Path], plugins: Registry) -> Iterator[Path]:
    """Yield what `find_files` returns, as it is found: a folder may hold many.

    Raises
    ------
    DebcrError
        As `find_files`; `Cancelled` if a stop that is heeded was asked for.
    """
    is_image = partial(_is_image, plugins=plugins)
    found = [path for source in sources for path in expanded(source, is_image)]
    given = set()
    for path in found:
        check_heeded()
        opened = _opened_for(path, plugins)
        if opened not in given:
            given.add(opened)
            yield opened


def is_named(source: str | Path, plugins: Registry) -> bool:
    """Say whether a source names one file or group of images, and is no folder or glob of them."""
    return _stands_for_itself(source, partial(_is_image, plugins=plugins))


def expanded(source: str | Path, is_image: Callable[[Path], bool]) -> list[Path]:
    """Return the files that a source stands for, in order of name; hidden ones left out.

    Parameters
    ----------
    source : str or Path
        A file, a folder or a glob; or a folder that is itself an image.
    is_image : callable
        Says of what is in a folder, and of the folder itself, whether it counts.

    Raises
    ------
    UsageError
        If there is none in a folder, or nothing matches a glob.
    WrongFileError
        If it is, or lies in, an output that is not finished.
    """
    path = Path(source)
    refuse_unfinished(path)
    if _stands_for_itself(source, is_image):
        return [path]
    if path.is_dir():
        found = [entry for entry in path.iterdir() if is_image(entry)]
        complaint = f"The folder {path} holds no image that can be read."
    else:
        found = [Path(match) for match in glob.glob(str(source), recursive=True)]  # noqa: PTH207
        complaint = f"No file matches {source}."
    found = sorted(entry for entry in found if not entry.name.startswith("."))
    if not found:
        raise UsageError(complaint)
    return found


def parts_of(path: Path, plugins: Registry, reader: Reader | None = None) -> Several:
    """Return the images of one file or folder: itself, or those in it.

    Parameters
    ----------
    path : Path
        The file or folder.
    plugins, reader
        As in `find_images`.

    Raises
    ------
    ReadError
        If it cannot be read.
    UsageError
        If several readers claim it.
    """
    check_input(path)
    chosen = reader or choose_reader(path, plugins)
    with others_silenced(), damage_explained(path, chosen.name):
        several = chosen.several(path)
    return several or Several((placed(path, chosen),))


def parts_or_file(path: Path, plugins: Registry, reader: Reader | None = None) -> tuple[Part, ...]:
    """Return the images of one file or folder; itself, without a reader, if it cannot be read."""
    try:
        return parts_of(path, plugins, reader).parts
    except DebcrError:
        return (Part(path, None, path),)


def placed(path: Path, reader: Reader | None) -> Part:
    """Return an image, or a group of them, with the groups around it that its reader recognises."""
    whole = path
    while reader and path.is_dir() and whole.parent.name and reader.recognises(whole.parent, b""):
        whole = whole.parent
    return Part(path, reader, whole, "" if whole == path else path.relative_to(whole).as_posix())


def known_suffixes(plugins: Registry) -> tuple[str, ...]:
    """Return the file name endings that some reader knows."""
    return tuple(suffix for reader in plugins.classes("reader") for suffix in reader.suffixes)


def without_suffix(name: str, suffixes: tuple[str, ...]) -> str:
    """Return a name without the longest of the suffixes that it ends with.

    Examples
    --------
    >>> without_suffix("a.OME.tif", (".tif", ".ome.tif"))
    'a'
    """
    known = max((s for s in suffixes if name.lower().endswith(s)), key=len, default="")
    return name[: len(name) - len(known)]


def _stands_for_itself(source: str | Path, is_image: Callable[[Path], bool]) -> bool:
    path = Path(source)
    if path.is_dir():
        return is_image(path)
    return path.exists() or not glob.has_magic(str(source))


def _is_image(path: Path, plugins: Registry) -> bool:
    """Say whether a file or folder is an image: by its content, or else by its name.

    What is named like an image and is none is said when it is opened.
    """
    check_heeded()
    try:
        by_name = path.name.lower().endswith(known_suffixes(plugins))
        return by_name or bool(readers_of(path, plugins))
    except ReadError:
        return False


def _opened_for(path: Path, plugins: Registry) -> Path:
    """Return the file to open for the image that a file is part of, mostly itself."""
    if not path.is_file():
        return path
    try:
        # What is said here is said again when it is opened.
        with listening():
            return choose_reader(path, plugins).files(path)[0]
    except PluginError:
        raise
    except Exception:  # damage is explained when it is opened
        return path
