"""What each backend takes for a tile of a model, and how far it is from the network's own way."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import prod

import numpy as np

from debcr_core.apart import call_apart
from debcr_core.components import Array, Backend, Floats, Precision, Predictor
from debcr_core.errors import Cancelled, DebcrError, PluginError
from debcr_core.failures import calling
from debcr_core.flow.choosing_backend import Computing, choose_backend
from debcr_core.flow.precision_error import differences, probe
from debcr_core.plugins import Plugins
from debcr_core.stopping import Stop
from debcr_core.trained import TrainedModel

LARGER = 2
"""Times that the tile is as long as a `probe`: 512 pixels along each axis of a plane."""
TIMES = 3
"""Tiles that are timed, after one that is not: the median counts."""


@dataclass(frozen=True)
class Measured:
    """How a backend fared with a tile of a model.

    Attributes
    ----------
    backend : str
        Its name.
    precision : str
        What it computed in.
    fault : str
        Why it cannot compute the model here, a sentence; empty if it can.
    device, version : str
        Where and what computed.
    seconds, cpu_seconds : float
        For one tile, by the clock and of all processors together.
    pixels : int
        Of the tile.
    error : float
        Largest difference to the network's own way in float32, as a share of the output's range.
    automatic : bool
        Whether it is what ``auto`` takes.
    """

    backend: str
    precision: Precision
    fault: str = ""
    device: str = ""
    version: str = ""
    seconds: float = np.nan
    cpu_seconds: float = np.nan
    pixels: int = 0
    error: float = np.nan
    automatic: bool = False


def compare_backends(
    trained: TrainedModel, device: str, plugins: Plugins, stop: Stop
) -> Iterator[Measured]:
    """Have each backend compute a tile of a model, in each precision that it knows.

    Parameters
    ----------
    trained : TrainedModel
        The model.
    device : str
        ``auto``, ``cpu``, ``cuda``…
    plugins, stop
        As of `debcr_core.restore`.

    Yields
    ------
    Measured
        As soon as each is measured, in order of the backends' names.
    """
    model, weights = trained.recipe.model, trained.weights
    taken = choose_backend("auto", model, device, "float32", plugins)
    block = probe(model.signature, LARGER)
    own = call_apart(lambda: model.predictor(weights, device), stop)
    try:
        wanted = np.asarray(own.compute(block, stop))
    finally:
        own.close()
    for offered in plugins.classes("backend"):
        try:
            with calling(offered):
                backend: Backend = offered()
                missing = backend.missing()
        except PluginError as error:
            missing = str(error)
        if missing:
            yield Measured(offered.name, "float32", missing)
            continue
        for precision in backend.precisions:
            given = Computing(device, backend, precision)
            try:
                measured = _measured(trained, backend, given, block, wanted, plugins, stop)
            except Cancelled:
                raise
            except DebcrError as error:
                measured = Measured(backend.name, precision, str(error))
            automatic = precision == "float32" and type(taken) is offered
            yield replace(measured, automatic=automatic)


def _measured(
    trained: TrainedModel,
    backend: Backend,
    given: Computing,
    block: Floats,
    wanted: Array,
    plugins: Plugins,
    stop: Stop,
) -> Measured:
    model, weights = trained.recipe.model, trained.weights
    device, precision = given.device, given.precision
    choose_backend(backend, model, device, precision, plugins)
    with calling(backend):
        predictor = call_apart(
            lambda: backend.predictor(model, weights, device, precision, stop), stop
        )
        try:
            found = np.asarray(predictor.compute(block, stop))
            taken = [_timed(predictor, block, stop) for _ in range(TIMES)]
        finally:
            predictor.close()
    seconds, cpu_seconds = map(float, np.median(taken, axis=0))
    return Measured(
        backend=backend.name,
        precision=precision,
        device=predictor.device,
        version=predictor.backend,
        seconds=seconds,
        cpu_seconds=cpu_seconds,
        pixels=prod(block.shape[2:]),
        error=float(differences(found, wanted).max()),
    )


def _timed(predictor: Predictor, block: Floats, stop: Stop) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    predictor.compute(block, stop)
    return time.perf_counter() - wall, time.process_time() - cpu
