"""The door through which every image file enters: check, choose the reader, explain damage."""

from __future__ import annotations

import errno
import os
import re
import stat
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from debcr_core.errors import PluginError, ReadError, UsageError, WrongFileError
from debcr_core.failures import leaving_out, named
from debcr_core.files.damaged_files import damage_explained, guarded
from debcr_core.files.guessed_axes import (
    DoubtfulAxes,
    GuessedAxes,
    NamelessAxesError,
    as_guessed,
    renamed,
)
from debcr_core.files.newcomers import without_newcomers
from debcr_core.files.unfinished import refuse_unfinished
from debcr_core.image import DIMS, shown_in_units
from debcr_core.notices import listening, others_silenced, pass_on, say

if TYPE_CHECKING:
    import xarray as xr

    from debcr_core.components import Reader
    from debcr_core.registry import Registry

HEAD = 4096
LISTED = 5
CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f]")


def read_image(
    path: str | Path,
    plugins: Registry,
    *,
    reader: Reader | None = None,
    axes: str | None = None,
) -> xr.DataArray:
    """Read an image file of any format that a plugin reads.

    Parameters
    ----------
    path : str or Path
        A file, or a folder that is an OME-Zarr image.
    plugins : Registry
        Where readers are found.
    reader : Reader, optional
        The reader to use; by default the one that recognises the content. Where several do, the
        file's suffix decides.
    axes : str, optional
        One letter of ``t c z y x`` per axis, where the file names them wrongly or not at all: of
        the image as it is read, or of a nameless array as it lies in the file (``yxc``).

    Returns
    -------
    xarray.DataArray
        As `debcr_core.image` describes, lazy (dask) where the format allows.

    Warns
    -----
    DebcrWarning
        If the content is of another format than the suffix says, or the reader had to leave
        out or guess something.

    Raises
    ------
    ReadError
        If the file is missing, damaged or of no known format. For lazy images also later, when
        pixels are loaded.
    ImageError
        If its content is no image that can be processed.
    UsageError
        If `axes` does not fit, or is needed since channels may be last; or several readers claim
        the file.
    """
    path = Path(path)
    check_input(path)
    chosen = reader or choose_reader(path, plugins)
    with listening() as heard, others_silenced(), damage_explained(path, chosen.name):
        image = chosen.read(path)
    guess = next((each for each in heard if isinstance(each, GuessedAxes)), GuessedAxes())
    if axes is None and isinstance(guess, DoubtfulAxes):
        raise NamelessAxesError(guess.fact, guess.axes, advice=guess.advice)
    for warning in heard:
        # What the reader guessed does not matter where the user names the axes.
        if axes is None or not isinstance(warning, GuessedAxes):
            pass_on(warning, stacklevel=3)
    image = guarded(checked_image(chosen, image), path, chosen.name)
    return as_guessed(image, guess) if axes is None else renamed(image, axes, guess, path)


def checked_image(reader: Reader, image: Any) -> xr.DataArray:
    """Return what a reader returned, if it is an image as `debcr_core.image` describes it.

    Raises
    ------
    PluginError
        Naming the reader, its distribution and what is wrong.
    """
    dims = tuple(getattr(image, "dims", ()))
    if not hasattr(image, "chunks") or not {"y", "x"} <= set(dims):
        shown = " ".join(repr(image).split())[:80]
        raise PluginError(f"The {named(reader)} returned {shown}, which is no image.")
    if dims != tuple(dim for dim in DIMS if dim in dims):
        raise PluginError(
            f"The {named(reader)} returned an image with the axes {', '.join(map(str, dims))}, "
            f"which must be some of {', '.join(DIMS)}, in this order: debcr_core.make_image brings "
            "them into it."
        )
    whole: xr.DataArray = image
    return shown_in_units(whole.assign_attrs({"pixel_size": {}, "unit": {}, **image.attrs}))


