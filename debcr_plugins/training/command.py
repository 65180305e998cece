"""`debcr train`: train a network, or go on with a run that was interrupted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from debcr_plugins.training.config import TrainingConfig

INTERRUPTED = 130


def train(
    ctx: typer.Context,
    config: Annotated[
        Path | None, typer.Argument(help="Configuration in YAML (see --write-config).")
    ] = None,
    run: Annotated[
        Path | None,
        typer.Option(help="Folder of the run.", show_default="the configuration's name"),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option("--input", help="Degraded images, in place of the configuration's data."),
    ] = None,
    target: Annotated[str | None, typer.Option(help="What they should have been.")] = None,
    npz: Annotated[
        str | None, typer.Option(help="Both, as the original DeBCR's NPZ (low, gt).")
    ] = None,
    resume: Annotated[Path | None, typer.Option(help="Go on with the run in this folder.")] = None,
    write_config: Annotated[
        Path | None, typer.Option(help="Write a commented configuration to this file, and end.")
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace the file that --write-config names.")
    ] = False,
) -> None:
    """Train a network from pairs of images.

    A run can be interrupted at any time: --resume goes on from the last epoch, to the same weights.
    """
    from debcr_core.cli.console import stderr
    from debcr_core.errors import UsageError

    if write_config is not None:
        if config is not None:
            raise UsageError(
                "--write-config writes a file of defaults and trains nothing: leave CONFIG out."
            )
        from debcr_plugins.training.config_file import write_template

        write_template(write_config, overwrite=overwrite)
        stderr().print(f"Wrote {write_config}")
        return
    given = {"input": source, "target": target, "npz": npz}
    if resume is not None:
        if config is not None or any(given.values()):
            raise UsageError("--resume takes the run's own configuration: give nothing else.")
        _go_on(ctx, resume)
        return
    if config is None:
        raise UsageError("Give a configuration in YAML; --write-config FILE writes one to fill in.")
    from debcr_plugins.training.config_file import load_config

    folder = run or config.with_name(f"{config.stem}-run")
    _train(ctx, load_config(config, data=given), folder, resume=False)


def _go_on(ctx: typer.Context, folder: Path) -> None:
    from debcr_core.errors import UsageError
    from debcr_plugins.training.config_file import load_config
    from debcr_plugins.training.run_folder import RunFolder

    config = RunFolder(folder).config
    if not config.is_file():
        raise UsageError(f"{folder} is no folder of a run: it holds no {config.name}.")
    _train(ctx, load_config(config), folder, resume=True)


def _train(ctx: typer.Context, config: TrainingConfig, folder: Path, *, resume: bool) -> None:
    from debcr_core.cli.console import stderr
    from debcr_core.missing_extras import needs_extra

    with needs_extra("train", "Training needs"):
        import lightning  # noqa: F401

    from debcr_plugins.training.training import train as run_training

    try:
        trained = run_training(config, folder, ctx.obj, resume=resume)
    except KeyboardInterrupt:
        stderr().print(f"Interrupted. Go on with it: debcr train --resume {folder}")
        raise typer.Exit(INTERRUPTED) from None
    for name, value in trained.card.figures.items():
        stderr().print(f"{name}: {value:.4g}")
    stderr().print(f"Trained. Use it: debcr restore IMAGE OUTPUT --model {folder}")
