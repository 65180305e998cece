"""`debcr replay`: do again what a record says."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from debcr_core.cli.console import progress_bar, stderr
from debcr_core.cli.interrupting import interruptible
from debcr_core.cli.quiet import Quiet, say_nothing
from debcr_core.cli.trust import TrustCode
from debcr_core.plugins import Plugins
from debcr_core.stopping import Stop


def replay(
    ctx: typer.Context,
    record: Annotated[
        Path, typer.Argument(help="A restored image, or the JSON of `debcr restore --record`.")
    ],
    source: Annotated[Path, typer.Argument(metavar="INPUT", help="The image that it is of.")],
    output: Annotated[Path, typer.Argument(help="File to write.")],
    model: Annotated[
        str | None, typer.Option(help="Where the model is, if its recorded name finds none.")
    ] = None,
    trust_code: TrustCode = False,
    any_machine: Annotated[
        bool,
        typer.Option(
            "--any-machine", help="Go on where versions or processor differ; bytes may, too."
        ),
    ] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace an output that exists.")
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Restore an image again as a record says: the same bytes.

    Checksums of input and weights are compared first; versions, processor and device must be those
    of the record.
    """
    if quiet:
        say_nothing(ctx)
    plugins: Plugins = ctx.obj

    def work(stop: Stop) -> None:
        from debcr_core.flow.replay import replay_file

        with progress_bar(source.name, hidden=quiet) as show:
            replay_file(
                record,
                source,
                output,
                model=model,
                any_machine=any_machine,
                overwrite=overwrite,
                trust_code=trust_code,
                progress=show,
                stop=stop,
                plugins=plugins,
            )

    interruptible(work)
    if not quiet:
        stderr().print(f"Wrote {output}")