def choose_reader(path: Path, plugins: Registry) -> Reader:
    """Return the reader, with default parameters, that recognises a file's content.

    Parameters
    ----------
    path : Path
        The file or folder.
    plugins : Registry
        Where readers are found.

    Warns
    -----
    DebcrWarning
        If the suffix belongs to another format than the content.

    Raises
    ------
    WrongFileError
        If there is no such file, it is a folder that is no image, or it holds text.
    ReadError
        If the file cannot be opened or no reader recognises it.
    UsageError
        If several readers claim it.
    """
    readers: list[type[Reader]] = plugins.classes("reader")
    able = readers_of(path, plugins)
    suffixed = [reader for reader in readers if _has_suffix(path, reader)]
    if not able:
        head = check_input(path)
        wrong = path.is_dir() or _is_text(head)
        raise (WrongFileError if wrong else ReadError)(_unrecognised(path, head, readers))
    fitting = [reader for reader in able if reader in suffixed] or able
    fitting = without_newcomers(fitting, "--reader")
    if len(fitting) > 1:
        names = ", ".join(reader.name for reader in fitting)
        raise UsageError(f"{path} is claimed by several readers: {names}. Name the one meant.")
    if suffixed and fitting[0] not in suffixed:
        say(
            f"{path} has the suffix of {suffixed[0].name}, but its content is {fitting[0].name}: "
            "it is read as that.",
            kind="suffix",
        )
    return fitting[0]()


def readers_of(path: Path, plugins: Registry) -> list[type[Reader]]:
    """Return the readers that recognise a file's content.

    Raises
    ------
    ReadError
        If it cannot be opened.
    """
    head = check_input(path)
    return [reader for reader in plugins.classes("reader") if _recognises(reader, path, head)]


def _recognises(reader: type[Reader], path: Path, head: bytes) -> bool:
    with leaving_out(reader, f"it looked at {path}"):
        return bool(reader.recognises(path, head))
    return False


def truth_reader(path: Path, plugins: Registry) -> Reader | None:
    """Return what reads the truth of a pair that lies in one file; None where there is none.

    Parameters
    ----------
    path : Path
        Any file or folder.
    plugins : Registry
        Where readers are found.

    Raises
    ------
    ReadError
        If it cannot be opened, or is damaged.
    """
    for reader in readers_of(path, plugins):
        if (found := reader().truth(path)) is not None:
            return found
    return None


def _has_suffix(path: Path, reader: type[Reader]) -> bool:
    return path.name.lower().endswith(reader.suffixes)


def check_input(path: Path) -> bytes:
    """Return a file's first bytes (none for a folder).

    Raises
    ------
    WrongFileError
        If there is no such file, or it is an output that is not finished.
    ReadError
        If it is empty, or cannot be opened.
    """
    refuse_unfinished(path)
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            return b""
        if not stat.S_ISREG(status.st_mode):
            raise WrongFileError(f"{path} is neither a file nor a folder: name an image file.")
        if status.st_size == 0:
            raise ReadError(f"{path} is empty (0 bytes): copy or export it again.")
        with path.open("rb") as file:
            return file.read(HEAD)
    except (FileNotFoundError, NotADirectoryError):
        raise WrongFileError(_missing(path)) from None
    except (OSError, RuntimeError, ValueError) as error:
        raise ReadError(_unopenable(path, error)) from error


def _missing(path: Path) -> str:
    if os.path.lexists(path):
        return f"{path} is a link to a file that does not exist."
    if not path.parent.is_dir():
        return f"{path} does not exist, nor does its folder {path.parent}."
    near = get_close_matches(path.name, _names(path.parent), n=3, cutoff=0.6)
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    return f"{path} does not exist.{hint}"


def _names(folder: Path) -> list[str]:
    try:
        return sorted(entry.name for entry in folder.iterdir())
    except OSError:
        return []


def _unopenable(path: Path, error: Exception) -> str:
    code = getattr(error, "errno", None)
    if code == errno.ELOOP or isinstance(error, RuntimeError):
        return f"{path} is a link that leads back to itself: name the file it should lead to."
    if code in (errno.EACCES, errno.EPERM):
        return f"{path} may not be read (permission denied): ask its owner, or copy it."
    return f"{path} cannot be opened: {getattr(error, 'strerror', None) or error}."


def _unrecognised(path: Path, head: bytes, readers: list[type[Reader]]) -> str:
    suffixes = tuple(suffix for reader in readers for suffix in reader.suffixes)
    if path.is_dir():
        inside = [name for name in _names(path) if name.lower().endswith(suffixes)]
        if not inside:
            return f"{path} is a folder without images: name an image file."
        more = f" and {len(inside) - LISTED} more" if len(inside) > LISTED else ""
        listed = ", ".join(inside[:LISTED])
        return f"{path} is a folder, not an image. It holds {listed}{more}: name one of them."
    content = "holds text, not an image" if _is_text(head) else "is of no image format known here"
    return f"{path} {content}. Known suffixes: {', '.join(sorted(set(suffixes)))}."


def _is_text(head: bytes) -> bool:
    return CONTROL.search(head) is None
