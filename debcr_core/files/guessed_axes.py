"""Axes that a file does not name: a reader's guess, which the user may correct or has to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from debcr_core.errors import DebcrWarning, ImageError, UsageError
from debcr_core.image import with_axes

if TYPE_CHECKING:
    import xarray as xr


class GuessedAxes(DebcrWarning):
    """A reader had to guess what an axis means, since the file does not say.

    Attributes
    ----------
    axes : str
        Its guess, a letter per axis in the order of the file; empty: the image's dims. An only
        channel last, ``yxc``, is left out.
    """

    kind = "guessed-axes"

    def __init__(
        self, sentence: str = "", kind: str | None = None, *, axes: str = "", advice: str = ""
    ) -> None:
        super().__init__(sentence, kind, advice=advice)
        self.axes = axes


class DoubtfulAxes(GuessedAxes):
    """A guess that the user must settle: without names for the axes, the image is refused."""


class NamelessAxesError(UsageError):
    """An image is refused until the user names its axes.

    Attributes
    ----------
    axes : str
        The reader's guess, a letter per axis.
    """

    kind = "nameless-axes"

    def __init__(self, sentence: str, axes: str, *, advice: str = "") -> None:
        super().__init__(sentence, advice=advice)
        self.axes = axes


def as_guessed(image: xr.DataArray, guess: GuessedAxes) -> xr.DataArray:
    """Return the image without a channel axis of one that only a guess put there."""
    only = guess.axes.endswith("c") and image.sizes["c"] == 1
    return image.squeeze("c", drop=True) if only else image


def renamed(image: xr.DataArray, axes: str, guess: GuessedAxes, path: Path) -> xr.DataArray:
    """Return the image with its axes named by the user.

    Parameters
    ----------
    image : xarray.DataArray
        As its reader returned it.
    axes : str
        One letter per axis.
    guess : GuessedAxes
        What the reader guessed, if it did.
    path : Path
        The file.

    Raises
    ------
    UsageError
        If the letters do not fit.
    """
    if guess.axes:
        # Nameless axes are counted as they lie in the file.
        image = image.transpose(*guess.axes).assign_attrs(stored_axes=guess.axes)
    try:
        return with_axes(image, axes.lower())
    except ImageError as error:
        raise UsageError(
            f"{path} was read with axes {''.join(map(str, image.dims))} and shape "
            f"{image.shape}. {error}"
        ) from error
