"""The input and the output of a model, as its RDF describes them: axes, sizes, processing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Step = dict[str, Any]

SINGLE = "s"
SPATIAL = "tzyx"
REAL = ("float32", "float64", "float16")
WHOLE = ("uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64")


@dataclass(frozen=True)
class Axis:
    """One axis of a tensor.

    Attributes
    ----------
    id : str
        Its name in the RDF.
    letter : str
        ``b c t z y x``, or ``s`` for an axis of another kind or of length one, which is put in.
    size : int
        The one size, or the smallest; 1 for batches.
    step : int
        By how much sizes differ; 0 where there is but one.
    tied : str
        The axis whose size this one has, too; empty where it has a size of its own.
    scale : float
        Distance between its pixels, in units of the RDF's own.
    offset : int
        Of an output: its size minus that of the input.
    halo : int
        Of an output: margin that is not valid where a tile was cut off.
    """

    id: str
    letter: str
    size: int
    step: int = 0
    tied: str = ""
    scale: float = 1.0
    offset: int = 0
    halo: int = 0


@dataclass(frozen=True)
class Tensor:
    """The input or the output.

    Attributes
    ----------
    id : str
        Its name in the RDF.
    axes : tuple of Axis
        In the order in which the network wants them.
    dtype : str
        Type that its processing ends with.
    steps : tuple of dict
        Pre- or postprocessing, with axes named ``batch channel time z y x``.
    channel_names : tuple of str
        Names of the channels.
    test : mapping or None
        File with the test tensor: its ``source`` and ``sha256``.
    """

    id: str
    axes: tuple[Axis, ...]
    dtype: str
    steps: tuple[Step, ...] = ()
    channel_names: tuple[str, ...] = ()
    test: Mapping[str, Any] | None = None

    @property
    def layout(self) -> str:
        """The axes' letters."""
        return "".join(axis.letter for axis in self.axes)

    @property
    def spatial(self) -> str:
        """The letters of its axes of space and time, in the order of images' dims."""
        return "".join(letter for letter in SPATIAL if letter in self.layout)

    def axis(self, letter: str) -> Axis | None:
        """Return the axis of that letter, or None."""
        return next((axis for axis in self.axes if axis.letter == letter), None)
