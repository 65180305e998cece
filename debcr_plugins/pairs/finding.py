"""Find pairs of images, and say what does not fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from debcr_core.errors import DebcrError, UsageError
from debcr_core.files.finding import find_images, known_suffixes
from debcr_core.files.reading import truth_reader
from debcr_core.flow.opening import open_image
from debcr_core.image_blocks import blocks_of
from debcr_plugins.pairs.alignment import Shift, estimated_shift
from debcr_plugins.pairs.config import DataConfig, Source
from debcr_plugins.pairs.image_pair import ImagePair
from debcr_plugins.pairs.matching import match
from debcr_plugins.pairs.original import read_originals
from debcr_plugins.pairs.report import Remark, Report
from debcr_plugins.pairs.sources import named

if TYPE_CHECKING:
    import xarray as xr

    from debcr_core.components import Part
    from debcr_core.plugins import Plugins


@dataclass(frozen=True)
class Found:
    """Pairs of images, and what was noticed.

    Attributes
    ----------
    pairs : list of ImagePair
        In order of name; lazy where the format can. Without targets, each input is its own.
    report : Report
        What was left out or looks wrong.
    """

    pairs: list[ImagePair]
    report: Report


def pairs_of(degraded: str | None, target: str | None, plugins: Plugins) -> list[ImagePair] | None:
    """Return the pairs that `--input` and `--target` name; None where neither is given.

    Warns
    -----
    DebcrWarning
        Of what is left out, or looks wrong.

    Raises
    ------
    UsageError
        If one is given alone, or no pair can be used.
    """
    if (degraded is None) != (target is None):
        raise UsageError("--input and --target go together: give both, or neither.")
    if degraded is None:
        return None
    config = DataConfig(input=degraded, target=target)
    found = find_pairs(config, config, plugins)
    found.report.warn()
    return found.pairs


def find_pairs(source: Source, config: DataConfig, plugins: Plugins) -> Found:
    """Find the pairs of a source.

    Parameters
    ----------
    source : Source
        Where: the config itself, or its `validation` or `test`.
    config : DataConfig
        How files are matched, opened and checked.
    plugins : Plugins
        Where readers are found.

    Raises
    ------
    UsageError
        If there are no images, no names match, or no pair can be used.
    ReadError
        If a named file does not exist.
    """
    candidates, remarks = _candidates(source, config, plugins)
    pairs, shifts = [], {}
    for pair in candidates:
        remark, shift = _examine(pair, config)
        if shift is not None:
            shifts[pair.name] = shift
        if remark is not None:
            remarks.append(remark)
        if remark is None or not remark.left_out:
            pairs.append(pair)
    report = Report(tuple(remarks), shifts)
    if not pairs:
        raise UsageError(" ".join(["No pair of images can be used.", *report.sentences()]))
    return Found(pairs, report)


def _candidates(
    source: Source, config: DataConfig, plugins: Plugins
) -> tuple[list[ImagePair], list[Remark]]:
    """Return the pairs that can be opened, and remarks about the other files."""
    if source.npz is not None:
        return read_originals(source.npz), []
    suffixes = known_suffixes(plugins)
    # Without a target, an image is its own: what is hidden in it (Noise2Void), or a truth.
    given = str(source.input or source.truth)
    inputs = named(find_images(given, plugins), suffixes)
    side = source.target or given
    targets = named(find_images(side, plugins), suffixes) if side != given else inputs
    target_pattern = config.target_pattern if source.target else config.input_pattern
    matching = match([*inputs], [*targets], config.input_pattern, target_pattern)
    remarks = [Remark("alone", name) for name in matching.alone]
    pairs = []
    for name, (first, second) in matching.pairs.items():
        _check_apart(source, inputs[first], targets[second], config, plugins)
        try:
            pairs.append(_opened(name, inputs[first], targets[second], source, config, plugins))
        except DebcrError as error:
            remarks.append(Remark("unreadable", name, str(error)))
    return pairs, remarks


def _check_apart(
    source: Source, first: Part, second: Part, config: DataConfig, plugins: Plugins
) -> None:
    same = first == second and config.target_channel == config.input_channel
    if source.target and same and truth_reader(second.path, plugins) is None:
        raise UsageError(
            f"{first.place} is both input and target: name each by a glob, such as "
            '"*_confocal.tif" and "*_sted.tif". In a configuration, input_pattern and '
            "target_pattern say which files are which, input_channel and target_channel which "
            "channels."
        )


def _opened(
    name: str, first: Part, second: Part, source: Source, config: DataConfig, plugins: Plugins
) -> ImagePair:
    degraded = _image(first, config.input_channel, config, plugins, truth=source.truth is not None)
    alone = first == second and config.target_channel == config.input_channel
    if alone and source.target is None:
        return ImagePair(name, degraded, degraded)
    target = _image(second, config.target_channel, config, plugins, truth=True)
    return ImagePair(name, _without_single(degraded, target), _without_single(target, degraded))


def _image(
    part: Part, channel: str | None, config: DataConfig, plugins: Plugins, *, truth: bool
) -> xr.DataArray:
    reader = (truth_reader(part.path, plugins) if truth else None) or part.reader
    return open_image(part.path, plugins, reader=reader, axes=config.axes, channel=channel)


def _without_single(image: xr.DataArray, other: xr.DataArray) -> xr.DataArray:
    """Drop axes of length one that the other lacks: formats differ in whether they keep them."""
    single = [dim for dim, size in image.sizes.items() if size == 1 and dim not in other.dims]
    return image.squeeze(single, drop=True)


def _examine(pair: ImagePair, config: DataConfig) -> tuple[Remark | None, Shift | None]:
    """Return what is wrong with a pair, and its shift where it can be told."""
    if pair.input.dims != pair.target.dims or pair.input.shape != pair.target.shape:
        shapes = f"input {_extent(pair.input)}, target {_extent(pair.target)}"
        return Remark("differing", pair.name, shapes), None
    try:
        if is_constant(pair.input) or is_constant(pair.target):
            return Remark("constant", pair.name), None
        return _examine_shift(pair, config)
    except DebcrError as error:
        # Damage inside compressed pixels shows only when they are loaded.
        return Remark("unreadable", pair.name, str(error)), None


def _examine_shift(pair: ImagePair, config: DataConfig) -> tuple[Remark | None, Shift | None]:
    if config.max_shift is None or pair.input is pair.target:
        return None, None
    shift = estimated_shift(pair)
    if shift is None or np.hypot(*shift) <= config.max_shift:
        return None, shift
    detail = f"{shift[0]:+.1f} px along y, {shift[1]:+.1f} px along x"
    return Remark("unaligned", pair.name, detail, left_out=config.skip_unaligned), shift


def is_constant(image: xr.DataArray) -> bool:
    """Say whether all pixels are equal; reads no more of the image than it must."""
    first = None
    for _, block in blocks_of(image):
        first = block.flat[0] if first is None else first
        # NaN differs from everything; it is refused later, by the normalizer, in its own words.
        if (block != first).any():
            return False
    return True


def _extent(image: xr.DataArray) -> str:
    return f"{'×'.join(map(str, image.shape))} along {''.join(map(str, image.dims))}"
