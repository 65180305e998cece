"""Probe a trained model: run the measures that fit its task, and write the report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from debcr_core.errors import UsageError
from debcr_core.files.whole import whole_or_nothing
from debcr_core.flow.choosing_backend import Computing
from debcr_core.flow.opening import SharedRunner
from debcr_plugins.probing.micrographs import Plane, micrographs
from debcr_plugins.probing.no_signal import no_signal
from debcr_plugins.probing.photometry import photometry
from debcr_plugins.probing.report import write_report
from debcr_plugins.probing.restoring import Restore, restoring
from debcr_plugins.probing.result import Part
from debcr_plugins.probing.sharper import sharper
from debcr_plugins.probing.simulated import simulated, simulated_planes
from debcr_plugins.probing.simulated_sharp import simulated_sharp
from debcr_plugins.probing.smoothed_truth import smoothed_truth
from debcr_plugins.probing.texture import texture
from debcr_plugins.probing.thinned_counts import check_counts, thinned_counts

if TYPE_CHECKING:
    from debcr_core.plugins import Plugins
    from debcr_core.trained import TrainedModel
    from debcr_plugins.pairs.image_pair import ImagePair

Task = Literal["denoise", "deblur"]
STRUCTURE: dict[Task, float] = {"denoise": 0.05, "deblur": 0.1}
"""Standard deviations of the noise that a model may add to a field without structure."""
TOTAL: dict[Task, float] = {"denoise": 0.01, "deblur": 0.05}
"""By which share a model may change the sum of all intensities."""
SEED = 11


def probe(
    model: TrainedModel,
    out: Path,
    plugins: Plugins,
    *,
    task: Task = "denoise",
    images: Sequence[str] = (),
    counts: Sequence[str] = (),
    pairs: Sequence[ImagePair] = (),
    device: str = "auto",
    overwrite: bool = False,
    say: Callable[[str], None] = lambda _: None,
) -> list[Part]:
    """Measure a model by all that fits its task and the images at hand.

    Parameters
    ----------
    model : TrainedModel
        What is probed.
    out : Path
        Folder to write: ``report.html``, ``report.md``, ``figures.json`` and pictures. It appears
        when all is done.
    plugins : Plugins
        Where the model's components and readers are found.
    task : {"denoise", "deblur"}
        What it is for: denoisers are measured on noise and texture, sharpeners on blur and pairs,
        both on fields without signal and on photometry, with bars of their own.
    images : sequence of str
        Micrographs, the less noisy the better: files, folders or globs. Without any, simulated
        ones take their place.
    counts : sequence of str
        Images whose pixels are counts of photons, for denoisers.
    pairs : sequence of ImagePair
        Blurred and sharp micrographs of one field, for sharpeners.
    device : str
        As in `debcr_core.restore`.
    overwrite : bool
        Whether an earlier report in `out` may be replaced.
    say : callable
        Told what is being done, in a sentence at a time.

    Returns
    -------
    list of Part
        What the report shows.

    Raises
    ------
    UsageError
        If images were given that the task has no use for.
    ImageError
        If an image cannot be measured with.
    DebcrError
        If the model cannot restore planes, or `out` cannot be written.
    """
    _check_use(task, counts, pairs)
    planes = micrographs(images, plugins) if images else simulated_planes()
    thinning = micrographs(counts, plugins) if counts else []
    check_counts(thinning)
    with (
        whole_or_nothing(out, overwrite=overwrite) as folder,
        SharedRunner(model, Computing(device), plugins) as runner,
    ):
        scope = _scope(task, len(planes) if images else 0, thinning, pairs)
        say(scope)
        measures = _measures(task, planes, thinning, pairs, restoring(runner, plugins))
        parts = []
        for number, (title, measure) in enumerate(measures, start=1):
            say(f"{number}/{len(measures)} {title}")
            parts.append(measure())
        folder.mkdir()
        write_report(parts, model, scope, folder)
    return parts


def _check_use(task: Task, counts: Sequence[str], pairs: Sequence[ImagePair]) -> None:
    if task == "denoise" and pairs:
        raise UsageError("Pairs of blurred and sharp images measure --task deblur: say so.")
    if task == "deblur" and counts:
        raise UsageError("Counts of photons measure --task denoise: leave them out.")


def _scope(task: Task, images: int, thinning: Sequence[Plane], pairs: Sequence[ImagePair]) -> str:
    """Say what is measured on, and what is left out for lack of images."""
    called = {"denoise": "a denoiser", "deblur": "a sharpener"}[task]
    given = {
        "Micrographs": str(images or "simulated ones (`--images` names real ones)"),
        "pairs": str(len(pairs) or "none (`--input` and `--target` name them)"),
        "real counts": str(len(thinning) or "none (`--counts` names them)"),
    }
    del given["real counts" if task == "deblur" else "pairs"]
    listed = "; ".join(f"{what}: {number}" for what, number in given.items())
    return f"Measured as {called} (`--task {task}`). {listed}."


def _measures(
    task: Task,
    planes: Sequence[Plane],
    thinning: Sequence[Plane],
    pairs: Sequence[ImagePair],
    restore: Restore,
) -> list[tuple[str, Callable[[], Part]]]:
    """Return what is to be measured, by what to say of it."""
    structure, total = STRUCTURE[task], TOTAL[task]
    both: list[tuple[str, Callable[[], Part]]] = [
        ("Fields without signal", lambda: no_signal(restore, structure, SEED)),
        ("Photometry", lambda: photometry(planes, restore, total, SEED)),
    ]
    if task == "deblur":
        return [
            ("Simulated micrographs", lambda: simulated_sharp(restore, SEED)),
            *([("Pairs", lambda: sharper(pairs, restore))] if pairs else []),
            *both,
        ]
    return [
        ("Simulated micrographs", lambda: simulated(restore, SEED)),
        ("Micrographs and photons", lambda: smoothed_truth(planes, restore, SEED)),
        *([("Counts", lambda: thinned_counts(thinning, restore, SEED))] if thinning else []),
        ("Texture", lambda: texture(restore, SEED)),
        *both,
    ]
