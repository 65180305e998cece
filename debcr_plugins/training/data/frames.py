"""What a network sees at once of the images: their planes, volumes or sets of channels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from debcr_core.components import Position
from debcr_core.flow.frames import frame_positions
from debcr_plugins.pairs.normalized import NormalizedPair


@dataclass(frozen=True)
class Frame:
    """A part of an image that a network could see at once, if tiles had any size.

    Attributes
    ----------
    number : int
        Which of the pairs it is of.
    position : mapping of str to int or slice
        An entry for each dim of the image: an index for those that the network does not see.
    shape : tuple of int
        Pixels along the axes that are tiled.
    """

    number: int
    position: Position
    shape: tuple[int, ...]

    @property
    def area(self) -> int:
        """Pixels, channels not counted."""
        return prod(self.shape)


def frames_of(pairs: Sequence[NormalizedPair], axes: str) -> list[Frame]:
    """Return all frames, in order of pair and position.

    Parameters
    ----------
    pairs : sequence of NormalizedPair
        The images.
    axes : str
        Axes that the model sees at once.
    """
    return [frame for number, each in enumerate(pairs) for frame in _frames(number, each, axes)]


def _frames(number: int, each: NormalizedPair, axes: str) -> list[Frame]:
    image = each.pair.input
    shape = tuple(image.sizes[axis] for axis in axes if axis != "c")
    return [Frame(number, position, shape) for position in frame_positions(image, axes)]
