"""Names for axes that a file leaves unnamed."""

from __future__ import annotations

from pathlib import Path

from debcr_core.errors import ReadError
from debcr_core.files.reading import GuessedAxes
from debcr_core.notices import pass_on

USUAL = {2: "yx", 3: "zyx", 4: "czyx", 5: "tczyx"}


def guess_axes(path: Path, shape: tuple[int, ...]) -> str:
    """Return names for the axes of a nameless array: ``yx``, ``zyx``, ``czyx`` or ``tczyx``.

    Parameters
    ----------
    path : Path
        The file it is from.
    shape : tuple of int
        The array's shape.

    Warns
    -----
    GuessedAxes
        If there are more than two axes.

    Raises
    ------
    ReadError
        If there are fewer than two axes or more than five.
    """
    if len(shape) not in USUAL:
        raise ReadError(
            f"{path} holds an array of shape {shape}: an image has two to five axes, out of "
            "t c z y x."
        )
    axes = USUAL[len(shape)]
    if len(shape) > 2:
        warn_guessed(path, axes, shape)
    return axes


def warn_guessed(path: Path, axes: str, shape: tuple[int, ...]) -> None:
    """Tell the user how axes that a file does not name were read."""
    pass_on(
        GuessedAxes(
            f"{path} does not name its axes: shape {shape} is read as {axes}. If that is wrong, "
            "name them: --axes."
        ),
        stacklevel=3,
    )
