"""`debcr certify`: print a bundle's certificate, and store it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from debcr_core.cli.trust import TrustCode


def certify(
    ctx: typer.Context,
    bundle: Annotated[
        str, typer.Argument(help="Bundle: a zip, folder, RDF, URL or id of the BioImage Model Zoo.")
    ],
    report: Annotated[
        Path | None,
        typer.Option(help="Where to store the certificate.", show_default="NAME.certificate.md"),
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Store it as JSON, too, for programs.")
    ] = None,
    trust_code: TrustCode = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace certificates that exist.")
    ] = False,
) -> None:
    """Show by running it that a bundle does what it says, and where else it would run.

    Ends with status 1 if a check failed. Some checks run code of the bundle: they are skipped
    unless you trust it.
    """
    from debcr_core.cli.console import stderr
    from debcr_core.cli.interrupting import interruptible
    from debcr_core.errors import DebcrError
    from debcr_core.files.text import write_text
    from debcr_core.files.whole import check_output
    from debcr_plugins.zoo.certifying.certifying import certify as run

    stored = report or _beside(bundle)
    outputs = [path for path in (stored, json_file) if path is not None]
    for path in outputs:
        check_output(path, overwrite=overwrite)
    found = interruptible(
        lambda stop: run(bundle, trust_code=trust_code, plugins=ctx.obj, stop=stop)
    )
    typer.echo(found.to_markdown())
    for path in outputs:
        text = found.to_json() if path == json_file else found.to_markdown()
        write_text(path, text, overwrite=overwrite)
        stderr().print(f"Wrote {path}")
    if not found.passed:
        failed = sum(check.state == "failed" for check in found.checks)
        raise DebcrError(f"{failed} of {len(found.checks)} checks failed.")


def _beside(bundle: str) -> Path:
    """Return the certificate's name: beside the bundle, or here for what is not on this disk."""
    path = Path(bundle)
    if path.exists():
        return path.with_name(f"{path.resolve().stem}.certificate.md")
    return Path(f"{bundle.rstrip('/').rpartition('/')[2].removesuffix('.zip')}.certificate.md")
