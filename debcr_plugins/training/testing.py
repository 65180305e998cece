"""What the weights of a run reach on images that neither training nor stopping has seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from debcr_core.named_component import named_component
from debcr_core.notices import say
from debcr_core.trained import load_trained
from debcr_plugins.judging.measuring import usual_metrics
from debcr_plugins.training.run_folder import RunFolder

if TYPE_CHECKING:
    from debcr_core.components import Metric
    from debcr_core.plugins import Plugins
    from debcr_plugins.pairs.opening import Data
    from debcr_plugins.training.config import TrainingConfig

NAME = "trained"


def measure_test_images(
    run: RunFolder, config: TrainingConfig, data: Data, plugins: Plugins
) -> dict[str, float]:
    """Write the report on the test images, and return its figures for the card.

    Baselines are tuned on the validation images. Where input and target have scales of their own,
    intensities are matched first, for all methods alike.

    Parameters
    ----------
    run : RunFolder
        With the exported model.
    config : TrainingConfig
        Of the run.
    data : Data
        Its images.
    plugins : Plugins
        Where metrics are found.

    Returns
    -------
    dict of str to float
        Means by name; empty where there is no test image, or no target.
    """
    from debcr_plugins.judging.judging import judge

    test = [each.pair for each in data.test if each.pair.target is not each.pair.input]
    if not test:
        return {}
    judgement = judge(
        {NAME: load_trained(run.model, plugins)},
        test,
        run.report,
        plugins,
        tune_on=[each.pair for each in data.validation],
        metrics=_metrics(config, plugins),
        match="affine" if config.data.target_scale == "own" else "none",
        overwrite=True,
    )
    figures = judgement.card_figures()
    _say_if_worse(figures)
    return figures


def _metrics(config: TrainingConfig, plugins: Plugins) -> list[Metric]:
    """Return what is measured by default, and what was monitored."""
    usual = usual_metrics(plugins)
    monitored: Metric = named_component("metric", config.monitor, plugins, "monitor")
    return usual if monitored in usual else [*usual, monitored]


def _say_if_worse(figures: dict[str, float]) -> None:
    before, after = (figures.get(f"PSNR (dB), test set, {x}") for x in ("input", "restored"))
    if before is not None and after is not None and after < before:
        say(
            f"The restored test images are worse than their inputs: {after:.2f} dB of PSNR instead "
            f"of {before:.2f}. Train longer, or look at the pictures and the data's report.",
            kind="worse-than-input",
        )
