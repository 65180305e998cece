"""Names for axes that a file leaves unnamed."""

from __future__ import annotations

from pathlib import Path

from debcr_core.errors import ReadError
from debcr_core.files.guessed_axes import DoubtfulAxes, GuessedAxes
from debcr_core.notices import pass_on

USUAL = {2: "yx", 3: "zyx", 4: "czyx", 5: "tczyx"}
CHANNELS_LAST = {3: "yxc", 4: "zyxc", 5: "tzyxc"}
NARROWEST = 4
"""No image is so narrow: a last axis up to here is one of channels where the others are longer."""
MOST_CHANNELS = 32
"""A last axis up to here may be one of channels, where those before are `TIMES` as long."""
TIMES = 4


def guess_axes(path: Path, shape: tuple[int, ...]) -> str:
    """Return names for the axes of a nameless array.

    They are ``yx``, ``zyx``, ``czyx`` or ``tczyx``; where the last axis looks like one of channels,
    ``yxc``, ``zyxc`` or ``tzyxc``.

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
    DoubtfulAxes
        If the last of them looks like one of several channels.

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
    return settle_guess(path, USUAL[len(shape)], shape)


def settle_guess(path: Path, axes: str, shape: tuple[int, ...]) -> str:
    """Tell the user how axes that a file does not name are read, and return that.

    Parameters
    ----------
    path : Path
        The file.
    axes : str
        Their names, if channels are not last.
    shape : tuple of int
        Of the array in the file.

    Warns
    -----
    GuessedAxes, DoubtfulAxes
        As `guess_axes`.
    """
    if len(shape) < 3:
        return axes
    last = CHANNELS_LAST[len(shape)]
    if not _channels_last(shape):
        pass_on(_guess(path, axes, shape, axes), stacklevel=3)
        return axes
    if shape[-1] == 1:
        kept = f"{last[:-1]}, and its last axis as the only channel"
        pass_on(_guess(path, kept, shape, last), stacklevel=3)
        return last
    planes = f"planes of {shape[-2]} × {shape[-1]} pixels"
    pass_on(
        DoubtfulAxes(
            f"{path} does not name its axes, and its shape {shape} can be {shape[-1]} channels "
            f"last or {planes}.",
            axes=last,
            advice=f'Say which: --axes {last} or --axes {axes} (in Python: axes="{last}").',
        ),
        stacklevel=3,
    )
    return last


def _channels_last(shape: tuple[int, ...]) -> bool:
    """Say whether the last axis is too short for a width beside the two before it."""
    *_, height, width, last = shape
    times = 1 if last <= NARROWEST else TIMES
    return last <= MOST_CHANNELS and min(height, width) > times * last


def _guess(path: Path, read_as: str, shape: tuple[int, ...], axes: str) -> GuessedAxes:
    return GuessedAxes(
        f"{path} does not name its axes: shape {shape} is read as {read_as}.",
        axes=axes,
        advice="If that is wrong, name them: --axes.",
    )
