"""`debcr restore`: restore image files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from debcr_core.catalogs import DEFAULT_MODEL, find_model
from debcr_core.cli.component_options import component
from debcr_core.cli.console import progress_bar, stderr, stdout
from debcr_core.cli.failures import Failure, all_failed, reason
from debcr_core.cli.interrupting import interruptible
from debcr_core.cli.quiet import Quiet, say_nothing
from debcr_core.cli.sharing import (
    AnyMachine,
    Dask,
    Finish,
    Part,
    Resume,
    in_words,
    sharing_of,
    workers,
)
from debcr_core.cli.trust import TrustCode
from debcr_core.errors import DebcrError, UsageError
from debcr_core.flow.cluster import Cluster
from debcr_core.flow.sharing import Sharing
from debcr_core.plugins import Plugins
from debcr_core.recipe import Recipe
from debcr_core.stopping import Stop
from debcr_core.trained import TrainedModel

if TYPE_CHECKING:
    from debcr_core.flow.choosing_backend import Computing
    from debcr_core.flow.pairing import Pair

Word = Annotated[str | None, typer.Option(metavar="NAME [KEY=VALUE]…")]


def restore(
    ctx: typer.Context,
    inputs: Annotated[
        list[str],
        typer.Argument(metavar="INPUT…", help="Image file, plate, folder of them, or glob."),
    ],
    output: Annotated[
        Path, typer.Argument(help="File to write; a folder where there are several inputs.")
    ],
    model: Annotated[
        str | None,
        typer.Option(
            help="Name or file of a trained model, bundle, URL or id of the BioImage Model Zoo.",
            show_default="denoise",
        ),
    ] = None,
    trust_code: TrustCode = False,
    recipe: Annotated[Path | None, typer.Option(help="YAML file with a recipe.")] = None,
    normalizer: Word = None,
    tiler: Word = None,
    blender: Word = None,
    reader: Word = None,
    writer: Word = None,
    axes: Annotated[
        str | None, typer.Option(help="Axes of the input, one letter of tczyx for each.")
    ] = None,
    channel: Annotated[
        str | None, typer.Option(help="Restore this channel only, by name or number.")
    ] = None,
    contrast_stretch: Annotated[
        bool, typer.Option("--contrast-stretch", help="Stretch the contrast, for looking at.")
    ] = False,
    dtype: Annotated[
        str | None,
        typer.Option(
            help='Pixel type: float32, uint8, uint16… or "input".', show_default="float32"
        ),
    ] = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:1 or mps.")] = "auto",
    backend: Annotated[
        str, typer.Option(help="What computes: auto, torch, onnx…; see `debcr backends`.")
    ] = "auto",
    precision: Annotated[
        str, typer.Option(help="float32, or bfloat16: quicker where processors have it.")
    ] = "float32",
    region: Annotated[
        str | None,
        typer.Option(help="Restore this part only, such as y=0:512,x=100:300."),
    ] = None,
    record: Annotated[
        bool, typer.Option("--record", help="Write what was done beside each output, as .json.")
    ] = False,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Say what would be done, and what it takes; write nothing."),
    ] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace outputs that exist.")
    ] = False,
    resume: Resume = False,
    part: Part = None,
    finish: Finish = False,
    any_machine: AnyMachine = False,
    dask: Dask = None,
    quiet: Quiet = False,
) -> None:
    """Restore images: remove noise and blur, keep axes, pixel size and intensity scale.

    Component options take parameters after the name: --tiler halo-grid memory=0.5.
    `debcr plugins NAME` explains a component and its parameters.
    """
    from debcr_core.files.pixel_types import INPUT, known_dtype
    from debcr_core.flow.choosing_backend import checked_computing
    from debcr_core.flow.pairing import pair_outputs
    from debcr_core.flow.regions import parse_region

    if quiet:
        say_nothing(ctx)
    plugins: Plugins = ctx.obj
    sharing = sharing_of(resume, part, finish, any_machine)
    cluster = None if dask is None else Cluster.parsed(dask)
    parts = {"normalizer": normalizer, "tiler": tiler, "blender": blender}
    trained = _trained(plugins, model, recipe, parts, trust_code)
    computing = checked_computing(device, backend, precision, trained.recipe.model, plugins)
    if dtype not in (None, INPUT):
        known_dtype(dtype)
    chosen = component("reader", reader, plugins) if reader else None
    options = {
        "writer": component("writer", writer, plugins) if writer else None,
        "axes": axes,
        "channel": channel,
        "region": None if region is None else parse_region(region),
        "contrast_stretch": contrast_stretch,
        "dtype": dtype,
        "overwrite": overwrite,
        "record": record,
        "plugins": plugins,
    }
    pairs = pair_outputs(inputs, output, plugins, reader=chosen, make=not dry_run)
    if dry_run:
        failed = interruptible(
            lambda stop: _explain_each(pairs, output, trained, computing, options, stop)
        )
    else:
        failed = interruptible(
            lambda stop: _restore_each(
                pairs, trained, computing, options, sharing, cluster, stop, quiet
            )
        )
    if failed:
        raise all_failed(failed, len(pairs))


def _each(pairs: list[Pair], work: Callable[[Pair], None]) -> list[Failure]:
    """Do something with each input and output; return which could not be done, and why.

    One bad file in a folder does not stop the others; a fault of the program does.
    """
    from debcr_core.flow.folder_restoration import attempt

    failed: list[Failure] = []
    for pair in pairs:
        error = attempt(pair, work).error
        if error is None:
            continue
        if len(pairs) == 1 or not isinstance(error, DebcrError | MemoryError):
            raise error
        failed.append((pair, error))
        stderr().print(f"Error: {reason(pair, error)}")
    return failed


def _restore_each(
    pairs: list[Pair],
    trained: TrainedModel,
    computing: Computing,
    options: dict[str, Any],
    sharing: Sharing,
    cluster: Cluster | None,
    stop: Stop,
    quiet: bool,
) -> list[Failure]:
    """Restore one image after the other by one runner, and return why some could not be."""
    from debcr_core.flow.file_restoration import restore_file
    from debcr_core.flow.opening import SharedRunner

    places = {pair.output: place for place, pair in enumerate(pairs)}
    with (
        workers(cluster, sharing, stop) as shared,
        SharedRunner(trained, computing, options["plugins"]) as runner,
    ):

        def restored(pair: Pair) -> None:
            # Shifted, so that small images do not all fall to the first part.
            shifted = shared.shifted(places[pair.output])
            given = {**options, "reader": pair.reader, "sharing": shifted}
            with progress_bar(pair.source.name, hidden=quiet) as show:
                made = restore_file(
                    pair.source, pair.output, runner, progress=show, stop=stop, **given
                )
            if not quiet:
                stderr().print(in_words(made, pair.output, shifted))

        return _each(pairs, restored)


def _explain_each(
    pairs: list[Pair],
    output: Path,
    trained: TrainedModel,
    computing: Computing,
    options: dict[str, Any],
    stop: Stop,
) -> list[Failure]:
    """Say of each image what would be done and what it takes; return why some could not be."""
    from debcr_core.flow.estimate import explain_file
    from debcr_core.flow.file_restoration import images_to_restore
    from debcr_core.flow.opening import SharedRunner

    with SharedRunner(trained, computing, options["plugins"]) as runner:

        def explained(pair: Pair) -> None:
            target, folder = pair.output, pair.output != output
            writer, plugins = options["writer"], options["plugins"]
            for image in images_to_restore(pair.source, target, pair.reader, writer, plugins):
                given = {**options, "reader": image.reader}
                facts = explain_file(
                    image.path, target, runner, stop=stop, in_folder=folder, **given
                )
                title = f"{image.place} → {target}"
                table = Table(show_header=False, title=title, title_justify="left")
                for name, value in facts.items():
                    table.add_row(name, value)
                stdout().print(table)

        return _each(pairs, explained)


def _trained(
    plugins: Plugins,
    model: str | None,
    recipe: Path | None,
    parts: dict[str, str | None],
    trust_code: bool,
) -> TrainedModel:
    """Return the model, or the recipe's, with those parts replaced that the options name."""
    trained = (
        _of_recipe(plugins, recipe, model, trust_code)
        if recipe
        else find_model(DEFAULT_MODEL if model is None else model, plugins, trust_code=trust_code)
    )
    chosen = {kind: component(kind, text, plugins) for kind, text in parts.items() if text}
    return replace(trained, recipe=trained.recipe.model_copy(update=chosen))


def _of_recipe(plugins: Plugins, path: Path, model: str | None, trust_code: bool) -> TrainedModel:
    from debcr_core.flow.opening import open_model

    recipe = Recipe.load(path, plugins)
    if model and recipe.weights:
        raise UsageError(f"Both --model and the weights in {path} are given: leave one out.")
    chosen = recipe.model_copy(update={"weights": model or recipe.weights})
    return open_model(chosen, plugins, trust_code=trust_code)
