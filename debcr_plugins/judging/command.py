"""`debcr judge`: judge trained models on pairs of images."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from debcr_core.cli.component_options import component
from debcr_core.cli.console import stderr, stdout
from debcr_core.cli.trust import TrustCode
from debcr_core.errors import UsageError
from debcr_core.plugins import Plugins

if TYPE_CHECKING:
    from debcr_core.trained import TrainedModel
    from debcr_plugins.judging.judgement import Judgement
    from debcr_plugins.pairs.image_pair import ImagePair


def judge(
    ctx: typer.Context,
    models: Annotated[
        list[str],
        typer.Argument(
            metavar="MODEL…",
            help="Name or file of a trained model, bundle, URL or zoo id. Examples show the first.",
        ),
    ],
    out: Annotated[Path, typer.Option(help="Folder to write the report to.")],
    input_: Annotated[
        str | None, typer.Option("--input", help="Degraded images: a folder, file or glob.")
    ] = None,
    target: Annotated[
        str | None, typer.Option(help="What they should have been, of like names.")
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(
            help="In place of --input and --target: YAML with the section data of a training "
            "configuration, of which the test images are judged and the validation images tune.",
            show_default="where MODEL is the folder of a training run, its own",
        ),
    ] = None,
    tune_input: Annotated[
        str | None, typer.Option(help="Images to tune the baselines on: the validation set.")
    ] = None,
    tune_target: Annotated[str | None, typer.Option(help="Their targets.")] = None,
    match: Annotated[
        bool | None,
        typer.Option(
            "--match/--no-match",
            help="Fit scale and offset to the target first, by least squares.",
            show_default="where data have the target_scale own, as training does",
        ),
    ] = None,
    metric: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME [KEY=VALUE]…",
            help="Measure this only; may be repeated.",
            show_default="PSNR, SSIM, NRMSE, RMSE, FRC, and those of other plugins",
        ),
    ] = None,
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

    PSNR, SSIM, NRMSE, RMSE and Fourier ring correlation of every image, or what --metric names, as
    HTML, Markdown, CSV and JSON, with plots and the worst, median and best example.
    """
    from debcr_core.catalogs import find_model
    from debcr_plugins.judging.baselines import BASELINES
    from debcr_plugins.judging.judging import judge as judge_models
    from debcr_plugins.pairs.finding import pairs_of

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
    config = None if input_ or target else data or _config_of(models[0])
    pairs, tune_on = _images(input_, target, config, trained, plugins)
    if match is None:
        match = config is not None and _scales_differ(config)
    judgement = judge_models(
        trained,
        pairs,
        out,
        plugins,
        tune_on=pairs_of(tune_input, tune_target, plugins) or tune_on,
        baselines=() if no_baselines else baseline or tuple(BASELINES),
        match="affine" if match else "none",
        metrics=[component("metric", text, plugins) for text in metric or ()],
        device=device,
        overwrite=overwrite,
        say=stderr().print,
    )
    _show(judgement)
    stderr().print(f"Wrote {out / 'report.html'}")


def short_names(references: Sequence[str]) -> dict[str, str]:
    """Return a short name for each model: a file's without folder and suffix, if that is unique.

    Otherwise with as few of the folders as tell it from the others: reports are read by others.

    Raises
    ------
    UsageError
        If a model is given twice.
    """
    if len(set(references)) < len(references):
        raise UsageError("A model is given twice: leave one out.")
    stems = {reference: Path(reference).stem for reference in references}
    counts = Counter(stems.values())
    return {
        reference: stem if counts[stem] == 1 else _told_apart(reference, references)
        for reference, stem in stems.items()
    }


def _told_apart(reference: str, references: Sequence[str]) -> str:
    """Return the last parts of a path, as many as no other one ends with."""
    own = Path(reference).parts
    others = [Path(other).parts for other in references if other != reference]
    for count in range(1, len(own)):
        if all(other[-count:] != own[-count:] for other in others):
            return "/".join(own[-count:])
    return reference


def _config_of(reference: str) -> Path | None:
    """Return the configuration of a training run, if the model is one."""
    from debcr_plugins.pairs.config_file import RUN_CONFIG

    config = Path(reference) / RUN_CONFIG
    return config if config.is_file() else None


def _scales_differ(config: Path) -> bool:
    """Say whether input and target have intensity scales of their own."""
    from debcr_plugins.pairs.config_file import data_config, read_document

    return data_config(read_document(config), config).target_scale == "own"


def _images(
    degraded: str | None,
    target: str | None,
    config: Path | None,
    trained: Mapping[str, TrainedModel],
    plugins: Plugins,
) -> tuple[Sequence[ImagePair], Sequence[ImagePair]]:
    """Return the pairs to judge on, and those to tune the baselines on, if they are known."""
    from debcr_plugins.pairs.finding import pairs_of

    named = pairs_of(degraded, target, plugins)
    if named is not None:
        return named, ()
    if config is None:
        raise UsageError("Name the images: --input and --target, or --data CONFIG.")
    from debcr_plugins.pairs.config_file import data_config, read_document
    from debcr_plugins.pairs.degrading import degrade_config
    from debcr_plugins.pairs.held_out import opened

    recipe = next(iter(trained.values())).recipe
    document = read_document(config)
    described, degrade = data_config(document, config), degrade_config(document, config)
    data = opened(described, degrade, recipe, plugins)
    test = [each.pair for each in data.test if each.pair.target is not each.pair.input]
    if not test:
        raise UsageError(
            f"{config} keeps no images with targets for the test: give --input and --target."
        )
    return test, [each.pair for each in data.validation]


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
