"""Progress as people say it."""

from __future__ import annotations

from debcr_core.flow.progress import Progress, in_time


def in_words(progress: Progress) -> str:
    """Return what is being done, how far it is and how long it is likely to take.

    Examples
    --------
    >>> in_words(Progress(12, 40, "tiles", 35.2))
    'Restoring tile 13 of 40, 35 s left'
    >>> in_words(Progress(3, 12, "statistics"))
    'Measuring the image, 25 %'
    """
    if progress.stage == "loading":
        return "Loading the model…"
    if progress.done >= progress.total:
        return "Measuring the image…" if progress.stage == "statistics" else "Finishing…"
    left = "" if progress.left is None else f", {in_time(progress.left)} left"
    if progress.stage == "statistics":
        return f"Measuring the image, {100 * progress.done // progress.total} %{left}"
    doing = "Restoring tile" if progress.stage == "tiles" else "Finishing block"
    return f"{doing} {progress.done + 1} of {progress.total}{left}"


def percent(progress: Progress) -> int | None:
    """Return how far a stage is in percent, or None where that is not known."""
    if progress.stage == "loading" or not progress.total:
        return None
    return 100 * progress.done // progress.total
