"""Which input goes to which output: files, folders and globs."""

from __future__ import annotations

from collections import defaultdict
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
    suffixes = known_suffixes(plugins)
    paths = find_files(inputs, plugins)
    # An image can be a folder itself (OME-Zarr): the name tells.
    is_image = output.name.lower().endswith(suffixes)
    if len(inputs) == 1 and is_named(inputs[0], plugins):
        if is_image or not (output.is_dir() or len(parts_of(paths[0], plugins, reader).parts) > 1):
            return [Pair(paths[0], reader, output)]
    elif is_image:
        raise UsageError(
            f"{len(paths)} images need a folder to be written to; {output} is named like a file."
        )
    if make:
        _make(output, len(paths))
    parts = [part for path in paths for part in _single(path, plugins, reader)]
    known = (*suffixes, *KEEPS_SUFFIX)
    return _told_apart([(part, output / _output_name(part, known)) for part in parts])


def _make(folder: Path, count: int) -> None:
    try:
        folder.mkdir(exist_ok=True, parents=True)
    except FileExistsError:
        raise UsageError(f"{folder} is a file, but {count} images need a folder.") from None
    except OSError as error:
        raise WriteError(f"The folder {folder} cannot be made: {error.strerror}.") from error


def _single(path: Path, plugins: Plugins, reader: Reader | None) -> tuple[Part, ...]:
    """Return what of a file or folder gets an output of its own."""
    parts = parts_or_file(path, plugins, reader)
    around = parts[0].path != path
    return (placed(path, parts[0].reader),) if around else parts


def _told_apart(found: list[tuple[Part, Path]]) -> list[Pair]:
    """Return the pairs, of which those with one output know of each other."""
    by_output = defaultdict(list)
    for part, target in found:
        by_output[target].append(part.place)
    if all(len(places) > 1 for places in by_output.values()):
        target, places = next(iter(by_output.items()))
        raise UsageError(f"{len(places)} inputs would be written to {target}: restore them singly.")
    return [
        Pair(
            part.path,
            part.reader,
            target,
            tuple(place for place in by_output[target] if place != part.place),
        )
        for part, target in found
    ]


def _output_name(part: Part, suffixes: tuple[str, ...]) -> str:
    name = part.whole.name
    stem = without_suffix(name, suffixes)
    suffix = name[len(stem) :]
    if not name.lower().endswith(KEEPS_SUFFIX):
        suffix = part.reader.suffixes[0] if part.reader and part.path.is_dir() else ".tif"
    return "_".join([stem, *filter(None, part.name.split("/"))]) + suffix
