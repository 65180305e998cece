"""Judge whether a model suits an image: slow, for threads that do not draw."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from debcr_core.errors import UsageError
from debcr_core.failures import calling
from debcr_core.flow.suitability import card_to_compare, check_model_fits
from debcr_core.signature import Signature
from debcr_core.trained import BEYOND, Card, TrainedModel
from debcr_core.verdict.finding import Verdict
from debcr_core.verdict.fitting import fit_verdict
from napari_adapter.advice import in_the_viewer

if TYPE_CHECKING:
    import xarray as xr

Level = Literal["fits", "unknown", "doubtful", "unfit"]

UNSAID = "On what kinds of images the model was trained, its makers do not say."


@dataclass(frozen=True)
class Judgement:
    """Whether a model suits an image.

    Attributes
    ----------
    level : {"fits", "unknown", "doubtful", "unfit"}
        ``unknown`` where nothing speaks against it, but little is known: of the image, or of those
        that the model was trained on; ``unfit`` where the image would be refused.
    sentences : tuple of str
        Why.
    photons : float or None
        The noise measured in the image (see `debcr_core.Verdict`).
    """

    level: Level
    sentences: tuple[str, ...] = ()
    photons: float | None = None

    @property
    def noise(self) -> str:
        """What was measured, in words."""
        if self.photons is None:
            return "Its noise could not be measured: it is small, or there is little in it."
        if math.isinf(self.photons):
            return "No noise was found in it."
        count = f"{float(f'{self.photons:.2g}'):,.10g}"
        return f"Its noise is that of about {count} photons in the brightest pixels."


def judge(image: xr.DataArray, trained: TrainedModel) -> Judgement:
    """Judge an image by its metadata and by windows of its pixels.

    The stop that is heeded (`debcr_core.stopping.heeding`) ends it.

    Parameters
    ----------
    image : xarray.DataArray
        As `debcr_core.image` describes; of a lazy one some chunks are read.
    trained : TrainedModel
        The model.

    Raises
    ------
    DebcrError
        If pixels cannot be read, or the model cannot say what it takes.
    Cancelled
        If the stop was asked for.
    """
    model = trained.recipe.model
    with calling(model):
        signature = model.signature
    card = card_to_compare(trained)
    # The noise is told of in any case; what the card covers is left out afterwards.
    verdict = fit_verdict(image, card.model_copy(update={"covers": ()}), signature.axes)
    refused = _refused(image, trained, signature, verdict)
    if refused:
        return Judgement("unfit", refused, verdict.photons)
    findings = tuple(f.sentence for f in verdict.findings if f.kind not in card.covers)
    if findings:
        return Judgement("doubtful", findings, verdict.photons)
    if _tells_nothing(card):
        return Judgement("unknown", (UNSAID,), verdict.photons)
    return Judgement("unknown" if verdict.photons is None else "fits", (), verdict.photons)


def _refused(
    image: xr.DataArray, trained: TrainedModel, signature: Signature, verdict: Verdict
) -> tuple[str, ...]:
    """Return why the image would be refused; empty if it would not.

    The core's refusal names options of the command line where a finding says the same without.
    """
    try:
        check_model_fits(image, trained.name, signature)
    except UsageError as error:
        return tuple(f.sentence for f in verdict.findings if f.kind == "axes") or (
            in_the_viewer(error),
        )
    return ()


def _tells_nothing(card: Card) -> bool:
    return set(BEYOND) <= set(card.covers)
