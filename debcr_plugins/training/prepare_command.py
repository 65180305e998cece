"""`debcr prepare`: find, check and divide training data once, and write them for quick reading."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from debcr_core.components import Normalizer
    from debcr_core.plugins import Plugins


def prepare(
    ctx: typer.Context,
    config: Annotated[
        Path,
        typer.Argument(help="YAML file: a training config, or what its section data holds."),
    ],
    out: Annotated[Path, typer.Argument(help="Folder to write.")],
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace a folder that exists.")
    ] = False,
) -> None:
    """Prepare training data: pair and check images, divide them, and write them as NPY.

    Training then needs OUT/data.yaml as its data; OUT/report.md says what was left out and why.
    """
    from debcr_core.cli.console import stderr
    from debcr_plugins.pairs.config_file import data_config, read_document
    from debcr_plugins.pairs.degrading import degrade_config
    from debcr_plugins.training.preparing import REPORT, prepare_data

    plugins: Plugins = ctx.obj
    document = read_document(config)
    described = data_config(document, config)
    normalizer = _normalizer(document, config, plugins)
    degrade = degrade_config(document, config) if described.truth else None
    data = prepare_data(described, normalizer, out, plugins, degrade=degrade, overwrite=overwrite)
    noun = "truths" if described.truth else "pairs"
    stderr().print(
        f"Wrote {len(data.train)} {noun} for training, {len(data.validation)} for validation and "
        f"{len(data.test)} for the test to {out}; see {out / REPORT}."
    )


def _normalizer(document: dict[str, Any], path: Path, plugins: Plugins) -> Normalizer:
    """Return the normalizer that the training config names, or that of trainings by default."""
    from debcr_core.errors import UsageError
    from debcr_plugins.training.config import TrainingConfig

    part = document.get("normalizer", TrainingConfig.model_fields["normalizer"].default)
    if isinstance(part, str):
        part = {"name": part}
    if not isinstance(part, dict) or not isinstance(part.get("name"), str):
        raise UsageError(f'{path}: "normalizer" must be a mapping with the key "name", or a name.')
    rest = {key: value for key, value in part.items() if key != "name"}
    normalizer: Normalizer = plugins.create("normalizer", part["name"], **rest)
    return normalizer
