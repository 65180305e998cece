"""The folder of a training run, as a trained model."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from debcr_core.catalogs import Catalog
from debcr_core.errors import WrongFileError
from debcr_core.trained import TrainedModel, load_trained
from debcr_plugins.training.run_folder import RunFolder

if TYPE_CHECKING:
    from debcr_core.registry import Registry


class Runs(Catalog):
    """Training runs, by their folder."""

    name = "runs"

    def names(self) -> list[str]:
        """Return nothing: runs are named by the user."""
        return []

    def claims(self, reference: str) -> bool:
        """Say whether it is a folder that `debcr train` made."""
        folder = RunFolder(Path(reference))
        return folder.environment.is_file() and folder.config.is_file()

    def open(self, reference: str, plugins: Registry, *, trust_code: bool = False) -> TrainedModel:  # noqa: ARG002
        """Return the model with the run's weights that are for use."""
        folder = RunFolder(Path(reference))
        if not folder.model.is_file():
            raise WrongFileError(
                f"The run {reference} has not come to its end: debcr train --resume {reference}."
            )
        return replace(load_trained(folder.model, plugins), name=reference)
