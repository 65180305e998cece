"""`debcr backends`: what can compute a model here, how quickly, and which of them is taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from debcr_core.catalogs import DEFAULT_MODEL, find_model
from debcr_core.cli.console import stdout
from debcr_core.cli.interrupting import interruptible
from debcr_core.cli.trust import TrustCode
from debcr_core.plugins import Plugins
from debcr_core.stopping import Stop

if TYPE_CHECKING:
    from debcr_core.flow.comparing_backends import Measured

COLUMNS = ("backend", "precision", "version", "s/tile", "Mpx/CPU-s", "difference")


def backends(
    ctx: typer.Context,
    model: Annotated[
        str, typer.Argument(help="The model that is computed: a name, file, URL or zoo id.")
    ] = DEFAULT_MODEL,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:1 or mps.")] = "auto",
    trust_code: TrustCode = False,
) -> None:
    """Measure what computes a model here, and say which of them `--backend auto` takes.

    The difference is the largest to the network's own way, PyTorch mostly, as a share of the
    output's range.
    """
    from debcr_core.flow.comparing_backends import compare_backends

    plugins: Plugins = ctx.obj
    trained = find_model(model, plugins, trust_code=trust_code)

    def work(stop: Stop) -> list[Measured]:
        return list(compare_backends(trained, device, plugins, stop))

    measured = interruptible(work)
    able = [each for each in measured if not each.fault]
    # Mostly all compute on the same one, which the last sentence names.
    devices = len({each.device for each in able}) > 1
    table = Table(*COLUMNS, *(["device"] if devices else []))
    for each in able:
        table.add_row(*_row(each), *([each.device] if devices else []))
    if able:
        stdout().print(table)
    for each in measured:
        if each.fault:
            typer.echo(f"{each.backend} in {each.precision}: {each.fault}")
    typer.echo(_choice(trained.name, measured))


def _row(each: Measured) -> tuple[str, ...]:
    return (
        each.backend,
        each.precision,
        each.version.partition(" of ")[0],
        f"{each.seconds:.3g}",
        f"{each.pixels / each.cpu_seconds / 1e6:.3g}",
        f"{each.error:.1e}",
    )


def _choice(name: str, measured: list[Measured]) -> str:
    """Say which backend is taken, and why."""
    taken = next((each for each in measured if each.automatic), None)
    if taken is None:
        return f"--backend auto lets {name} compute in its own way: it is meant for no backend."
    return (
        f"--backend auto takes {taken.backend} for {name}, the first that is meant for it on this "
        f"device ({taken.device})."
    )
