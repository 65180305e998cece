"""Files that the metadata name: in its own folder and nowhere else."""

from __future__ import annotations

from pathlib import Path, PurePosixPath, PureWindowsPath

from debcr_core.errors import UsageError


def local_file(folder: Path, name: str, key: str) -> Path:
    """Return the path of a file in a folder or below it.

    Whoever packages somebody's metadata must not publish files of his own with it, so the path
    leads nowhere else: neither by its name nor by a link.

    Parameters
    ----------
    folder : Path
        Where the metadata are.
    name : str
        As the metadata give it.
    key : str
        The key that gives it.

    Raises
    ------
    UsageError
        If the path leads out of the folder, or to no file.
    """
    pure = PurePosixPath(name)
    if pure.is_absolute() or ".." in pure.parts or "\\" in name or PureWindowsPath(name).drive:
        raise UsageError(
            f'The metadata\'s "{key}" is "{name}": only files in the metadata\'s own folder are '
            "published. Put it there and give its name."
        )
    path = folder
    for part in pure.parts:
        path = path / part
        if path.is_symlink():
            raise UsageError(
                f'The metadata\'s "{key}" is "{name}", but {path} is a link. Put the file itself '
                "there."
            )
    if not path.is_file():
        raise UsageError(f'The metadata\'s "{key}" is "{name}", but there is no file {path}.')
    return path
