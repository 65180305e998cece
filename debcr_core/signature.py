"""What a network takes and gives: one value that tiling, joining, undoing and publishing read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from debcr_core.errors import PluginError

Kind = Literal["intensity", "spread", "label", "probability"]
"""What an output channel holds, and so how it comes back to the image's scale.

``intensity`` is undone wholly; ``spread``, an uncertainty of intensities such as a standard
deviation, is scaled but not shifted; ``label`` and ``probability`` are left alone.
"""

LEFT_ALONE: tuple[Kind, ...] = ("label", "probability")


MEMORY = 2048
"""Bytes for each pixel of a tile that a network is thought to take where nobody has measured it."""


@dataclass(frozen=True)
class Channel:
    """One channel of a network's output.

    Attributes
    ----------
    name : str
        What it is called; empty where it is the image's own channel, restored.
    kind : {"intensity", "spread", "label", "probability"}
        What it holds.
    """

    name: str = ""
    kind: Kind = "intensity"


@dataclass(frozen=True)
class Footprint:
    """What a network asks of its tiles, per spatial axis.

    Attributes
    ----------
    stride : tuple of int
        Tiles start at multiples of it.
    halo : tuple of int
        Margin of a tile that is computed but not served.
    min_size : tuple of int
        Smallest size of a tile; larger ones differ from it by a multiple of the stride.
    fixed_size : tuple of int or None
        The one size the network accepts; None where there are others.
    memory : int
        Bytes that computing takes for each pixel of a tile, about.
    """

    stride: tuple[int, ...]
    halo: tuple[int, ...]
    min_size: tuple[int, ...]
    fixed_size: tuple[int, ...] | None = None
    memory: int = MEMORY


@dataclass(frozen=True)
class Signature:
    """What a network takes and gives.

    Attributes
    ----------
    axes : str
        Image axes that it sees at once, without batch: ``yx``, ``zyx``, ``cyx``. All but ``c`` are
        tiled.
    stride : tuple of int
        Per spatial axis, by how much input sizes differ; tiles start at multiples of it.
    halo : tuple of int or None
        Per spatial axis, the margin of input that is needed beyond an edge of what is served, where
        that edge lies on the stride. None where it is unknown; it is then measured.
    min_size : tuple of int
        Per spatial axis, the smallest input size: by default the stride.
    fixed_size : tuple of int or None
        Per spatial axis, the one input size that it accepts; None where any will do.
    channels_in : int
        Number of channels that it sees at once, where `axes` holds ``c``.
    channels_out : tuple of Channel
        What it returns at once: by default an intensity for each channel that it sees. Where `axes`
        has no ``c``, each channel of the image becomes that many.
    memory : int
        Bytes that computing takes for each pixel of a tile, about: with it, tiles are chosen that a
        budget of memory allows.

    Raises
    ------
    PluginError
        If numbers of axes differ, or a size or number is none that an image can have.

    Examples
    --------
    A network of planes that halves its input twice, and returns an image and its uncertainty:

    >>> signature = Signature(
    ...     "yx", (4, 4), halo=(20, 20), channels_out=(Channel("mean"), Channel("std", "spread"))
    ... )
    >>> signature.kinds
    ('intensity', 'spread')
    """

    axes: str
    stride: tuple[int, ...]
    halo: tuple[int, ...] | None = None
    min_size: tuple[int, ...] = ()
    fixed_size: tuple[int, ...] | None = None
    channels_in: int = 1
    channels_out: tuple[Channel, ...] = ()
    memory: int = MEMORY

    def __post_init__(self) -> None:
        # A frozen value fills in its own defaults this way.
        object.__setattr__(self, "min_size", tuple(self.min_size or self.stride))
        made = tuple(self.channels_out) or (Channel(),) * self.channels_in
        object.__setattr__(self, "channels_out", made)
        self._check()

    def _check(self) -> None:
        count = len(self.spatial_axes)
        if len(set(self.axes)) != len(self.axes) or not set(self.axes) <= set("tczyx"):
            raise PluginError(f'The signature\'s axes are "{self.axes}", not some of t c z y x.')
        per_axis = {
            "stride": (self.stride, 1),
            "halo": (self.halo, 0),
            "min_size": (self.min_size, 1),
            "fixed_size": (self.fixed_size, 1),
        }
        for name, (sizes, least) in per_axis.items():
            if sizes is not None and (len(sizes) != count or min(sizes, default=least) < least):
                raise PluginError(
                    f"A signature of the axes {self.axes} has {name} {sizes}: it needs a number "
                    f"from {least} on for each of {self.spatial_axes}."
                )
        if self.channels_in < 1 or ("c" not in self.axes and self.channels_in > 1):
            raise PluginError(
                f"A signature of the axes {self.axes} has channels_in {self.channels_in}: networks "
                "see one channel, or several where the axes hold c."
            )
        if self.memory < 1:
            raise PluginError(f"A signature has memory {self.memory}: it needs bytes, from 1 on.")

    @property
    def spatial_axes(self) -> str:
        """The `axes` that are tiled: all but ``c``."""
        return self.axes.replace("c", "")

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """What each channel of the output holds."""
        return tuple(channel.kind for channel in self.channels_out)

    @property
    def keeps_channels(self) -> bool:
        """Whether the output's channels are the image's own, restored."""
        named = any(channel.name for channel in self.channels_out)
        return len(self.channels_out) == self.channels_in and not (named and self.channels_in > 1)

    @property
    def footprint(self) -> Footprint:
        """What tiles must be like; the halo must be known.

        Raises
        ------
        PluginError
            If it is not.
        """
        if self.halo is None:
            raise PluginError("The halo is unknown: a runner measures it.")
        return Footprint(self.stride, self.halo, self.min_size, self.fixed_size, self.memory)

    def sizes_up_to(self, side: int) -> tuple[int, ...]:
        """Return the largest input size of at most `side` pixels along each axis, if there is one.

        Where there is none, the smallest size; where there is one alone, that.

        Examples
        --------
        >>> Signature("yx", (8, 8), min_size=(20, 20)).sizes_up_to(50)
        (44, 44)
        """
        return self.fixed_size or tuple(
            least + max(side - least, 0) // step * step
            for least, step in zip(self.min_size, self.stride, strict=True)
        )

    def with_halo(self, halo: tuple[int, ...]) -> Signature:
        """Return the signature with a halo that was measured."""
        return replace(self, halo=halo)
