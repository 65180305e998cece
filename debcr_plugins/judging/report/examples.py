"""Pictures of the worst, the median and the best restored plane."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from debcr_core.evaluation import Values
from debcr_core.image import pixel_size_micrometers
from debcr_plugins.figures.caption import caption
from debcr_plugins.figures.side_by_side import Box, side_by_side
from debcr_plugins.judging.judgement import Case, Judgement
from debcr_plugins.judging.matching import matched
from debcr_plugins.judging.methods import INPUT, Method
from debcr_plugins.judging.planes import plane_of

if TYPE_CHECKING:
    from debcr_plugins.pairs.image_pair import ImagePair

EXAMPLES = ("worst", "median", "best")
TARGET = "target"
CAPTIONED = ("PSNR (dB)", "SSIM")
LARGE = 320  # pixels a side above which a part is shown enlarged, too


def draw_examples(
    judgement: Judgement, methods: Sequence[Method], pairs: Sequence[ImagePair], folder: Path
) -> dict[str, str]:
    """Write a PNG of each example: input, best baseline, first model, target.

    Returns
    -------
    dict of str to str
        File names by the sentence that stands below each.
    """
    wanted = {INPUT, judgement.best_classical, judgement.leader}
    shown = [method for method in methods if method.name in wanted]
    pictures = {}
    for label, (number, gain) in chosen_examples(judgement).items():
        case, name = judgement.cases[number], f"{label}.png"
        _draw(case, shown, pairs[case.pair], judgement, folder / name)
        pictures[f"{label.capitalize()}: {case.name}, {gain:+.2f} dB over the input."] = name
    return pictures


def chosen_examples(judgement: Judgement) -> dict[str, tuple[int, float]]:
    """Return worst, median and best by the gain in PSNR over the input.

    Of two cases there is no median, and a single one is the best.

    Returns
    -------
    dict of str to (int, float)
        Number of the case and its gain in dB, by those of `EXAMPLES` that there are.
    """
    ranked = sorted(judgement.gains(judgement.leader, INPUT).items(), key=lambda item: item[1])
    if not ranked:
        return {}
    places = (0, len(ranked) // 2, len(ranked) - 1)
    chosen = dict(zip(EXAMPLES, places, strict=True))
    if len(ranked) < len(EXAMPLES):
        del chosen["median"]
    if len(ranked) == 1:
        del chosen["worst"]
    return {label: ranked[place] for label, place in chosen.items()}


def _draw(
    case: Case, methods: Sequence[Method], pair: ImagePair, judgement: Judgement, out: Path
) -> None:
    target = plane_of(pair.target, case.place)
    images, captions = {}, {}
    for method in methods:
        plane = plane_of(method.restore(pair.input.compute()), case.place)
        figures = case.methods[method.name].figures
        images[method.name] = matched(plane, target, judgement.match).values
        captions[method.name] = caption(figures[name] for name in CAPTIONED if name in figures)
    size = pixel_size_micrometers(target, "x")
    zoom = busiest_part(target.values) if min(target.shape) > LARGE else None
    side_by_side({**images, TARGET: target.values}, size, out, captions=captions, zoom=zoom)


def busiest_part(plane: Values) -> Box:
    """Return the part, a quarter of each side on a grid of such parts, that varies most.

    The brightest percent of the plane counts as equally bright: a single bright object would
    else be the busiest part.
    """
    values = np.minimum(plane, np.percentile(plane, 99)).astype(np.float64)
    rows, columns = (size // 4 for size in plane.shape)
    parts = [
        (slice(top, top + rows), slice(left, left + columns))
        for top in range(0, plane.shape[0] - rows + 1, rows)
        for left in range(0, plane.shape[1] - columns + 1, columns)
    ]
    return max(parts, key=lambda part: float(np.std(values[part])))
