"""Judge restoration methods on pairs of images, and write the report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from debcr_core.errors import ImageError, UsageError
from debcr_core.files.whole import whole_or_nothing
from debcr_core.flow.choosing_backend import Computing
from debcr_core.flow.opening import SharedRunner
from debcr_core.notices import say as warn
from debcr_plugins.judging.baselines import BASELINES, find_baseline
from debcr_plugins.judging.cases import Say, judged_cases
from debcr_plugins.judging.judgement import Judgement
from debcr_plugins.judging.matching import Match
from debcr_plugins.judging.measuring import usual_metrics
from debcr_plugins.judging.methods import INPUT, Classical, Network, Unrestored
from debcr_plugins.judging.report.folder import check_replaceable, write_report
from debcr_plugins.judging.tuning_planes import tune_each

if TYPE_CHECKING:
    from debcr_core.components import Metric
    from debcr_core.plugins import Plugins
    from debcr_core.trained import TrainedModel
    from debcr_plugins.pairs.image_pair import ImagePair


def judge(
    models: Mapping[str, TrainedModel],
    pairs: Sequence[ImagePair],
    out: Path,
    plugins: Plugins,
    *,
    tune_on: Sequence[ImagePair] = (),
    baselines: Sequence[str] = tuple(BASELINES),
    match: Match = "none",
    metrics: Sequence[Metric] = (),
    device: str = "auto",
    overwrite: bool = False,
    say: Say = lambda _: None,
) -> Judgement:
    """Measure the input, classical baselines and models against the targets, plane by plane.

    One pair is in memory at a time, as one method restored it.

    Parameters
    ----------
    models : mapping of str to TrainedModel
        By the name that the report uses. The first is the one whose examples are shown.
    pairs : sequence of ImagePair
        What to judge on: images that no model has seen in training.
    out : Path
        Folder to write: ``report.html``, ``report.md``, ``figures.csv``, ``summary.json`` and
        pictures. It appears when all is done.
    plugins : Plugins
        Where metrics and the models' components are found.
    tune_on : sequence of ImagePair
        Where the baselines' parameters are chosen, such as the validation set; without any, on
        `pairs` themselves, which gives the baselines an advantage.
    baselines : sequence of str
        Names out of `debcr_plugins.judging.baselines.BASELINES`; by default all.
    match : {"affine", "none"}
        Whether one scale and one offset are fitted to the target by least squares first, for
        every method and every plane alike. Needed where two instruments took the pair.
    metrics : sequence of Metric
        What is measured: by default PSNR, SSIM, NRMSE, RMSE and FRC, and all metrics that other
        plugins offer.
    device : str
        As in `debcr_core.restore`.
    overwrite : bool
        Whether an earlier report in `out` may be replaced.
    say : callable
        Told what is being done, in a sentence at a time.

    Warns
    -----
    DebcrWarning
        For pairs that had to be left out and metrics that could not be measured, and why.

    Raises
    ------
    UsageError
        If there is nothing to judge, an input and its target differ in dims or shape, a
        baseline is unknown, or `out` exists and may not be replaced.
    ImageError
        If no pair can be measured.
    DebcrError
        If a model cannot restore one of the images, or `out` cannot be written.
    """
    _check_pairs([*pairs, *tune_on])
    _check_names(models, baselines)
    check_replaceable(out, overwrite=overwrite)
    measures = metrics or usual_metrics(plugins)
    with whole_or_nothing(out, overwrite=overwrite) as folder, ExitStack() as opened:
        runners = {
            name: opened.enter_context(SharedRunner(model, Computing(device), plugins))
            for name, model in models.items()
        }
        tuned = tune_each(baselines, tune_on or pairs, match, say)
        methods = [
            Unrestored(),
            *(Classical(one.baseline.name, one.baseline) for one in tuned),
            *(Network(name, runner, plugins) for name, runner in runners.items()),
        ]
        left_out: dict[str, str] = {}
        cases = tuple(judged_cases(pairs, methods, match, measures, plugins, left_out, say))
        if not cases:
            raise ImageError(f"No pair could be judged. {' '.join(left_out.values())}")
        judgement = Judgement(
            folder=folder,
            cases=cases,
            classical=tuple(baselines),
            models=tuple(models),
            tuned=tuple(tuned),
            tuned_apart=bool(tune_on),
            match=match,
            left_out=left_out,
        )
        say("Writing the report")
        write_report(judgement, models, methods, pairs)
    _warn_about_gaps(judgement)
    return replace(judgement, folder=out)


def _warn_about_gaps(judgement: Judgement) -> None:
    for sentence in judgement.left_out.values():
        warn(f"Left out: {sentence}", kind="left-out")
    for (name, reason), where in judgement.unmeasured().items():
        more = f" and {len(where) - 1} more" if len(where) > 1 else ""
        warn(f'"{name}" was not measured on {where[0]}{more}: {reason}', kind="not-measured")


def _check_pairs(pairs: Sequence[ImagePair]) -> None:
    """Refuse pairs that cannot be compared pixel by pixel.

    Raises
    ------
    UsageError
        If there are none, or an input and its target differ in dims or shape.
    """
    if not pairs:
        raise UsageError("There are no pairs of images to judge on.")
    for pair in pairs:
        if (pair.input.dims, pair.input.shape) != (pair.target.dims, pair.target.shape):
            raise UsageError(
                f"{pair.name}: the input has the shape {pair.input.shape} along "
                f"{''.join(map(str, pair.input.dims))} and the target {pair.target.shape} along "
                f"{''.join(map(str, pair.target.dims))}. Crop or resample one of them until both "
                "show the same field, pixel by pixel."
            )


def _check_names(models: Iterable[str], baselines: Sequence[str]) -> None:
    """Refuse unknown baselines, nothing to judge, and two methods of one name.

    Raises
    ------
    UsageError
        As described.
    """
    for name in baselines:
        find_baseline(name)
    names = [INPUT, *baselines, *models]
    if len(names) == 1:
        raise UsageError("There is nothing to judge: name a model or a baseline.")
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f'Two methods are called "{name}": give the model another name.')
