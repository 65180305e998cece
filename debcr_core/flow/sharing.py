"""How the work on one output is divided: over time, and among machines."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

from debcr_core.errors import UsageError
from debcr_core.notices import say

if TYPE_CHECKING:
    from distributed import Client

    from debcr_core.components import Writer


@dataclass(frozen=True)
class Share:
    """A share of an output's blocks, each of which is in one share: no machine has to ask another.

    Attributes
    ----------
    number, of : int
        Which share, counted from 1, and of how many.
    shift : int
        By how many the shares are shifted against the blocks, so that of many small images not all
        fall to the first machine.

    Examples
    --------
    >>> list(Share(2, 3).blocks(8))
    [1, 4, 7]
    """

    number: int
    of: int
    shift: int = 0

    def __post_init__(self) -> None:
        if not 1 <= self.number <= self.of:
            raise UsageError(
                f"There is no part {self}: give two whole numbers of which the first is from 1 to "
                "the second, such as 3/16."
            )

    @classmethod
    def parsed(cls, text: str) -> Self:
        """Return the share that a text names.

        Examples
        --------
        >>> Share.parsed("3/16")
        Share(number=3, of=16, shift=0)

        Raises
        ------
        UsageError
            If it cannot be understood.
        """
        found = re.fullmatch(r"\s*(\d{1,9})\s*/\s*(\d{1,9})\s*", text)
        if not found:
            raise UsageError(
                f'The part "{text}" cannot be understood: give which of how many, such as 3/16.'
            )
        return cls(*map(int, found.groups()))

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"

    @property
    def name(self) -> str:
        """As part of a file's name."""
        return f"{self.number}-of-{self.of}"

    def blocks(self, count: int) -> range:
        """Return which of some blocks are in the share."""
        return range((self.number - 1 - self.shift) % self.of, count, self.of)

    def holding(self, block: int) -> Self:
        """Return the share, of as many, that a block is in."""
        return replace(self, number=(block + self.shift) % self.of + 1)


@dataclass(frozen=True)
class Sharing:
    """How much of an output is made in this run, and what is done with what is there of it.

    Attributes
    ----------
    resume : bool
        Go on with what an earlier run has done, and keep what this one does if it is ended.
    part : Share or None
        Make this share alone, beside other machines that make the others.
    finish : bool
        Make none, but complete what the parts have made.
    any_machine : bool
        Go on where versions or processor are others than before, so that the bytes may be, too.
    shift : int
        Of the share (see `Share`), where it is not known which.
    client : distributed.Client or None
        Its workers make the blocks; by default they are made in this process.
    """

    resume: bool = False
    part: Share | None = None
    finish: bool = False
    any_machine: bool = False
    shift: int = 0
    client: Client | None = None

    def __post_init__(self) -> None:
        if self.part and self.finish:
            raise UsageError("A part is made, or all are finished: leave --part or --finish out.")

    @property
    def keeps(self) -> bool:
        """Whether what was done stays if the run is ended."""
        return self.resume or self.part is not None or self.finish

    def shifted(self, by: int) -> Self:
        """Return it for one of many images."""
        part = self.part and replace(self.part, shift=by)
        return replace(self, part=part, shift=by)

    def check_alone(self, output: Path, images: int) -> None:
        """Refuse to make several images of one output in more than one go.

        Raises
        ------
        UsageError
            If that is asked for.
        """
        if self.keeps or self.client:
            raise UsageError(
                f"{output} holds {images} images, which are written one after the other in one "
                "go: restore them singly, by their names, or leave --resume, --part, --finish and "
                "--dask out."
            )

    def check_shared(self, output: Path, writer: Writer) -> None:
        """Refuse to divide an output among machines that only one can write to.

        Raises
        ------
        UsageError
            If a part is asked for, or workers are.
        """
        if (self.part or self.client) and not writer.shared:
            option = "--part" if self.part else "--dask"
            raise UsageError(
                f"{output} cannot be filled by several machines at once: choose .ome.zarr for it, "
                f"or restore it on one machine (--resume in place of {option})."
            )

    def check_undivided(self, output: Path) -> None:
        """Refuse to divide an output that is written from beginning to end.

        Raises
        ------
        UsageError
            If a part is asked for, workers are, or that the parts be finished.

        Warns
        -----
        DebcrWarning
            If it is to be resumed: what was done of it is done again.
        """
        if self.part or self.finish or self.client:
            raise UsageError(
                f"{output} is of a format that is written from beginning to end, by one machine: "
                "choose .ome.zarr for it, or leave --part, --finish and --dask out."
            )
        if self.resume:
            say(
                f"{output} is written from beginning to end: if this run is ended, the next one "
                "begins anew.",
                kind="resume",
                advice="Choose .ome.zarr or .tif for it.",
            )


ONE_GO = Sharing()
