"""From the user's description of the data to pairs that training can use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from debcr_core.errors import DebcrError, UsageError
from debcr_plugins.pairs.config import DataConfig, Source
from debcr_plugins.pairs.finding import find_pairs, is_constant
from debcr_plugins.pairs.image_pair import ImagePair
from debcr_plugins.pairs.normalized import NormalizedPair, normalize
from debcr_plugins.pairs.report import Remark, Report
from debcr_plugins.pairs.splitting import CALLED, PARTS, Shares, Split, split

if TYPE_CHECKING:
    from debcr_core.components import Normalizer
    from debcr_core.plugins import Plugins


@dataclass(frozen=True)
class Data:
    """Everything that training needs to know of its images.

    Attributes
    ----------
    train, validation, test : list of NormalizedPair
        The pairs of each part; `validation` and `test` may be empty where their share is 0.
    split : Split
        Which image or region went where.
    report : Report
        What was left out or looks wrong.
    """

    train: list[NormalizedPair]
    validation: list[NormalizedPair]
    test: list[NormalizedPair]
    split: Split
    report: Report

    @property
    def counts(self) -> str:
        """How many images or regions each part has, as a sentence."""
        counts = ", ".join(f"{len(getattr(self, part))} for {CALLED[part]}" for part in PARTS)
        return f"{'Regions' if self.split.regions else 'Images'}: {counts}."

    def record(self) -> dict[str, Any]:
        """Return split, normalisation and report as values that JSON can hold."""
        fitted = {
            part: {each.pair.name: each.record() for each in getattr(self, part)} for part in PARTS
        }
        return {
            "split": self.split.record(),
            "normalisation": fitted,
            "report": self.report.record(),
        }


def open_data(
    config: DataConfig, normalizer: Normalizer, plugins: Plugins, *, axes: str = "yx"
) -> Data:
    """Find, check, divide and normalise the images.

    Parameters
    ----------
    config : DataConfig
        Where they are.
    normalizer : Normalizer
        That of the recipe; fitted on each whole image.
    plugins : Plugins
        Where readers are found.
    axes : str
        Axes that the model sees at once.

    Warns
    -----
    DebcrWarning
        For each kind of image that is left out or looks wrong.

    Raises
    ------
    UsageError
        If no images are left, a pattern matches nothing, or images lack an axis of the model.
    ReadError
        If a named file does not exist.
    """
    fitted, report = _fitted(config, config, normalizer, axes, plugins)
    try:
        pieces = split(
            [each.pair for each in fitted],
            _shares(config),
            config.seed,
            gap=config.gap,
            ordered=config.npz is not None,
        )
    except DebcrError:
        # What was left out may be why there are too few.
        report.warn()
        raise
    whole = {each.pair.name: each for each in fitted}
    parts: dict[str, list[NormalizedPair]] = {}
    for part in PARTS:
        own: Source | None = getattr(config, part, None)
        if own is not None:
            parts[part], remarks = _fitted(own, config, normalizer, axes, plugins)
            _refuse_seen(parts[part], fitted, part)
            pieces = pieces.with_part(part, [each.pair for each in parts[part]])
        else:
            parts[part], remarks = _pieces(getattr(pieces, part), whole, normalizer, axes, config)
        report += remarks
    report.warn()
    _check_axes([each.pair for pairs in parts.values() for each in pairs], axes)
    return Data(**parts, split=pieces, report=report)


def _refuse_seen(own: list[NormalizedPair], trained: list[NormalizedPair], part: str) -> None:
    """Refuse images for validation or test that are trained on, too."""
    seen = {each.pair.name: each.pair.input for each in trained}
    for each in own:
        name, image = each.pair.name, each.pair.input
        if name in seen and seen[name].shape == image.shape and bool((seen[name] == image).all()):
            raise UsageError(
                f"The image {name} is named for training and for the {part} as well: figures of "
                "images that were trained on say nothing. Name others, or leave out the section "
                f"{part}, and a share is kept apart."
            )


def _shares(config: DataConfig) -> Shares:
    """Return the shares of what the source for training is divided into."""
    kept = (
        config.split[0],
        0.0 if config.validation else config.split[1],
        0.0 if config.test else config.split[2],
    )
    train, validation, test = (share / sum(kept) for share in kept)
    return train, validation, test


def _fitted(
    source: Source, config: DataConfig, normalizer: Normalizer, axes: str, plugins: Plugins
) -> tuple[list[NormalizedPair], Report]:
    """Find the pairs of a source, fit the normalizer on each, and leave out where it cannot."""
    found = find_pairs(source, config, plugins)
    pairs, remarks = [], []
    for pair in found.pairs:
        try:
            pairs.append(normalize(pair, normalizer, config.target_scale, axes))
        except DebcrError as error:
            remarks.append(Remark("unreadable", pair.name, str(error)))
    report = found.report + Report(tuple(remarks))
    if not pairs:
        raise UsageError(" ".join(["No pair of images can be used.", *report.sentences()]))
    return pairs, report


def _pieces(
    pairs: list[ImagePair],
    whole: dict[str, NormalizedPair],
    normalizer: Normalizer,
    axes: str,
    config: DataConfig,
) -> tuple[list[NormalizedPair], Report]:
    """Return whole images as they were fitted; regions are images of their own."""
    fitted, remarks = [], []
    for pair in pairs:
        if pair.name in whole:
            fitted.append(whole[pair.name])
        elif is_constant(pair.input) or is_constant(pair.target):
            remarks.append(Remark("constant", pair.name))
        else:
            fitted.append(normalize(pair, normalizer, config.target_scale, axes))
    return fitted, Report(tuple(remarks))


def _check_axes(pairs: list[ImagePair], axes: str) -> None:
    """Refuse images that lack an axis which the model needs, or are colour photographs."""
    for pair in pairs:
        missing = [axis for axis in axes if axis not in pair.input.dims]
        if missing:
            raise UsageError(
                f"The model works on the axes {axes}, but the image {pair.name} has "
                f"{''.join(map(str, pair.input.dims))} and so lacks {', '.join(missing)}. Choose "
                "another model, or name the axes of the files by axes."
            )
        if pair.input.attrs.get("rgb") and "c" not in axes:
            raise UsageError(
                f"{pair.name} is a colour (RGB) image, and the model restores intensities, not "
                "colours: choose a channel by input_channel and target_channel, such as red."
            )
