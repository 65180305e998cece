"""Restore an image: open the model, make the plan, carry it out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from debcr_core.catalogs import DEFAULT_MODEL
from debcr_core.components import Array, Precision
from debcr_core.files.pixel_types import convert_dtype, pixel_type
from debcr_core.flow.choosing_backend import AUTO, Computing
from debcr_core.flow.first_tile import with_first_tile
from debcr_core.flow.opening import Choice, open_runner, open_source
from debcr_core.flow.plan import Plan
from debcr_core.flow.progress import Callback
from debcr_core.flow.regions import Wanted
from debcr_core.flow.runner import Runner
from debcr_core.flow.source import Source
from debcr_core.named_component import Named, named_component
from debcr_core.notices import pass_on
from debcr_core.plugins import Plugins
from debcr_core.stopping import Stop

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import xarray as xr


def restore(
    source: xr.DataArray | Array | str | Path,
    model: Choice = DEFAULT_MODEL,
    *,
    normalizer: Named | None = None,
    tiler: Named | None = None,
    blender: Named | None = None,
    reader: Named | None = None,
    axes: str | None = None,
    channel: str | int | None = None,
    region: Wanted | None = None,
    contrast_stretch: bool = False,
    dtype: npt.DTypeLike | None = None,
    device: str = AUTO,
    backend: Named | None = AUTO,
    precision: Precision = "float32",
    trust_code: bool = False,
    progress: Callback | None = None,
    stop: Stop | None = None,
    plugins: Plugins | None = None,
) -> xr.DataArray:
    """Restore an image.

    Parameters
    ----------
    source : xarray.DataArray, numpy.ndarray, str or Path
        An image with dims out of ``t c z y x``, an array (``yx``, unless `axes` says otherwise)
        or a file.
    model : str, Path, TrainedModel, Recipe or Runner
        What `debcr_core.load_model` takes or returns, a recipe that names its weights, or a runner,
        which holds the network for several images.
    normalizer, tiler, blender : Component, str or mapping, optional
        In place of the model's own: a component, words as on the command line (``"percentile low=1
        high=99"``), or ``{"name": "percentile", "low": 1}``.
    reader : Component, str or mapping, optional
        Of the file; by default chosen by its content.
    axes : str, optional
        One letter per axis of the array or file, where it names them wrongly or not at all.
    channel : str or int, optional
        Name or number of the one channel to restore; by default all, one by one.
    region : str or mapping of str to slice, optional
        Restore this part alone, ``"y=0:512"`` or ``{"y": slice(0, 512)}``: bit for bit that part
        of the whole result. Statistics are of the whole image all the same.
    contrast_stretch : bool
        Stretch the result's contrast to the range of its pixel type, for looking at.
    dtype : dtype-like, optional
        Pixel type of the result: float32 by default, ``"input"`` for that of the input. Integers
        are rounded and clipped.
    device : str
        ``auto`` (a GPU where there is one), ``cpu``, ``cuda``, ``cuda:1``, ``mps``; not looked at
        where `model` is a runner, like the next two.
    backend : Backend, str, mapping or None
        What computes: ``auto`` takes the quickest that is here; ``torch``, ``onnx``… (see `debcr
        backends`); None for the network's own way.
    precision : {"float32", "bfloat16"}
        What to compute in: ``bfloat16`` is quicker on some processors, and less exact.
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
        float32 or `dtype`, with the dims, shape, metadata and intensity scale of the input; with
        more or fewer channels where the network returns more or fewer than it sees. Coordinates
        are in micrometres and seconds where pixel sizes are known. ``.debcr.show()`` shows it
        beside the input.

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
    from debcr_core.showing import remembering

    plugins, stop = plugins or Plugins.discover(), stop or Stop()
    chosen = named_parts(plugins, reader=reader).get("reader")
    image, file = open_source(source, plugins, reader=chosen, axes=axes, channel=channel)
    pixels = pixel_type(dtype, image)
    parts = named_parts(plugins, normalizer=normalizer, tiler=tiler, blender=blender)
    computing = Computing(device, backend, precision)
    with open_runner(model, plugins, computing, trust_code, progress, stop) as runner:
        stretch = pixels if contrast_stretch else None
        plan = settled_plan(runner, image, file, progress, stop, stretch, parts, region)
        restored = convert_dtype(plan.restore(region, progress=progress, stop=stop), pixels)
    if file is not None:
        file.check_unchanged()
    given = axes.lower() if axes and file is None else getattr(source, "dims", image.dims)
    dims = list(given)
    if "c" in restored.dims and "c" not in dims:
        dims.insert(dims.index("t") + 1 if "t" in dims else 0, "c")
    return remembering(restored.transpose(*dims), image)


def named_parts(plugins: Plugins, **parts: Named | None) -> dict[str, Any]:
    """Return the components that take the place of the model's own, by their kind."""
    return {
        kind: named_component(kind, part, plugins)
        for kind, part in parts.items()
        if part is not None
    }


def settled_plan(
    runner: Runner,
    image: xr.DataArray,
    source: Source | None,
    progress: Callback | None,
    stop: Stop,
    contrast_stretch: np.dtype[Any] | None = None,
    parts: Mapping[str, Any] | None = None,
    region: Wanted | None = None,
    *,
    by_workers: bool = False,
) -> Plan:
    """Return a plan that can be carried out, after its first pass where it needs one.

    Parameters
    ----------
    runner, image, contrast_stretch, progress, stop
        As in `Runner.plan`.
    source : Source or None
        The image's file.
    parts : mapping, optional
        As `named_parts` returns them.
    region : mapping of str to slice, optional
        Which part of the result is wanted.
    by_workers : bool
        Whether the tiles are computed by others, whose memory is not this process's.

    Warns
    -----
    DebcrWarning
        Of what the plan says.
    """
    recipe = runner.trained.recipe.model_copy(update=dict(parts or {}))
    plan = runner.plan(
        image, recipe=recipe, contrast_stretch=contrast_stretch, progress=progress, stop=stop
    )
    for warning in plan.warnings:
        pass_on(warning, stacklevel=4)
    # On a CPU the budget holds by itself, and workers would wait for a tile that is theirs.
    theirs = by_workers and runner.device == "cpu" and not plan.two_passes
    tried = plan if theirs else with_first_tile(plan, region, stop)
    for warning in tried.warnings[len(plan.warnings) :]:
        pass_on(warning, stacklevel=4)
    return replace(tried, source=source).settle(progress=progress, stop=stop)
