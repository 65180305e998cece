"""`debcr simulate`: write pairs of images whose truth is known."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from debcr_core.hookspecs import hookimpl

if TYPE_CHECKING:
    from debcr_plugins.simulation.parameters import Simulation


def simulate(
    config: Annotated[
        Path | None, typer.Argument(help="What to simulate, as --write-config writes it.")
    ] = None,
    out: Annotated[Path | None, typer.Argument(help="Folder to write.")] = None,
    write_config: Annotated[
        Path | None,
        typer.Option(help="Write a commented YAML file of all defaults, instead of images."),
    ] = None,
    count: Annotated[int | None, typer.Option(help="How many pairs, whatever CONFIG says.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed, whatever CONFIG says.")] = None,
    workers: Annotated[
        int, typer.Option(min=1, max=256, help="Processes; any number writes the same bytes.")
    ] = 1,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace what exists under that name.")
    ] = False,
) -> None:
    """Simulate fluorescence micrographs: pairs of a degraded image and its ground truth.

    OUT then holds the folders input and target, with TIFF files of the same names, and
    parameters.yaml: all parameters, and what was drawn for each pair.
    """
    from debcr_core.cli.console import stderr
    from debcr_core.errors import UsageError
    from debcr_plugins.simulation.config import read_simulation, write_defaults

    if write_config is not None:
        if config is not None:
            raise UsageError("--write-config writes a file of defaults and simulates nothing.")
        write_defaults(write_config, overwrite=overwrite)
    elif config is None or out is None:
        raise UsageError("Name CONFIG and the folder to write, or give --write-config FILE.")
    else:
        given = {"count": count, "seed": seed}
        changes = {name: value for name, value in given.items() if value is not None}
        _write(read_simulation(config, **changes), out, workers, overwrite)
    stderr().print(f"Wrote {write_config or out}")


def _write(parameters: Simulation, out: Path, workers: int, overwrite: bool) -> None:
    from debcr_core.cli.console import progress_bar
    from debcr_core.flow.progress import Progress
    from debcr_plugins.simulation.writing import write_pairs

    with progress_bar("simulating") as show:
        write_pairs(
            parameters,
            out,
            workers=workers,
            overwrite=overwrite,
            progress=lambda done: show(Progress(done, parameters.count)),
        )


@hookimpl
def debcr_commands() -> dict[str, Callable[..., None]]:
    """Offer the command."""
    return {"simulate": simulate}
