"""Which input goes to which output: files, folders and globs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from debcr_core.components import Part
from debcr_core.errors import UsageError, WriteError
from debcr_core.files.finding import (
    find_files,
    is_named,
    known_suffixes,
    parts_of,
    parts_or_file,
    placed,
    without_suffix,
)
from debcr_core.files.writing import find_writer
from debcr_core.plugins import Plugins

if TYPE_CHECKING:
    from debcr_core.components import Reader

# Formats that hold float32 keep their suffix when a folder is restored; others become TIFF.
KEEPS_SUFFIX = (".ome.tif", ".ome.tiff", ".tif", ".tiff", ".ome.zarr", ".zarr", ".npy", ".npz")


@dataclass(frozen=True)
class Pair:
    """One input and its output.

    Attributes
    ----------
    source : Path
        File or folder that is read.
    reader : Reader or None
        What reads this image of it; None where that is settled when it is opened.
    output : Path
        Where it goes.
    rivals : tuple of Path
        Other inputs that would go there, too: none of them does.
    """

    source: Path
    reader: Reader | None
    output: Path
    rivals: tuple[Path, ...] = ()

    def check_alone(self) -> None:
        """Refuse an output that another input would have, too.

        Raises
        ------
        UsageError
            Naming them.
        """
        if self.rivals:
            others = ", ".join(map(str, self.rivals))
            raise UsageError(
                f"{self.source} and {others} would be written to {self.output}: restore them "
                "singly, under names of their own."
            )


def pair_outputs(
    inputs: list[str],
    output: Path,
    plugins: Plugins,
    *,
    reader: Reader | None = None,
    make: bool = True,
) -> list[Pair]:
    """Return which input goes to which output.

    One input file goes to the output file. Several files, a folder or a glob go to the output
    folder, which is made where it is missing: each image under its own name, with the suffix
    ``.tif`` where its own format cannot hold float32 pixels. Of a file with several images each
    has a file of its own there; a folder of images (an OME-Zarr plate) stays one.

    Parameters
    ----------
    inputs : list of str
        What `find_files` takes.
    output : Path
        File or folder.
    plugins : Plugins
        Their readers say which files in a folder are images.
    reader : Reader, optional
        The reader that is asked for.
    make : bool
        Whether a missing output folder is made.

    Raises
    ------
    UsageError
        If there is no image among the inputs, or all would get the same output.
    """
    # An image can be a folder itself (OME-Zarr): the name tells.
    is_image = output.name.lower().endswith(known_suffixes(plugins))
    paths = find_files(inputs, plugins)
    if len(inputs) == 1 and is_named(inputs[0], plugins):
        if is_image or not (output.is_dir() or len(parts_of(paths[0], plugins, reader).parts) > 1):
            return [Pair(paths[0], reader, output)]
    elif is_image:
        raise UsageError(
            f"{len(paths)} images need a folder to be written to; {output} is named like a file."
        )
    if make:
        make_folder(output, len(paths))
    parts = [part for path in paths for part in alone(path, plugins, reader)]
    pairs = pairs_in(output, parts, plugins)
    if all(pair.rivals for pair in pairs):
        target, count = pairs[0].output, 1 + len(pairs[0].rivals)
        raise UsageError(f"{count} inputs would be written to {target}: restore them singly.")
    return pairs


def pairs_in(
    folder: Path, parts: Iterable[Part], plugins: Plugins, *, suffix: str | None = None
) -> list[Pair]:
    """Return where in a folder each image goes; those with one output know of each other.

    Parameters
    ----------
    folder : Path
        The output folder; it need not be there yet.
    parts : iterable of Part
        The images (see `alone`).
    plugins : Plugins
        Their readers and writers say which suffixes there are.
    suffix : str, optional
        Of all outputs, such as ``.ome.tif``; by default each keeps its own, as `pair_outputs`
        describes. A group of images keeps its own where that format holds no groups.
    """
    known = (*known_suffixes(plugins), *KEEPS_SUFFIX)
    groups = suffix is None or find_writer(f"any{suffix}", plugins).holds == "groups"
    found = []
    for part in parts:
        chosen = suffix if groups or not _is_group(part, plugins) else None
        found.append((part, folder / _output_name(part, known, chosen)))
    return _told_apart(found)


def make_folder(folder: Path, count: int) -> None:
    """Make the output folder of some images, where it is missing.

    Raises
    ------
    UsageError
        If a file has its name.
    WriteError
        If it cannot be made.
    """
    try:
        folder.mkdir(exist_ok=True, parents=True)
    except FileExistsError:
        raise UsageError(f"{folder} is a file, but {count} images need a folder.") from None
    except OSError as error:
        raise WriteError(f"The folder {folder} cannot be made: {error.strerror}.") from error


def alone(path: Path, plugins: Plugins, reader: Reader | None = None) -> tuple[Part, ...]:
    """Return what of a file or folder gets an output of its own in a folder.

    Each of several images in a file does; a folder of images (an OME-Zarr plate) stays one.
    """
    parts = parts_or_file(path, plugins, reader)
    around = parts[0].path != path
    return (placed(path, parts[0].reader),) if around else parts


def _told_apart(found: list[tuple[Part, Path]]) -> list[Pair]:
    """Return the pairs, of which those with one output know of each other."""
    by_output = defaultdict(list)
    for part, target in found:
        by_output[target].append(part)
    return [
        Pair(
            part.path,
            part.reader,
            target,
            tuple(other.place for other in by_output[target] if other is not part),
        )
        for part, target in found
    ]


def _is_group(part: Part, plugins: Plugins) -> bool:
    """Say whether a folder holds several images."""
    if part.reader is None or not part.path.is_dir():
        return False
    return parts_or_file(part.path, plugins, part.reader)[0].path != part.path


def _output_name(part: Part, known: tuple[str, ...], chosen: str | None) -> str:
    name = part.whole.name
    stem = without_suffix(name, known)
    suffix = chosen or name[len(stem) :]
    if not suffix.lower().endswith(KEEPS_SUFFIX) and not chosen:
        suffix = part.reader.suffixes[0] if part.reader and part.path.is_dir() else ".tif"
    return "_".join([stem, *filter(None, part.name.split("/"))]) + suffix
