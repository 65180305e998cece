"""Trained models that come with the package, in `zoo_packages`: one folder each."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from debcr_core.catalogs import Catalog
from debcr_core.hookspecs import hookimpl
from debcr_core.trained import TrainedModel, load_trained

if TYPE_CHECKING:
    from debcr_core.registry import Registry

WEIGHTS = "weights.safetensors"


class Shipped(Catalog):
    """Models that work offline, right after installation."""

    name = "shipped"

    def names(self) -> list[str]:
        """Return the names of the folders in `zoo_packages` that hold weights."""
        return sorted(path.parent.name for path in _folder().glob(f"*/{WEIGHTS}"))

    def claims(self, reference: str) -> bool:
        """Say whether a model of that name ships."""
        return reference in self.names()

    def open(
        self,
        reference: str,
        plugins: Registry,
        *,
        trust_code: bool = False,  # noqa: ARG002
    ) -> TrainedModel:
        """Return the model of that name."""
        trained = load_trained(_folder() / reference / WEIGHTS, plugins)
        return replace(trained, name=reference)


def _folder() -> Path:
    # The wheel is always unpacked when it is installed, so its files have paths.
    return Path(str(files("zoo_packages")))


@hookimpl
def debcr_catalogs() -> list[type[Catalog]]:
    """Offer the catalog."""
    return [Shipped]
