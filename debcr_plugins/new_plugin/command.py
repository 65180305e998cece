"""What `debcr new-plugin` is told, and what it says."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def new_plugin(
    name: Annotated[
        str,
        typer.Argument(
            help="Name of the distribution: lower-case words joined by hyphens, as "
            "lab-tools. Its components are called so, too."
        ),
    ],
    kind: Annotated[
        list[str],
        typer.Option(help="A kind of component that it should offer; may be repeated."),
    ],
    folder: Annotated[
        Path | None,
        typer.Option(help="Where to write the repository.", show_default="NAME, here"),
    ] = None,
) -> None:
    """Begin a plugin: a repository that builds, with a working component of each kind asked for.

    It holds a package with a module for each kind, tests that inherit the conformance kit, and a
    workflow for GitHub. Kinds are reader, writer, normalizer, tiler, blender, model, backend,
    metric, loss, catalog and command.
    """
    from debcr_core.cli.console import stdout
    from debcr_plugins.new_plugin.repository import write_repository

    folder = folder or Path(name)
    for file in write_repository(name, kind, folder):
        stdout().print(str(file), highlight=False)
    for line in (
        "Next:",
        f"cd {folder}",
        "pip install -e '.[test]'",
        "pytest",
        f"debcr check {name}",
    ):
        stdout().print(line, highlight=False, soft_wrap=True)
