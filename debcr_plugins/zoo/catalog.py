"""Trained models of the BioImage Model Zoo: bundles on disk, their URLs, and ids of the zoo."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from debcr_core.catalogs import Catalog
from debcr_core.trained import TrainedModel

if TYPE_CHECKING:
    from debcr_core.registry import Registry


class Bundles(Catalog):
    """Bundles: folders, zips and RDFs, by path, URL or id."""

    name = "bundles"

    def names(self) -> list[str]:
        """Return nothing: bundles are named by the user."""
        return []

    def claims(self, reference: str) -> bool:
        """Say whether it is a bundle's path, a URL, or looks like an id of the zoo."""
        from debcr_plugins.zoo.access.references import is_bundle_reference

        return is_bundle_reference(reference)

    def open(self, reference: str, plugins: Registry, *, trust_code: bool = False) -> TrainedModel:
        """Return the bundle's model, with the safest weights that can run here."""
        from debcr_plugins.zoo.access.bundle import open_bundle
        from debcr_plugins.zoo.running.choosing import trained_model

        return trained_model(open_bundle(reference), plugins, trust_code=trust_code)

    def state_dict(self, reference: str, plugins: Registry) -> Path | None:  # noqa: ARG002
        """Return the bundle's PyTorch weights, whichever of its weights would run."""
        from debcr_plugins.zoo.access.bundle import open_bundle

        bundle = open_bundle(reference)
        entry = bundle.rdf.get("weights", {}).get("pytorch_state_dict")
        if not entry:
            return None
        return bundle.file(entry["source"], entry.get("sha256"), what="weights")
