"""Open a model: slow, for threads that do not draw."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from debcr_core.apart import call_apart
from debcr_core.catalogs import DEFAULT_MODEL
from debcr_core.errors import DebcrError
from debcr_core.failures import calling
from debcr_core.signature import Signature
from debcr_core.stopping import Stop, heeding
from debcr_core.trained import TrainedModel

if TYPE_CHECKING:
    from collections.abc import Iterable

    from debcr_core.plugins import Plugins
    from napari_adapter.engine import Choice, Engine


@dataclass(frozen=True)
class Opened:
    """A model that is open.

    Attributes
    ----------
    trained : TrainedModel
        Its card and recipe.
    signature : Signature
        What its network takes and gives.
    """

    trained: TrainedModel
    signature: Signature


def open_model(engine: Engine, choice: Choice, stop: Stop) -> Opened:
    """Return a model, which may have to be downloaded.

    Raises
    ------
    UntrustedCodeError
        If it needs code that is not trusted.
    DebcrError
        If it cannot be used.
    Cancelled
        If the stop was asked for.
    """
    with heeding(stop):
        # A server or a disk may not answer for long.
        return call_apart(lambda: _opened(engine, choice), stop)


def _opened(engine: Engine, choice: Choice) -> Opened:
    trained = engine.trained(choice)
    model = trained.recipe.model
    with calling(model):
        return Opened(trained, model.signature)


def listed_models(plugins: Plugins) -> tuple[list[str], list[DebcrError]]:
    """Return the names of all models at hand, the default first, and what catalogs fail with."""
    names, faults = [DEFAULT_MODEL], []
    for catalog in plugins.classes("catalog"):
        try:
            made = catalog()
            with calling(made):
                names += made.names()
        except DebcrError as error:
            faults.append(error)
    return list(dict.fromkeys(names)), faults


def at_hand(references: Iterable[str], listed: Iterable[str]) -> list[str]:
    """Return those that can be opened without a network: by their names, or from the disk."""
    known = set(listed)
    return [each for each in references if each in known or (each and _is_there(each))]


def _is_there(reference: str) -> bool:
    try:
        return Path(reference).exists()
    except (OSError, ValueError):
        return False
