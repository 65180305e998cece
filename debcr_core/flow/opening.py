"""Open what the user names: an image, a trained model, a runner of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np

from debcr_core.catalogs import find_model
from debcr_core.components import Array
from debcr_core.errors import UsageError
from debcr_core.files.damaged_files import damage_explained
from debcr_core.files.reading import check_input, choose_reader, read_image
from debcr_core.files.small_images import small_at_once
from debcr_core.flow.choosing_backend import Computing
from debcr_core.flow.progress import Callback
from debcr_core.flow.runner import Runner
from debcr_core.flow.source import Source
from debcr_core.image import DIMS, in_order, make_image, select_channel, with_axes
from debcr_core.plugins import Plugins
from debcr_core.recipe import Recipe
from debcr_core.stopping import Stop
from debcr_core.trained import TrainedModel

if TYPE_CHECKING:
    import xarray as xr

    from debcr_core.components import Reader


class SharedRunner:
    """A runner for several images, opened when the first of them is there.

    Parameters
    ----------
    trained : TrainedModel
        Network, weights and recipe.
    computing : Computing, optional
        By what it is computed.
    plugins : Plugins, optional
        Where backends are found; by default whatever is installed.
    """

    def __init__(
        self,
        trained: TrainedModel,
        computing: Computing | None = None,
        plugins: Plugins | None = None,
    ) -> None:
        self._trained, self._plugins = trained, plugins
        self._computing = computing or Computing()
        self._runner: Runner | None = None

    def opened(self, progress: Callback | None, stop: Stop) -> Runner:
        """Return the runner."""
        if self._runner is None:
            self._runner = Runner(
                self._trained,
                **vars(self._computing),
                plugins=self._plugins,
                progress=progress,
                stop=stop,
            )
        return self._runner

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._runner is not None:
            self._runner.close()


Named = str | Path | TrainedModel | Recipe
"""What stands for a trained model; `open_model` opens each."""
Choice = Named | Runner | SharedRunner
"""What the user may give as a model; `open_runner` opens each."""
EXAMPLES = {3: ("zyx", '"cyx"', '"yxc"'), 4: ("czyx", '"tcyx"', '"zyxc"'), 5: ("tczyx", '"tzyxc"')}
"""Names for the axes of an array, by their number."""


def open_source(
    source: xr.DataArray | Array | str | Path,
    plugins: Plugins,
    *,
    reader: Reader | None = None,
    axes: str | None = None,
    channel: str | int | None = None,
    lazily: bool = False,
) -> tuple[xr.DataArray, Source | None]:
    """Return the image that `source` is or names, and its file if it has one.

    Parameters
    ----------
    source, plugins, reader, axes, channel
        As for `open_image`.
    lazily : bool
        Leave the pixels of a small image on disk, too: for whoever opens many together.

    Raises
    ------
    DebcrError
        As `open_image`.
    """
    if not isinstance(source, str | Path):
        return open_image(source, plugins, axes=axes, channel=channel), None
    path = Path(source)
    reader = reader or choose_reader(path, plugins)
    check_input(path)
    # Its state first: what changes from here on is noticed.
    with damage_explained(path, reader.name):
        file = Source.opened(path, reader, axes, None if channel is None else str(channel))
    with small_at_once(not lazily):
        image = open_image(path, plugins, reader=reader, axes=axes, channel=channel)
    with damage_explained(path, reader.name):
        restored = reader.restoration(path) is not None
    return (image.assign_attrs(restored=True) if restored else image), file


def open_image(
    source: xr.DataArray | Array | str | Path,
    plugins: Plugins,
    *,
    reader: Reader | None = None,
    axes: str | None = None,
    channel: str | int | None = None,
) -> xr.DataArray:
    """Return the image that `source` is or names, with its axes and channel settled.

    Raises
    ------
    UsageError
        If an array has other than two axes and so needs names for them, or there is no such
        channel.
    ImageError
        If axes or pixels are not those of an image.
    ReadError
        If the file cannot be read.
    """
    import xarray as xr

    if isinstance(source, str | Path):
        image = read_image(source, plugins, reader=reader, axes=axes)
    elif isinstance(source, xr.DataArray):
        image = in_order(source if axes is None else with_axes(source, axes.lower()))
    else:
        array = source if hasattr(source, "ndim") else np.asarray(source)
        if array.ndim != 2 and axes is None:
            raise UsageError(_nameless(array.ndim))
        image = make_image(array, (axes or "yx").lower())
    return image if channel is None else select_channel(image, str(channel))


def _nameless(axes: int) -> str:
    """Say what an array with other than two axes needs."""
    if not 2 < axes <= len(DIMS):
        shown = "1 axis" if axes == 1 else f"{axes} axes"
        return (
            f"An array with {shown} is no image, which has y and x and at most {len(DIMS)} axes "
            f"({', '.join(DIMS)}): reshape it, or take a part of it."
        )
    first, *others = EXAMPLES[axes]
    return (
        f'An array with {axes} axes needs names for them: axes="{first}", or '
        f'{", ".join(others)}…; make_image(array, "{first}") takes a pixel size, too.'
    )


def open_model(model: Named, plugins: Plugins, *, trust_code: bool = False) -> TrainedModel:
    """Return the trained model that a name, file or recipe stands for.

    Raises
    ------
    UsageError
        If there is none of that name.
    ReadError
        If its file is damaged.
    """
    if isinstance(model, TrainedModel):
        return model
    if not isinstance(model, Recipe):
        return find_model(str(model), plugins, trust_code=trust_code)
    if model.weights is None:
        return TrainedModel(name=model.model.name, recipe=model)
    return replace(find_model(model.weights, plugins, trust_code=trust_code), recipe=model)


@contextmanager
def open_runner(
    model: Choice,
    plugins: Plugins,
    computing: Computing,
    trust_code: bool,
    progress: Callback | None,
    stop: Stop,
) -> Iterator[Runner]:
    """Open the model for the block; one that is open already stays so after it."""
    if isinstance(model, Runner | SharedRunner):
        yield model if isinstance(model, Runner) else model.opened(progress, stop)
        return
    trained = open_model(model, plugins, trust_code=trust_code)
    given = {**vars(computing), "plugins": plugins, "progress": progress, "stop": stop}
    with Runner(trained, **given) as runner:
        yield runner


def load_model(
    reference: str | Path, *, trust_code: bool = False, plugins: Plugins | None = None
) -> TrainedModel:
    """Return the trained model that a name, path, URL or id of the BioImage Model Zoo stands for.

    Parameters
    ----------
    reference : str or Path
        As ``--model`` takes it: the name of a shipped model, a weights file, a bundle (folder,
        zip or RDF), a URL of one, or an id such as ``affable-shark``.
    trust_code : bool
        Whether code that comes with the model may run.
    plugins : Plugins, optional
        Where components are found; by default whatever is installed.

    Raises
    ------
    DebcrError
        As `find_model`.

    Examples
    --------
    >>> load_model("denoise").recipe.model.name
    'm-rbcr'
    """
    return find_model(str(reference), plugins or Plugins.discover(), trust_code=trust_code)
