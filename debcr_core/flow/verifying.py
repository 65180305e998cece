"""Which blocks of an unfinished output are there, by their checksums, and who lacks the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from debcr_core.components import Growing, Region
from debcr_core.errors import UsageError
from debcr_core.files.unfinished import Unfinished
from debcr_core.flow.division import Division
from debcr_core.flow.journal import Done, crc_of
from debcr_core.flow.progress import Meter
from debcr_core.flow.sharing import Share

LISTED = 20
"""Parts that are named in a sentence."""


def verified(
    growing: Growing,
    division: Division,
    steps: Mapping[int, int],
    entries: Mapping[int, Iterable[Done]],
    meter: Meter,
) -> dict[int, Done]:
    """Return those of some blocks that are there whole, as their bytes say.

    Parameters
    ----------
    growing : Growing
        Where the bytes are.
    division : Division
        Where the blocks are.
    steps : mapping of int to int
        The blocks, and how many steps each counts.
    entries : mapping of int to Done
        What the journals say of each block.
    meter : Meter
        Counts the steps of those that are whole.
    """
    there = {}
    for number, weight in steps.items():
        said: dict[int | None, Done] = {done.crc: done for done in entries.get(number, ())}
        if said:
            found = said.get(_crc(growing, division.region(number)))
            if found is not None:
                there[number] = found
                meter.step(weight)
    return there


def _crc(growing: Growing, region: Region) -> int | None:
    """Return the checksum of what a region holds; None where that cannot be read."""
    try:
        return crc_of(growing.read(region))
    except Exception:  # a format may find damage by itself, in words of its library
        return None


def check_all_there(
    unfinished: Unfinished, lacking: Iterable[int], shift: int, fault: str = "are missing"
) -> None:
    """Refuse to finish an output that lacks blocks.

    Parameters
    ----------
    unfinished : Unfinished
        The output.
    lacking : iterable of int
        Numbers of blocks.
    shift : int
        Of the shares (see `Share`).
    fault : str
        What is wrong with those blocks: ``are missing``, ``are damaged``.

    Raises
    ------
    UsageError
        Naming the parts that they are in, as they would be typed.
    """
    numbers = sorted(lacking)
    if not numbers:
        return
    shares = _shares(unfinished.folder)
    if shares is None:
        raise UsageError(
            f"{len(numbers)} blocks of {unfinished.output} {fault}: make them first (--resume)."
        )
    counted = Counter(Share(1, shares, shift).holding(number).number for number in numbers)
    named = [f"{number}/{shares} ({count})" for number, count in sorted(counted.items())]
    more = f" and {len(named) - LISTED} more parts" if len(named) > LISTED else ""
    first = f"{min(counted)}/{shares}"
    raise UsageError(
        f"{unfinished.output} is not whole: {len(numbers)} blocks {fault}, of the parts "
        f"{', '.join(named[:LISTED])}{more}. Run these again (--part {first} …), then --finish."
    )


def _shares(folder: Path) -> int | None:
    """Return into how many parts the output was last divided; None where it was not."""
    journals = sorted(folder.glob("journal-*-of-*.jsonl"), key=lambda path: path.stat().st_mtime)
    return int(journals[-1].stem.rpartition("-")[2]) if journals else None
