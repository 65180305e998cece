"""`restore --resume`, `--part`, `--finish`, `--dask`: what is asked for, what is said of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from debcr_core.flow.cluster import Cluster
from debcr_core.flow.sharing import Share, Sharing
from debcr_core.stopping import Stop

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

Dask = Annotated[
    str | None,
    typer.Option(
        metavar="local[:N] or tcp://HOST:PORT",
        help="Have blocks made by workers of Dask: N on this machine, or those of a scheduler.",
    ),
]


def sharing_of(resume: bool, part: str | None, finish: bool, any_machine: bool) -> Sharing:
    """Return what the options ask for."""
    share = None if part is None else Share.parsed(part)
    return Sharing(resume=resume, part=share, finish=finish, any_machine=any_machine)


@contextmanager
def workers(cluster: Cluster | None, sharing: Sharing, stop: Stop) -> Iterator[Sharing]:
    """Connect to the workers that were asked for, if any were, for the block."""
    if cluster is None:
        yield sharing
        return
    with cluster.opened(stop) as client:
        yield replace(sharing, client=client)


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
