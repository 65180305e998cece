"""Which input goes to which output: files, folders and globs."""

from __future__ import annotations

import glob
from collections import Counter
from pathlib import Path

from debcr_core.errors import UsageError, WriteError
from debcr_core.plugins import Plugins

# Formats that hold float32 keep their suffix when a folder is restored; others become TIFF.
KEEPS_SUFFIX = (".ome.tif", ".ome.tiff", ".tif", ".tiff", ".ome.zarr", ".zarr", ".npy", ".npz")


def pair_outputs(
    inputs: list[str], output: Path, plugins: Plugins, *, make: bool = True
) -> list[tuple[Path, Path]]:
    """Return which input goes to which output.

    One input file goes to the output file. Several files, a folder or a glob go to the output
    folder, which is made where it is missing: each under its own name, with the suffix ``.tif``
    where its own format cannot hold float32 pixels.

    Parameters
    ----------
    inputs : list of str
        Files, folders and globs (which some shells leave to the program).
    output : Path
        File or folder.
    plugins : Plugins
        Their readers say which files in a folder are images.
    make : bool
        Whether a missing output folder is made.

    Raises
    ------
    UsageError
        If there is no image among the inputs, or two would get the same output.
    """
    suffixes = tuple(s for reader in plugins.classes("reader") for s in reader.suffixes)
    paths = [path for text in inputs for path in _expand(text, suffixes)]
    # An image can be a folder itself (OME-Zarr): the name tells.
    is_image = output.name.lower().endswith(suffixes)
    if len(inputs) == 1 and paths == [Path(inputs[0])] and (is_image or not output.is_dir()):
        return [(paths[0], output)]
    if is_image:
        raise UsageError(
            f"{len(paths)} images need a folder to be written to; {output} is named like a file."
        )
    try:
        if make:
            output.mkdir(exist_ok=True, parents=True)
    except FileExistsError:
        raise UsageError(f"{output} is a file, but {len(paths)} images need a folder.") from None
    except OSError as error:
        raise WriteError(f"The folder {output} cannot be made: {error.strerror}.") from error
    pairs = [(path, output / _output_name(path, suffixes)) for path in paths]
    for target, count in Counter(target for _, target in pairs).items():
        if count > 1:
            raise UsageError(f"{count} inputs would be written to {target}: restore them singly.")
    return pairs


def _expand(text: str, suffixes: tuple[str, ...]) -> list[Path]:
    path = Path(text)
    if path.is_dir() and not text.lower().rstrip("/\\").endswith(suffixes):
        found = sorted(p for p in path.iterdir() if p.name.lower().endswith(suffixes))
        found = [p for p in found if not p.name.startswith(".")]
        if not found:
            raise UsageError(f"The folder {path} holds no image with a known suffix.")
        return found
    if not path.exists() and glob.has_magic(text):
        found = sorted(Path(match) for match in glob.glob(text))  # noqa: PTH207
        if not found:
            raise UsageError(f"No file matches {text}.")
        return found
    return [path]


def _output_name(path: Path, suffixes: tuple[str, ...]) -> str:
    name = path.name
    if name.lower().endswith(KEEPS_SUFFIX):
        return name
    known = max((s for s in suffixes if name.lower().endswith(s)), key=len, default="")
    return name.removesuffix(name[len(name) - len(known) :] if known else "") + ".tif"
