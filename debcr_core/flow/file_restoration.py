"""Restore files to files: one, a folder, or a glob of them."""

from __future__ import annotations

import glob
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from debcr_core.catalogs import DEFAULT_MODEL
from debcr_core.components import Floats, Region
from debcr_core.errors import UsageError, WriteError
from debcr_core.files.whole import check_output
from debcr_core.files.writing import find_writer, known_dtype, open_output
from debcr_core.flow.contrast import stretch_contrast
from debcr_core.flow.opening import Choice, open_image, open_model
from debcr_core.flow.restoration import Callback, restore_blocks
from debcr_core.flow.restored_shape import restored_like
from debcr_core.flow.suitability import check_model_fits
from debcr_core.plugins import Plugins

if TYPE_CHECKING:
    import xarray as xr

    from debcr_core.components import Reader, Writer

INPUT = "input"

# Formats that hold float32 keep their suffix when a folder is restored; others become TIFF.
KEEPS_SUFFIX = (".ome.tif", ".ome.tiff", ".tif", ".tiff", ".ome.zarr", ".zarr", ".npy", ".npz")


def restore_file(
    source: str | Path,
    output: str | Path,
    model: Choice = DEFAULT_MODEL,
    *,
    reader: Reader | None = None,
    writer: Writer | None = None,
    axes: str | None = None,
    channel: str | None = None,
    contrast_stretch: bool = False,
    dtype: str | None = None,
    overwrite: bool = False,
    device: str = "auto",
    trust_code: bool = False,
    progress: Callback | None = None,
    plugins: Plugins | None = None,
) -> None:
    """Restore an image file to another file, without holding either in memory.

    Parameters
    ----------
    source, output : str or Path
        Files; the output's suffix selects its format. It appears only when it is whole.
    model, channel, device, trust_code, progress, plugins
        As in `debcr_core.restore`.
    reader, writer : Reader, Writer, optional
        By default chosen by the file's content, and by the output's suffix.
    axes : str, optional
        One letter per axis of the input, where its file names them wrongly.
    contrast_stretch : bool
        Stretch the result's contrast for looking at; this holds the result in memory.
    dtype : str, optional
        Pixel type of the output: ``float32`` by default, ``input`` for that of the input.
        Integers are rounded and clipped.
    overwrite : bool
        Whether an existing output may be replaced.

    Raises
    ------
    DebcrError
        As `debcr_core.restore`; also if the output exists, is the input, or cannot be written.
    """
    plugins = plugins or Plugins.discover()
    source, output = Path(source), Path(output)
    _check_apart(source, output)
    check_output(output, overwrite=overwrite)
    writer = writer or find_writer(output, plugins)
    image = open_image(source, plugins, reader=reader, axes=axes, channel=channel)
    pixels = image.dtype.newbyteorder("=") if dtype == INPUT else known_dtype(dtype or "float32")
    trained = open_model(model, plugins, trust_code=trust_code)
    check_model_fits(image, trained.recipe.model)
    template = restored_like(image, trained.recipe.model, pixels)
    blocks = restore_blocks(image, trained, device=device, progress=progress)
    if contrast_stretch:
        blocks = _stretched(template, blocks)
    with open_output(template, output, plugins, writer=writer, overwrite=overwrite) as put:
        for region, block in blocks:
            put(region, block)


def _check_apart(source: Path, output: Path) -> None:
    """Refuse an output that is the input, or a folder that holds it."""
    if not (output.exists() and source.exists()):
        return
    if output.samefile(source):
        raise UsageError(f"Input and output are the same file, {source}: choose another output.")
    if output.resolve() in source.resolve().parents:
        raise UsageError(f"The output {output} holds the input {source}: choose another output.")


def _stretched(
    template: xr.DataArray, blocks: Iterator[tuple[Region, Floats]]
) -> Iterator[tuple[Region, Floats]]:
    """Collect the restored image and yield it whole, with its contrast stretched."""
    result = np.empty(template.shape, np.float32)
    for region, block in blocks:
        result[region] = block
    stretched = stretch_contrast(template.copy(data=result), template.dtype)
    yield tuple(slice(0, size) for size in template.shape), stretched.values


def pair_outputs(inputs: list[str], output: Path, plugins: Plugins) -> list[tuple[Path, Path]]:
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

    Raises
    ------
    UsageError
        If there is no image among the inputs, or two would get the same output.
    """
    suffixes = tuple(s for reader in plugins.classes("reader") for s in reader.suffixes)
    paths = [path for text in inputs for path in _expand(text, suffixes)]
    if len(inputs) == 1 and paths == [Path(inputs[0])] and not output.is_dir():
        return [(paths[0], output)]
    if not output.is_dir() and output.name.lower().endswith(suffixes):
        raise UsageError(
            f"{len(paths)} images need a folder to be written to; {output} is named like a file."
        )
    try:
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
