"""Restore an image: open the model, make the plan, carry it out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from debcr_core.components import Array
from debcr_core.errors import UsageError
from debcr_core.files.reading import choose_reader, read_image
from debcr_core.flow.progress import Callback, Progress
from debcr_core.flow.regions import Wanted
from debcr_core.flow.runner import Runner
from debcr_core.flow.source import Source
from debcr_core.image import in_order, make_image, select_channel
from debcr_core.notices import pass_on
from debcr_core.plugins import Plugins
from debcr_core.recipe import Recipe
from debcr_core.stopping import Stop
from debcr_core.trained import DEFAULT_MODEL, TrainedModel, find_model

if TYPE_CHECKING:
    import xarray as xr

    from debcr_core.components import Reader
    from debcr_core.flow.plan import Plan

__all__ = ["Callback", "Choice", "Progress", "open_image", "open_model", "restore"]


class SharedRunner:
    """A runner for several images, opened when the first of them is there.

    Parameters
    ----------
    trained : TrainedModel
        Network, weights and recipe.
    device : str
        As in `restore`.
    """

    def __init__(self, trained: TrainedModel, device: str = "auto") -> None:
        self._trained, self._device = trained, device
        self._runner: Runner | None = None

    def opened(self, progress: Callback | None, stop: Stop) -> Runner:
        """Return the runner."""
        if self._runner is None:
            self._runner = Runner(self._trained, self._device, progress=progress, stop=stop)
        return self._runner

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._runner is not None:
            self._runner.close()


Choice = str | Path | TrainedModel | Recipe | Runner | SharedRunner


def restore(
    source: xr.DataArray | Array | str | Path,
    model: Choice = DEFAULT_MODEL,
    *,
    channel: str | None = None,
    region: Wanted | None = None,
    device: str = "auto",
    trust_code: bool = False,
    progress: Callback | None = None,
    stop: Stop | None = None,
    plugins: Plugins | None = None,
) -> xr.DataArray:
    """Restore an image.

    Parameters
    ----------
    source : xarray.DataArray, numpy.ndarray, str or Path
        An image with dims out of ``t c z y x``, a 2-D array (taken as ``yx``) or a file.
    model : str, Path, TrainedModel, Recipe or Runner
        What `debcr_core.load_model` takes or returns, a recipe that names its weights, or a runner,
        which holds the network for several images.
    channel : str, optional
        Name or number of the one channel to restore; by default all, one by one.
    region : mapping of str to slice, optional
        Restore this part alone, ``{"y": slice(0, 512)}``: bit for bit that part of the whole
        result. Statistics are of the whole image all the same.
    device : str
        ``auto`` (a GPU where there is one), ``cpu``, ``cuda``, ``cuda:1``, ``mps``; not looked at
        where `model` is a runner.
    trust_code : bool
        Whether code that comes with a model's bundle may run.
    progress : callable, optional
        Called with a `Progress` as the work goes on. Raise `Cancelled` from it to stop.
    stop : Stop, optional
        Stops the work when asked to, inside a tile, from any thread.
    plugins : Plugins, optional
        Where components are found; by default whatever is installed.

    Returns
    -------
    xarray.DataArray
        float32, with the dims, shape, metadata and intensity scale of the input; with more or
        fewer channels where the network returns more or fewer than it sees.

    Warns
    -----
    DebcrWarning
        Where the result may be worse than expected, each sentence once.

    Raises
    ------
    DebcrError
        With a sentence that says what is wrong, where, and what to do.

    Examples
    --------
    >>> import numpy as np
    >>> noisy = np.random.default_rng(0).poisson(20, (200, 300))
    >>> restore(noisy, "denoise").shape
    (200, 300)
    """
    plugins, stop = plugins or Plugins.discover(), stop or Stop()
    image, file = open_source(source, plugins, channel=channel)
    with open_runner(model, plugins, device, trust_code, progress, stop) as runner:
        plan = settled_plan(runner, image, file, progress, stop)
        restored = plan.restore(region, progress=progress, stop=stop)
    if file is not None:
        file.check_unchanged()
    dims = list(getattr(source, "dims", image.dims))
    if "c" in restored.dims and "c" not in dims:
        dims.insert(dims.index("t") + 1 if "t" in dims else 0, "c")
    return restored.transpose(*dims)


@contextmanager
def open_runner(
    model: Choice,
    plugins: Plugins,
    device: str,
    trust_code: bool,
    progress: Callback | None,
    stop: Stop,
) -> Iterator[Runner]:
    """Open the model for the block; one that is open already stays so after it."""
    if isinstance(model, Runner | SharedRunner):
        yield model if isinstance(model, Runner) else model.opened(progress, stop)
        return
    trained = open_model(model, plugins, trust_code=trust_code)
    with Runner(trained, device, progress=progress, stop=stop) as runner:
        yield runner


def settled_plan(
    runner: Runner,
    image: xr.DataArray,
    source: Source | None,
    progress: Callback | None,
    stop: Stop,
    contrast_stretch: np.dtype[Any] | None = None,
) -> Plan:
    """Return a plan that can be carried out, after its first pass where it needs one.

    Warns
    -----
    DebcrWarning
        Of what the plan says.
    """
    plan = runner.plan(image, contrast_stretch=contrast_stretch, progress=progress, stop=stop)
    for warning in plan.warnings:
        pass_on(warning, stacklevel=4)
    return replace(plan, source=source).settle(progress=progress, stop=stop)


def open_source(
    source: xr.DataArray | Array | str | Path,
    plugins: Plugins,
    *,
    reader: Reader | None = None,
    axes: str | None = None,
    channel: str | None = None,
) -> tuple[xr.DataArray, Source | None]:
    """Return the image that `source` is or names, and its file if it has one.

    Raises
    ------
    DebcrError
        As `open_image`.
    """
    if not isinstance(source, str | Path):
        return open_image(source, plugins, axes=axes, channel=channel), None
    path = Path(source)
    reader = reader or choose_reader(path, plugins)
    # Its state first: what changes from here on is noticed.
    file = Source.opened(path, reader, axes, channel)
    return open_image(path, plugins, reader=reader, axes=axes, channel=channel), file


def open_image(
    source: xr.DataArray | Array | str | Path,
    plugins: Plugins,
    *,
    reader: Reader | None = None,
    axes: str | None = None,
    channel: str | None = None,
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
        image = in_order(source)
    else:
        array = source if hasattr(source, "ndim") else np.asarray(source)
        if array.ndim != 2 and axes is None:
            raise UsageError(
                f"An array with {array.ndim} axes needs names for them: "
                'make_image(array, "zyx"), or "cyx", "tyx"…'
            )
        image = make_image(array, axes or "yx")
    return image if channel is None else select_channel(image, channel)


def open_model(
    model: str | Path | TrainedModel | Recipe, plugins: Plugins, *, trust_code: bool = False
) -> TrainedModel:
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
