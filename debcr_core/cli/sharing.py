"""`debcr restore --resume`, `--part` and `--finish`: what is asked for, and what is said of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from debcr_core.flow.sharing import Share, Sharing

if TYPE_CHECKING:
    from debcr_core.flow.growing import Made

Resume = Annotated[
    bool,
    typer.Option(
        "--resume", help="Go on with what an earlier run has done; keep it if this one is ended."
    ),
]
Part = Annotated[
    str | None,
    typer.Option(
        metavar="K/N",
        help="Make the K-th of N parts alone; others make the others, on any machine.",
    ),
]
Finish = Annotated[
    bool, typer.Option("--finish", help="Complete an output whose parts are all made.")
]
AnyMachine = Annotated[
    bool,
    typer.Option(
        "--any-machine",
        help="Go on where versions or processor are others than before; bytes may be, too.",
    ),
]


def sharing_of(resume: bool, part: str | None, finish: bool, any_machine: bool) -> Sharing:
    """Return what the options ask for."""
    share = None if part is None else Share.parsed(part)
    return Sharing(resume=resume, part=share, finish=finish, any_machine=any_machine)


def in_words(made: Made, output: Path, sharing: Sharing) -> str:
    """Return what a run has made, in a sentence."""
    before = f"; {made.before} were there already" if made.before else ""
    count = f"{made.blocks} block" if made.blocks == 1 else f"{made.blocks} blocks"
    if not made.whole:
        return (
            f"Part {sharing.part} of {output} is done: {count}{before}. When all parts are: the "
            "same command with --finish in place of --part."
        )
    if not made.blocks and not sharing.finish:
        return f"{output} is whole already."
    return f"Wrote {output}" + (f" ({count}{before})" if made.blocks and made.before else "")
