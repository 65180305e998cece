"""Pictures of a probe: what went in, what methods made of it, and the truth."""

from __future__ import annotations

from pathlib import Path

from debcr_plugins.figures.side_by_side import side_by_side
from debcr_plugins.judging.report.examples import LARGE, busiest_part
from debcr_plugins.probing.result import Picture


def draw(picture: Picture, folder: Path) -> None:
    """Write a picture as PNG; of large images a part is shown enlarged, too."""
    *_, truth = picture.images.values()
    side_by_side(
        picture.images,
        None,
        folder / f"{picture.name}.png",
        captions={name: f"{value:.2f} dB" for name, value in picture.reached.items()},
        zoom=busiest_part(truth) if min(truth.shape) > LARGE else None,
    )
