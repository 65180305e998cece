"""What the user asks of one image."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from debcr_core.errors import UsageError
from napari_adapter.planner import Wish
from napari_adapter.restore.making import Making

if TYPE_CHECKING:
    from napari.layers import Image

    from debcr_core.flow.source import Source


BRIEF = 24
"""Characters of a name where there is little room."""


@dataclass(frozen=True)
class Place:
    """Where results go that are too large for memory.

    Attributes
    ----------
    threshold : int
        Bytes up to which a result is kept in memory.
    folder : Path or None
        Where larger ones are written; None: it was not said yet.
    """

    threshold: int
    folder: Path | None = None

    def folder_for(self, size: str) -> Path:
        """Return the folder for a result of that size.

        Raises
        ------
        UsageError
            If it was not said yet.
        """
        if self.folder is None:
            raise UsageError(
                f"The result has {size}, more than is to be kept in memory: choose a folder for "
                'large results under "Settings", or allow more memory there.'
            )
        return self.folder


@dataclass(frozen=True, eq=False)
class Request:
    """One image that is to be restored, and what becomes of the result.

    Attributes
    ----------
    wish : Wish
        The image, and what is to be done to it.
    layers : tuple of napari.layers.Image
        What it is made of: of several, each is a channel.
    told : Source or None
        The file that they say they are from.
    making : Making
        What the result will say of itself.
    place : Place
        Where it goes if it is large.
    """

    wish: Wish
    layers: tuple[Image, ...]
    told: Source | None
    making: Making
    place: Place

    @property
    def called(self) -> str:
        """The name of what is restored."""
        return ", ".join(self.making.layers)

    @property
    def briefly(self) -> str:
        """The name of what is restored, where there is little room."""
        name = " ".join(self.called.split())
        half = BRIEF // 2
        return name if len(name) <= BRIEF else f"{name[:half]}…{name[-half:]}"

    @property
    def name(self) -> str:
        """The name of the result."""
        return f"{self.called} restored"
