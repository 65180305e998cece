"""The demo: degrade a micrograph, restore it, compare, draw."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from debcr_core.errors import UsageError, WriteError
from debcr_core.files.whole import check_output, whole_or_nothing

if TYPE_CHECKING:
    import xarray as xr

    from debcr_core.components import Figure
    from debcr_core.plugins import Plugins

MICROGRAPH = Path(__file__).with_name("nuclei.ome.tif")
PEAK_PHOTONS, READ_NOISE, SEED = 20.0, 1.0, 0
METRICS = ("debcr-zoo/psnr", "debcr-zoo/ssim", "debcr-zoo/nrmse")
# Strengths with the smallest error on another micrograph and on simulated ones, in photons
# (`debcr_plugins.judging.baselines.tuning`); none does better on the demo's own, either.
TV_STRENGTH, NLM_STRENGTH = 2.2, 1.0
ZOOM = (slice(150, 300), slice(170, 320))


def demo(
    ctx: typer.Context,
    folder: Annotated[
        Path, typer.Argument(help="Where to write; made where it is missing.")
    ] = Path("debcr-demo"),
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:1 or mps.")] = "auto",
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace the files of an earlier demo.")
    ] = False,
) -> None:
    """Restore an embedded micrograph, offline: the quickest way to see what this does.

    The micrograph is degraded to what a camera would see if its brightest pixel collected 20
    photons, with a read noise of 1 electron, then restored by the default model and, for
    comparison, by scikit-image's filters.
    """
    from debcr_core.cli.console import progress_bar
    from debcr_core.files.writing import write_image
    from debcr_core.flow.restoration import restore

    plugins: Plugins = ctx.obj
    outputs = _outputs(folder, overwrite)
    truth, noisy = degraded(plugins)
    with progress_bar("restoring") as show:
        restored = restore(noisy, device=device, progress=show, plugins=plugins)
    for name, image in {"truth": truth, "noisy": noisy, "restored": restored}.items():
        write_image(image, outputs[name], plugins, overwrite=overwrite)
    images = {"Noisy": noisy, **filtered(noisy, float(truth.max())), "DeBCR Zoo": restored}
    figures = {title: measured(image, truth, plugins) for title, image in images.items()}
    _show(figures)
    with whole_or_nothing(outputs["picture"], overwrite=overwrite) as temporary:
        _draw({**images, "Truth": truth}, figures, temporary)
    typer.echo(f"Wrote {', '.join(path.name for path in outputs.values())} to {folder}.")


def _outputs(folder: Path, overwrite: bool) -> dict[str, Path]:
    """Return the names to write, having made sure that they can be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise UsageError(f"{folder} cannot be a folder: a file has that name.") from None
    except OSError as error:
        raise WriteError(f"The folder {folder} cannot be made: {error.strerror}.") from error
    names = {name: folder / f"{name}.ome.tif" for name in ("truth", "noisy", "restored")}
    outputs = {**names, "picture": folder / "demo.png"}
    for path in outputs.values():
        check_output(path, overwrite=overwrite)
    return outputs


def degraded(plugins: Plugins) -> tuple[xr.DataArray, xr.DataArray]:
    """Return the embedded micrograph and what a camera sees of it in dim light.

    The micrograph is taken as the truth, although it has some noise of its own; this limits
    what any restoration can reach by these figures.
    """
    import numpy as np

    from debcr_core.files.reading import read_image
    from debcr_plugins.simulation import expose

    truth = read_image(MICROGRAPH, plugins)
    rng = np.random.default_rng(SEED)
    return truth, truth.copy(data=expose(truth.values, PEAK_PHOTONS, READ_NOISE, rng))


def filtered(noisy: xr.DataArray, brightest: float) -> dict[str, xr.DataArray]:
    """Return what scikit-image's filters make of it.

    Parameters
    ----------
    noisy : xarray.DataArray
        The degraded micrograph.
    brightest : float
        Intensity of the truth that stands for `PEAK_PHOTONS`.
    """
    import numpy as np

    from debcr_plugins.judging.baselines.non_local_means import NonLocalMeans
    from debcr_plugins.judging.baselines.photon_noise import PhotonNoise
    from debcr_plugins.judging.baselines.total_variation import TotalVariation

    scale = PEAK_PHOTONS / brightest
    photons = noisy.values.astype(np.float64) * scale
    camera = PhotonNoise(variance_at_zero=READ_NOISE**2)
    filters = {
        "Total variation": TotalVariation(strength=TV_STRENGTH),
        "Non-local means": NonLocalMeans(strength=NLM_STRENGTH, stabilise=True, noise=camera),
    }
    return {
        title: noisy.copy(data=method.restore(photons) / scale) for title, method in filters.items()
    }


def measured(image: xr.DataArray, truth: xr.DataArray, plugins: Plugins) -> list[Figure]:
    """Return PSNR, SSIM and NRMSE."""
    from debcr_core.evaluation import evaluate

    return evaluate(image, truth, [plugins.create("metric", name) for name in METRICS])


def _show(figures: dict[str, list[Figure]]) -> None:
    from rich.table import Table

    from debcr_core.cli.console import stdout

    names = [f"{figure.name} {figure.unit}".strip() for figure in next(iter(figures.values()))]
    table = Table("image", *names)
    for title, values in figures.items():
        table.add_row(title, *(f"{figure.value:.4g}" for figure in values))
    stdout().print(table)


def _draw(images: dict[str, xr.DataArray], figures: dict[str, list[Figure]], path: Path) -> None:
    from debcr_core.image import pixel_size_micrometers
    from debcr_plugins.figures.caption import caption
    from debcr_plugins.figures.side_by_side import side_by_side

    shown = ("Noisy", "DeBCR Zoo", "Truth")
    side_by_side(
        {title: images[title].values for title in shown},
        pixel_size_micrometers(images["Truth"], "x"),
        path,
        captions={title: caption(figures[title]) for title in shown if title in figures},
        zoom=ZOOM,
    )
