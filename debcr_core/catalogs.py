"""Where trained models are found: the contract of a catalog, and how a reference finds its own."""

from __future__ import annotations

import errno
from abc import abstractmethod
from pathlib import Path

from debcr_core.components import Component
from debcr_core.errors import UsageError, WrongFileError, nearest
from debcr_core.failures import leaving_out
from debcr_core.registry import Registry
from debcr_core.trained import TrainedModel

DEFAULT_MODEL = "denoise"


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
    def open(self, reference: str, plugins: Registry, *, trust_code: bool = False) -> TrainedModel:
        """Return the model that `reference` names.

        Parameters
        ----------
        reference : str
            One that this catalog claims.
        plugins : Registry
            Resolves the recipe's components.
        trust_code : bool
            Whether code that comes with the model may run. Where it is false, none of it runs,
            neither here nor later.

        Raises
        ------
        ReadError
            If it is missing or cannot be used.
        UntrustedCodeError
            If it cannot be used without code that is not trusted.
        """

    def state_dict(self, reference: str, plugins: Registry) -> Path | None:
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


def find_model(reference: str, plugins: Registry, *, trust_code: bool = False) -> TrainedModel:
    """Return the trained model that a name, path or URL stands for.

    Parameters
    ----------
    reference, trust_code
        As in `debcr_core.load_model`.
    plugins : Registry
        Where catalogs are found.

    Raises
    ------
    UsageError
        If it is empty, no catalog knows it, or several do.
    ReadError
        If it is found but damaged.
    """
    return find_catalog(reference, plugins).open(reference, plugins, trust_code=trust_code)


def find_catalog(reference: str, plugins: Registry) -> Catalog:
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
    catalogs = made_catalogs(plugins)
    claimed = [catalog for catalog in catalogs if _claims(catalog, reference)]
    if len(claimed) > 1:
        # What one of them lists is its own; others may claim all that looks like one of their ids.
        claimed = [each for each in claimed if reference in names_of(each)] or claimed
    if len(claimed) == 1:
        return claimed[0]
    if claimed:
        places = ", ".join(catalog.name for catalog in claimed)
        raise UsageError(
            f'Several catalogs claim the model "{reference}": {places}. Leave out the plugin of '
            "the one that is not meant: DEBCR_BLOCK_PLUGINS."
        )
    if Path(reference).exists():
        raise WrongFileError(
            f"{reference} is no trained model of a kind that is known here. These are: weights "
            "(a .safetensors file), a bundle (a .zip, its RDF such as rdf.yaml, or a folder with "
            "one), and the folder of a training run."
        )
    known = nearest(reference, [name for catalog in catalogs for name in names_of(catalog)])
    raise UsageError(f'There is no trained model "{reference}", and no such file. {known}')


def made_catalogs(plugins: Registry) -> list[Catalog]:
    """Return all catalogs; one that cannot be made without parameters is left out."""
    made: list[Catalog] = []
    for kind in plugins.classes("catalog"):
        with leaving_out(kind, "it was made, without parameters"):
            made.append(kind())
    return made


def names_of(catalog: Catalog) -> list[str]:
    """Return the models that a catalog lists; none, with a warning, where it fails."""
    with leaving_out(catalog, "it was asked for its models"):
        return list(catalog.names())
    return []


def _claims(catalog: Catalog, reference: str) -> bool:
    unreachable: str | None = None
    with leaving_out(catalog, f'it was asked for the model "{reference:.100}"'):
        try:
            return bool(catalog.claims(reference))
        except OSError as error:
            # The disk's word on the reference: the name is too long, or its folder is closed.
            if error.errno not in (errno.ENAMETOOLONG, errno.EACCES, errno.ELOOP):
                raise
            unreachable = error.strerror
    if unreachable:
        raise UsageError(
            f'"{reference:.100}" cannot be looked for as a trained model: {unreachable}.'
        )
    return False
