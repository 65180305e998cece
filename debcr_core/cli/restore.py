"""`debcr restore`: restore image files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from debcr_core.catalogs import DEFAULT_MODEL, find_model
from debcr_core.cli.component_options import component
from debcr_core.cli.console import progress_bar, stderr
from debcr_core.cli.trust import TrustCode
from debcr_core.errors import DebcrError, UsageError
from debcr_core.flow.opening import open_model
from debcr_core.plugins import Plugins
from debcr_core.recipe import Recipe
from debcr_core.trained import TrainedModel

Word = Annotated[str | None, typer.Option(metavar="NAME [KEY=VALUE]…")]


def restore(
    ctx: typer.Context,
    inputs: Annotated[
        list[str], typer.Argument(metavar="INPUT…", help="Image file, folder of them, or glob.")
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
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace outputs that exist.")
    ] = False,
) -> None:
    """Restore images: remove noise and blur, keep axes, pixel size and intensity scale.

    Component options take parameters after the name: --tiler halo-grid tile=256 halo=32.
    `debcr plugins NAME` explains a component and its parameters.
    """
    from debcr_core.files.writing import known_dtype
    from debcr_core.flow.file_restoration import INPUT, pair_outputs, restore_file

    plugins: Plugins = ctx.obj
    parts = {"normalizer": normalizer, "tiler": tiler, "blender": blender}
    trained = _trained(plugins, model, recipe, parts, trust_code)
    chosen_reader = component("reader", reader, plugins) if reader else None
    chosen_writer = component("writer", writer, plugins) if writer else None
    if dtype not in (None, INPUT):
        known_dtype(dtype)
    pairs = pair_outputs(inputs, output, plugins)
    failed = 0
    for source, target in pairs:
        try:
            with progress_bar(source.name) as show:
                restore_file(
                    source,
                    target,
                    trained,
                    reader=chosen_reader,
                    writer=chosen_writer,
                    axes=axes,
                    channel=channel,
                    contrast_stretch=contrast_stretch,
                    dtype=dtype,
                    overwrite=overwrite,
                    device=device,
                    progress=show,
                    plugins=plugins,
                )
        except (DebcrError, MemoryError) as error:
            # One bad file in a folder does not stop the others.
            if len(pairs) == 1:
                raise
            failed += 1
            stderr().print(f"Error: {source}: {error or 'out of memory.'}")
        else:
            stderr().print(f"Wrote {target}")
    if failed:
        raise DebcrError(f"{failed} of {len(pairs)} images could not be restored.")


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
    recipe = Recipe.load(path, plugins)
    if model and recipe.weights:
        raise UsageError(f"Both --model and the weights in {path} are given: leave one out.")
    chosen = recipe.model_copy(update={"weights": model or recipe.weights})
    return open_model(chosen, plugins, trust_code=trust_code)
