"""What a probe found: rows of figures, and the bars that some of them must reach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from debcr_core.evaluation import Values


@dataclass(frozen=True)
class Bar:
    """What a figure must reach.

    Attributes
    ----------
    limit : float
        In the figure's unit.
    side : {"at least", "at most"}
        On which side of it the figure must lie.
    """

    limit: float
    side: Literal["at least", "at most"]

    def holds(self, value: float) -> bool:
        """Say whether a value reaches it; NaN never does."""
        return value >= self.limit if self.side == "at least" else value <= self.limit


@dataclass(frozen=True)
class Row:
    """One figure under one condition.

    Attributes
    ----------
    condition : str
        Such as ``5 photons`` or ``grass, noise 2 %``.
    figure : str
        What was measured, such as ``gain over the best filter``.
    value : float
        Of the model.
    unit : str
        Such as ``dB``.
    bar : Bar or None
        What it must reach; None where it is only reported.
    beside : mapping of str to float
        The same of the input and of other methods, by name.
    """

    condition: str
    figure: str
    value: float
    unit: str = ""
    bar: Bar | None = None
    beside: Mapping[str, float] = field(default_factory=dict)

    @property
    def holds(self) -> bool | None:
        """Whether the bar is reached; None where there is none."""
        return None if self.bar is None else self.bar.holds(self.value)


@dataclass(frozen=True)
class Picture:
    """Images beside each other, on one intensity scale.

    Attributes
    ----------
    name : str
        Of its file, without the suffix.
    words : str
        What it shows, a sentence.
    images : mapping of str to numpy.ndarray
        ``(y, x)``, all of one shape, by what stands above each; the last is the truth.
    reached : mapping of str to float
        PSNR in dB, by the same names; not of all.
    """

    name: str
    words: str
    images: Mapping[str, Values]
    reached: Mapping[str, float]


@dataclass(frozen=True)
class Part:
    """All that one measure found.

    Attributes
    ----------
    title : str
        What was asked.
    method : str
        How it was measured, in sentences.
    rows : sequence of Row
        The figures.
    pictures : sequence of Picture
        Examples.
    """

    title: str
    method: str
    rows: Sequence[Row]
    pictures: Sequence[Picture] = ()
