"""Train networks from pairs of images: `debcr train`, `debcr prepare`."""

from __future__ import annotations

from collections.abc import Callable

from debcr_core.catalogs import Catalog
from debcr_core.hookspecs import hookimpl
from debcr_plugins.training.catalog import Runs
from debcr_plugins.training.command import train
from debcr_plugins.training.prepare_command import prepare


@hookimpl
def debcr_catalogs() -> list[type[Catalog]]:
    """Offer the catalog."""
    return [Runs]


@hookimpl
def debcr_commands() -> dict[str, Callable[..., None]]:
    """Offer the commands."""
    return {"prepare": prepare, "train": train}
