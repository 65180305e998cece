"""What is told of a preview that is being made."""

from __future__ import annotations

from debcr_core.flow.progress import Progress, in_time

OPENING = "Preview: opening the model"
FLAT = "The preview needs the 2-D view"
HIDDEN = "Preview: the layer is hidden"
OUTSIDE = "Preview: the layer is not in view"
THERE = "Preview is there"
PROVISIONAL = (
    "Provisional preview is there: the result will be scaled by the whole image, "
    "this by what is seen"
)
CHANGED = "Preview has ended: the layer's pixels have changed"
REMOVED = "Preview has ended: its layer is gone"
OTHER_SIZE = "No preview: the image has another size than the layer"

STAGES = {
    "loading": "Preview: opening the model",
    "statistics": "Statistics",
    "tiles": "First pass over the whole image",
    "writing": "First pass over the whole image",
}


def of_progress(progress: Progress) -> str:
    """Return what to say of a plan that is being made.

    Examples
    --------
    >>> of_progress(Progress(40, 100, "statistics", left=12.0))
    'Statistics 40 %, 12 s left'
    """
    said = STAGES[progress.stage]
    if progress.stage == "loading":
        return said
    said = f"{said} {100 * progress.done // max(progress.total, 1)} %"
    return f"{said}, {in_time(progress.left)} left" if progress.left else said


def of_cells(done: int, total: int, *, provisional: bool = False) -> str:
    """Return what to say of cells of which some are there.

    Examples
    --------
    >>> of_cells(12, 30)
    'Preview 12 of 30 cells'
    """
    if done < total:
        return f"Preview {done} of {total} cells"
    return PROVISIONAL if provisional else THERE
