"""The BioImage Model Zoo: run every bundle, publish bundles that every consumer runs."""

from __future__ import annotations

from collections.abc import Callable

from debcr_core.catalogs import Catalog
from debcr_core.components import Model, Normalizer
from debcr_core.hookspecs import hookimpl
from debcr_plugins.zoo.catalog import Bundles
from debcr_plugins.zoo.certifying.command import certify
from debcr_plugins.zoo.processing.normalizer import RdfProcessing
from debcr_plugins.zoo.publishing.command import package
from debcr_plugins.zoo.running.onnx import Onnx


@hookimpl
def debcr_catalogs() -> list[type[Catalog]]:
    """Offer the catalog."""
    return [Bundles]


@hookimpl
def debcr_models() -> list[type[Model]]:
    """Offer what runs the networks of bundles without any code of theirs."""
    return [Onnx]


@hookimpl
def debcr_normalizers() -> list[type[Normalizer]]:
    """Offer the processing that a bundle describes."""
    return [RdfProcessing]


@hookimpl
def debcr_commands() -> dict[str, Callable[..., None]]:
    """Offer the commands."""
    return {"certify": certify, "package": package}
