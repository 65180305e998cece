"""A trained model: architecture, weights, recipe and a card that says what it was trained on.

On disk the weights of our own networks are one safetensors file
(https://huggingface.co/docs/safetensors) whose metadata carry the recipe and the card, so that
the file alone is enough to restore an image. Nothing in it is executed when it is read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from debcr_core.errors import ReadError
from debcr_core.files.private_names import without_names
from debcr_core.files.private_paths import without_folders
from debcr_core.files.safetensors_header import metadata_of
from debcr_core.recipe import Recipe
from debcr_core.registry import Registry

FORMAT = "debcr-zoo trained model 1"
BEYOND = (
    *("bright-field", "filtered", "mask", "noise-free"),
    *("planes", "repeated-pixels", "saturated"),
)
"""Kinds of images that a model does not suit unless its card covers them."""


class Statement(BaseModel):
    """What its makers say of a trained model."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    description: str = Field("", description="One sentence: what the model does to which images.")
    trained_on: str = Field("", description="The training data, and whether they were real.")
    limits: str = Field("", description="Where the model should not be used.")
    licence: str = Field("", description="Licence of the weights, as an SPDX identifier.")
    authors: tuple[str, ...] = Field((), description="Who trained it.")
    cite: tuple[str, ...] = Field((), description="What to cite, as DOI or URL.")


class Card(Statement):
    """What a user should know before trusting a trained model."""

    # A later version may say more; what it adds does no harm here.
    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)

    pixel_size: tuple[float, float] | None = Field(
        None, description="Smallest and largest pixel size of the training images, in micrometres."
    )
    photons: tuple[float, float] | None = Field(
        None,
        description="Fewest and most photons in the brightest pixels of the training images.",
    )
    covers: tuple[str, ...] = Field(
        (),
        description="Images it was trained on beside raw fluorescence micrographs whose planes "
        f"stand alone, out of: {', '.join(BEYOND)}.",
    )
    figures: dict[str, float] = Field(
        default_factory=dict, description="Measured figures by name, on images it never saw."
    )


TOLD = ("description", "trained_on", "limits")
"""Fields of a card in their makers' own words."""


def for_others(card: Card) -> Card:
    """Return a card whose texts name no folder, user or computer; its authors stay as they are."""
    said = without_folders(card.model_dump())
    return card.model_copy(update={**said, **{key: without_names(said[key]) for key in TOLD}})


@dataclass(frozen=True)
class TrainedModel:
    """A network that is ready to restore images.

    Attributes
    ----------
    name : str
        How the user named it.
    recipe : Recipe
        Architecture, normalizer, tiler and blender it was trained for.
    weights : Path or None
        File with the weights; None for a model without any.
    card : Card
        What it was trained on and how good it is.
    """

    name: str
    recipe: Recipe
    weights: Path | None = None
    card: Card = field(default_factory=Card)


def save_trained(
    path: Path, tensors: Mapping[str, Any], recipe: Recipe, card: Card, plugins: Registry
) -> None:
    """Write weights, recipe and card as one safetensors file.

    Parameters
    ----------
    path : Path
        The file; its folder must exist. Wrap in `debcr_core.files.whole.whole_or_nothing`.
    tensors : mapping of str to numpy.ndarray
        The network's state dict, as numpy arrays.
    recipe, card
        What belongs to the weights.
    plugins : Registry
        Names the recipe's components.
    """
    from safetensors.numpy import save

    metadata = {
        "format": FORMAT,
        "recipe": recipe.to_yaml(plugins),
        "components": json.dumps(recipe.provenance(plugins)),
        # Weights are handed on.
        "card": for_others(card).model_dump_json(),
    }
    # Not `save_file`, whose files no colleague may read and whose full disk is no OSError.
    path.write_bytes(save(dict(tensors), metadata=metadata))


def load_trained(path: Path, plugins: Registry) -> TrainedModel:
    """Read the recipe and card of a weights file; the weights themselves stay on disk.

    Raises
    ------
    ReadError
        If the file is damaged or was not written by `save_trained`.
    """
    from pydantic import ValidationError

    try:
        metadata = metadata_of(path)
    except (ValueError, RecursionError, OSError) as error:
        raise ReadError(f"{path} is not a whole safetensors file: {error}.") from error
    if metadata.get("format") != FORMAT:
        raise ReadError(
            f"{path} holds weights but no recipe, so how to use them is unknown. Weights that "
            "`debcr import-weights` or our training writes carry it."
        )
    try:
        card = Card.model_validate_json(metadata.get("card", "{}"))
    except ValidationError as error:
        fields = ", ".join(str(fault["loc"][0]) for fault in error.errors() if fault["loc"])
        raise ReadError(f"The card in {path} is damaged ({fields or 'no JSON'}).") from error
    recipe = Recipe.from_yaml(metadata.get("recipe", ""), plugins, source=str(path))
    return TrainedModel(name=str(path), recipe=recipe, weights=path, card=card)
