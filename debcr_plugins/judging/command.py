"""`debcr judge`: judge trained models on pairs of images."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from debcr_core.cli.console import stderr, stdout
from debcr_core.cli.trust import TrustCode
from debcr_core.errors import UsageError
from debcr_core.plugins import Plugins

if TYPE_CHECKING:
    from debcr_plugins.judging.judgement import Judgement
    from debcr_plugins.training.data.pairs import ImagePair


def judge(
    ctx: typer.Context,
    models: Annotated[
        list[str],
        typer.Argument(
            metavar="MODEL…",
            help="Name or file of a trained model, bundle, URL or zoo id. Examples show the first.",
        ),
    ],
    input_: Annotated[
        str, typer.Option("--input", help="Degraded images: a folder, file or glob.")
    ],
    target: Annotated[str, typer.Option(help="What they should have been, of like names.")],
    out: Annotated[Path, typer.Option(help="Folder to write the report to.")],
    tune_input: Annotated[
        str | None, typer.Option(help="Images to tune the baselines on: the validation set.")
    ] = None,
    tune_target: Annotated[str | None, typer.Option(help="Their targets.")] = None,
    match: Annotated[
        bool,
        typer.Option("--match", help="Fit scale and offset to the target first, by least squares."),
    ] = False,
    baseline: Annotated[
        list[str] | None, typer.Option(help="This classical baseline only; may be repeated.")
    ] = None,
    no_baselines: Annotated[
        bool, typer.Option("--no-baselines", help="Leave out the classical baselines: quicker.")
    ] = False,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:1 or mps.")] = "auto",
    trust_code: TrustCode = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace an earlier report.")
    ] = False,
) -> None:
    """Compare models with the input and with tuned classical methods; write a report.

    PSNR, SSIM, NRMSE, RMSE and Fourier ring correlation of every image, as HTML, Markdown, CSV and
    JSON, with plots and the worst, median and best example.
    """
    from debcr_core.trained import find_model
    from debcr_plugins.judging.baselines import BASELINES
    from debcr_plugins.judging.judging import judge as judge_models

    plugins: Plugins = ctx.obj
    if baseline and no_baselines:
        raise UsageError("Both --baseline and --no-baselines are given: leave one out.")
    if (tune_input is None) != (tune_target is None):
        raise UsageError("--tune-input and --tune-target go together: give both, or neither.")
    names = short_names(models)
    trained = {
        names[reference]: find_model(reference, plugins, trust_code=trust_code)
        for reference in models
    }
    judgement = judge_models(
        trained,
        _pairs(input_, target, plugins),
        out,
        plugins,
        tune_on=_pairs(tune_input, tune_target, plugins) if tune_input and tune_target else (),
        baselines=() if no_baselines else baseline or tuple(BASELINES),
        match="affine" if match else "none",
        device=device,
        overwrite=overwrite,
        say=stderr().print,
    )
    _show(judgement)
    stderr().print(f"Wrote {out / 'report.html'}")


def short_names(references: Sequence[str]) -> dict[str, str]:
    """Return a short name for each model: a file's without folder and suffix, if that is unique.

    Raises
    ------
    UsageError
        If a model is given twice.
    """
    short = {reference: Path(reference).stem for reference in references}
    if len(short) < len(references):
        raise UsageError("A model is given twice: leave one out.")
    counts = Counter(short.values())
    return {ref: name if counts[name] == 1 else ref for ref, name in short.items()}


def _pairs(degraded: str, target: str, plugins: Plugins) -> list[ImagePair]:
    """Return the pairs of two folders, and warn of what was left out."""
    from debcr_plugins.training.data.config import DataConfig
    from debcr_plugins.training.data.finding import find_pairs

    config = DataConfig(input=degraded, target=target)
    found = find_pairs(config, config, plugins)
    found.report.warn()
    return found.pairs


def _show(judgement: Judgement) -> None:
    from rich.table import Table

    figures = list(judgement.figures)
    table = Table(title="Means over all images", title_justify="left")
    table.add_column("method", no_wrap=True)
    for name in figures:
        table.add_column(name)
    for method in judgement.methods:
        found = [judgement.summary(method, name) for name in figures]
        table.add_row(method, *(f"{one.mean:.4g}" if one else "undefined" for one in found))
    stdout().print(table)
