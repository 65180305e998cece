"""Restore and measure every plane of every pair by every method."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from debcr_core.errors import DebcrError, ImageError, reworded
from debcr_core.evaluation import finite_values
from debcr_core.files.private_paths import without_folders
from debcr_plugins.judging.judgement import Case
from debcr_plugins.judging.matching import Match
from debcr_plugins.judging.measuring import Measured, measure
from debcr_plugins.judging.methods import Method
from debcr_plugins.judging.planes import plane_name, plane_of, plane_places

if TYPE_CHECKING:
    import xarray as xr

    from debcr_core.components import Metric
    from debcr_core.plugins import Plugins
    from debcr_plugins.pairs.image_pair import ImagePair

ENTROPY = "debcr-zoo/entropy"
"""What tells sparse images from dense ones, as in the paper."""
Say = Callable[[str], None]


def judged_cases(
    pairs: Sequence[ImagePair],
    methods: Sequence[Method],
    match: Match,
    metrics: Sequence[Metric],
    plugins: Plugins,
    left_out: dict[str, str],
    say: Say,
) -> Iterator[Case]:
    """Yield every plane of every pair, as every method restored and the metrics measured it.

    Parameters
    ----------
    pairs, match, metrics, plugins, say
        As in `debcr_plugins.judging.judging.judge`.
    methods : sequence of Method
        What is judged.
    left_out : dict of str to str
        Filled with the reason for each pair that holds NaN or infinite pixels, by its name.

    Raises
    ------
    DebcrError
        If a method cannot restore an image; the sentence names both.
    """
    for number, pair in enumerate(pairs):
        say(f"Judging {pair.name} ({number + 1} of {len(pairs)})")
        image, target = pair.input.compute(), pair.target.compute()
        try:
            finite_values(image, "input")
            finite_values(target, "target")
        except ImageError as error:
            left_out[pair.name] = without_folders(f"{pair.name}: {error}")
            continue
        places = list(plane_places(target))
        by_method = {
            method.name: _measure_planes(method, pair.name, image, target, match, metrics, plugins)
            for method in methods
        }
        for index, place in enumerate(places):
            yield Case(
                name=plane_name(pair.name, target, place),
                pair=number,
                place=place,
                entropy=_entropy(plane_of(target, place), plugins),
                methods={name: planes[index] for name, planes in by_method.items()},
            )


def _measure_planes(
    method: Method,
    name: str,
    image: xr.DataArray,
    target: xr.DataArray,
    match: Match,
    metrics: Sequence[Metric],
    plugins: Plugins,
) -> list[Measured]:
    try:
        restored = method.restore(image)
    except DebcrError as error:
        raise reworded(error, lambda fact: f"{method.name} on {name}: {fact}") from error
    return [
        measure(plane_of(restored, place), plane_of(target, place), match, metrics, plugins)
        for place in plane_places(target)
    ]


def _entropy(plane: xr.DataArray, plugins: Plugins) -> float:
    [figure] = plugins.create("metric", ENTROPY).measure(plane, None)
    return float(figure.value)
