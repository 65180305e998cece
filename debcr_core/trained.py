"""A trained model: architecture, weights, recipe and a card that says what it was trained on.

On disk the weights of our own networks are one safetensors file
(https://huggingface.co/docs/safetensors) whose metadata carry the recipe and the card, so that
the file alone is enough to restore an image. Nothing in it is executed when it is read.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

from debcr_core.components import Component
from debcr_core.errors import ReadError, UsageError, nearest

if TYPE_CHECKING:
    from debcr_core.plugins import Plugins
    from debcr_core.recipe import Recipe

FORMAT = "debcr-zoo trained model 1"
DEFAULT_MODEL = "denoise"


class Statement(BaseModel):
    """What its makers say of a trained model."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    description: str = Field("", description="One sentence: what the model does to which images.")
    trained_on: str = Field("", description="The training data, and whether they were real.")
    limits: str = Field("", description="Where the model should not be used.")
    licence: str = Field("", description="Licence of the weights, as an SPDX identifier.")
    authors: tuple[str, ...] = Field((), description="Who trained it.")
    cite: tuple[str, ...] = Field((), description="What to cite, as DOI or URL.")


class Card(Statement):
    """What a user should know before trusting a trained model."""

    # A later version may say more; what it adds does no harm here.
    model_config = ConfigDict(frozen=True, extra="ignore")

    pixel_size: tuple[float, float] | None = Field(
        None, description="Smallest and largest pixel size of the training images, in micrometres."
    )
    figures: dict[str, float] = Field(
        default_factory=dict, description="Measured figures by name, on images it never saw."
    )


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


class Catalog(Component):
    """A place where trained models are found: a folder, a package, a server."""

    @abstractmethod
    def names(self) -> list[str]:
        """Return the names of the models it can list without asking a network."""

    @abstractmethod
    def claims(self, reference: str) -> bool:
        """Say whether `reference` is for this catalog, without asking a network.

        Parameters
        ----------
        reference : str
            A name, path or URL, as the user gave it.
        """

    @abstractmethod
    def open(self, reference: str, plugins: Plugins, *, trust_code: bool = False) -> TrainedModel:
        """Return the model that `reference` names.

        Parameters
        ----------
        reference : str
            One that this catalog claims.
        plugins : Plugins
            Resolves the recipe's components.
        trust_code : bool
            Whether code that comes with the model may run. Where it is false, none of it runs,
            neither here nor later.

        Raises
        ------
        ReadError
            If it is missing or cannot be used.
        UsageError
            If it cannot be used without code that is not trusted.
        """

    def state_dict(self, reference: str, plugins: Plugins) -> Path | None:
        """Return the file with a model's PyTorch weights, which training can start from.

        By default those that `open` gives. Where models come in several forms of which another
        one runs, a catalog returns that of PyTorch. No code of the model runs.

        Parameters
        ----------
        reference, plugins
            As in `open`.

        Returns
        -------
        Path or None
            None where the model has none.

        Raises
        ------
        ReadError
            If it is missing or cannot be used.
        """
        from debcr_core.torch_model import TorchModel

        trained = self.open(reference, plugins)
        return trained.weights if isinstance(trained.recipe.model, TorchModel) else None


def load_model(
    reference: str | Path, *, trust_code: bool = False, plugins: Plugins | None = None
) -> TrainedModel:
    """Return the trained model that a name, path, URL or id of the BioImage Model Zoo stands for.

    Parameters
    ----------
    reference : str or Path
        As ``--model`` takes it: the name of a shipped model, a weights file, a bundle (folder,
        zip or RDF), a URL of one, or an id such as ``affable-shark``.
    trust_code : bool
        Whether code that comes with the model may run.
    plugins : Plugins, optional
        Where components are found; by default whatever is installed.

    Raises
    ------
    DebcrError
        As `find_model`.

    Examples
    --------
    >>> load_model("denoise").recipe.model.name
    'm-rbcr'
    """
    from debcr_core.plugins import Plugins

    return find_model(str(reference), plugins or Plugins.discover(), trust_code=trust_code)


def find_model(reference: str, plugins: Plugins, *, trust_code: bool = False) -> TrainedModel:
    """Return the trained model that a name, path or URL stands for.

    Parameters
    ----------
    reference, trust_code
        As in `load_model`.
    plugins : Plugins
        Where catalogs are found.

    Raises
    ------
    UsageError
        If it is empty, no catalog knows it, or several do.
    ReadError
        If it is found but damaged.
    """
    return find_catalog(reference, plugins).open(reference, plugins, trust_code=trust_code)


def find_catalog(reference: str, plugins: Plugins) -> Catalog:
    """Return the one catalog that claims a name, path or URL.

    Raises
    ------
    UsageError
        If it is empty, no catalog knows it, or several do.
    ReadError
        If it is a file of no kind that is known.
    """
    if not reference.strip():
        raise UsageError("The model's name is empty: give one of those that `debcr models` lists.")
    catalogs: list[Catalog] = [catalog() for catalog in plugins.classes("catalog")]
    claimed = [catalog for catalog in catalogs if catalog.claims(reference)]
    if len(claimed) == 1:
        return claimed[0]
    if claimed:
        places = ", ".join(catalog.name for catalog in claimed)
        raise UsageError(
            f'Several catalogs claim the model "{reference}": {places}. Leave out the plugin of '
            "the one that is not meant: DEBCR_BLOCK_PLUGINS."
        )
    if Path(reference).exists():
        raise ReadError(
            f"{reference} is no trained model of a kind that is known here. These are: weights "
            "(a .safetensors file), a bundle (a .zip, its RDF such as rdf.yaml, or a folder with "
            "one), and the folder of a training run."
        )
    known = nearest(reference, [name for catalog in catalogs for name in catalog.names()])
    raise UsageError(f'There is no trained model "{reference}", and no such file. {known}')


def save_trained(
    path: Path, tensors: Mapping[str, Any], recipe: Recipe, card: Card, plugins: Plugins
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
    plugins : Plugins
        Names the recipe's components.
    """
    from safetensors.numpy import save

    metadata = {
        "format": FORMAT,
        "recipe": recipe.to_yaml(plugins),
        "card": card.model_dump_json(),
    }
    # Not `save_file`, whose files no colleague may read and whose full disk is no OSError.
    path.write_bytes(save(dict(tensors), metadata=metadata))


def load_trained(path: Path, plugins: Plugins) -> TrainedModel:
    """Read the recipe and card of a weights file; the weights themselves stay on disk.

    Raises
    ------
    ReadError
        If the file is damaged or was not written by `save_trained`.
    """
    from pydantic import ValidationError
    from safetensors import SafetensorError, safe_open

    from debcr_core.recipe import Recipe

    try:
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
    except (SafetensorError, OSError) as error:
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
