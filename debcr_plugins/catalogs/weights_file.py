"""A weights file of our own, as `debcr import-weights` and training write it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from debcr_core.catalogs import Catalog
from debcr_core.errors import WrongFileError
from debcr_core.hookspecs import hookimpl
from debcr_core.trained import TrainedModel, load_trained

if TYPE_CHECKING:
    from debcr_core.registry import Registry

SUFFIX = ".safetensors"


class WeightsFile(Catalog):
    """Weights, recipe and card in one safetensors file, named by its path."""

    name = "weights-file"

    def names(self) -> list[str]:
        """Return nothing: files are named by the user."""
        return []

    def claims(self, reference: str) -> bool:
        """Say whether it is the path of a safetensors file, whether that exists or not."""
        return reference.lower().endswith(SUFFIX) and "://" not in reference

    def open(
        self,
        reference: str,
        plugins: Registry,
        *,
        trust_code: bool = False,  # noqa: ARG002
    ) -> TrainedModel:
        """Return the model in that file."""
        path = Path(reference)
        if not path.is_file():
            raise WrongFileError(f"There is no weights file {path}.")
        return load_trained(path, plugins)


@hookimpl
def debcr_catalogs() -> list[type[Catalog]]:
    """Offer the catalog."""
    return [WeightsFile]
