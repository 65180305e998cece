"""Pairs with the maps that bring them to the network's scale, as in prediction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from debcr_core.components import Normalization, Normalizer
    from debcr_plugins.pairs.image_pair import ImagePair


@dataclass(frozen=True)
class NormalizedPair:
    """A pair and what the recipe's normalizer learned from it.

    Attributes
    ----------
    pair : ImagePair
        The images, on their own scale.
    input_map, target_map : Normalization
        Bring a block of either to the network's scale:
        ``input_map.at(position).apply(block)``.
    """

    pair: ImagePair
    input_map: Normalization
    target_map: Normalization

    def record(self) -> dict[str, Any]:
        """Return what was fitted, as values that JSON can hold."""
        return {"input": self.input_map.record(), "target": self.target_map.record()}


def normalize(
    pair: ImagePair, normalizer: Normalizer, target_scale: Literal["own", "input"], axes: str
) -> NormalizedPair:
    """Fit the normalizer on the whole input, as prediction does, and on the target or not.

    Parameters
    ----------
    pair : ImagePair
        The images; a region of a larger image counts as an image, so that nothing of what is
        kept for the test reaches the training.
    normalizer : Normalizer
        That of the recipe.
    target_scale : {"own", "input"}
        Whose statistics the target gets.
    axes : str
        Axes that the model sees at once.

    Raises
    ------
    ImageError
        If pixels are NaN or infinite.
    """
    input_map = normalizer.fit_for_axes(pair.input, axes)
    if target_scale == "input" or pair.target is pair.input:
        return NormalizedPair(pair, input_map, input_map)
    return NormalizedPair(pair, input_map, normalizer.fit_truth(pair.target, input_map, axes))
