"""A network with its weights on a device: what is costly to have."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import numpy as np

from debcr_core.apart import call_apart
from debcr_core.components import Backend, Floats, Model, Precision, Predictor
from debcr_core.errors import DebcrError, DebcrWarning, PluginError, UsageError, said
from debcr_core.failures import named
from debcr_core.files.sha256 import sha256_of
from debcr_core.flow.choosing_backend import AUTO, choose_backend
from debcr_core.flow.halo import measure_halo
from debcr_core.flow.precision_error import say_error
from debcr_core.flow.progress import Callback, Meter
from debcr_core.named_component import Named
from debcr_core.notices import listening
from debcr_core.plugins import Plugins
from debcr_core.registry import Registry
from debcr_core.stopping import Stop
from debcr_core.trained import TrainedModel

PATIENCE = 30.0
"""Seconds; a network answers a stop within one."""


class OpenNetwork:
    """A network with its weights on a device, and its halo (see `debcr_core.Runner`).

    Parameters
    ----------
    trained, device, backend, precision, predictor, plugins, progress, stop
        As of `debcr_core.Runner`.

    Attributes
    ----------
    signature, device, backend, precision, warnings
        As of `debcr_core.Runner`.
    chosen : Backend or None
        Which backend was taken; None where the network computes in its own way.
    weights_sha256 : str or None
        The checksum of the weights that were loaded; None for a model without any.
    """

    def __init__(
        self,
        trained: TrainedModel,
        device: str = "auto",
        *,
        backend: Named | None = AUTO,
        precision: Precision = "float32",
        predictor: Predictor | None = None,
        plugins: Registry | None = None,
        progress: Callback | None = None,
        stop: Stop | None = None,
    ) -> None:
        self.trained, self.precision = trained, precision
        self.chosen: Backend | None = None
        if predictor is None:
            found, model = plugins or Plugins.discover(), trained.recipe.model
            self.chosen = choose_backend(backend, model, device, precision, found)
        self._closed = False
        self._at_work: list[Stop] = []
        self._threads: list[int] = []
        self._changed = threading.Condition()
        self.signature = trained.recipe.model.signature
        with listening() as heard, self.working(stop) as asked:
            meter = Meter("loading", 1, progress, asked)
            given = trained.weights
            own = sha256_of(given, asked) if given and given.is_file() else None
            self._predictor = predictor or self._load(device, asked)
            self.weights_sha256 = _together(own, self._predictor.files)
            try:
                if self.signature.halo is None:
                    self.signature = self.signature.with_halo(self._measured_halo(asked))
                if precision != "float32" and self.chosen is not None:
                    self._say_error(device, asked)
                meter.step()
            except BaseException:
                self._predictor.close()
                raise
        self.warnings: tuple[DebcrWarning, ...] = tuple(heard)

    def _load(self, device: str, stop: Stop) -> Predictor:
        model, weights = self.trained.recipe.model, self.trained.weights
        with self._explained(f"with the weights {weights}" if weights else "when it was made"):
            # A stranger's network may take for ever to be made ready.
            loaded: Any = call_apart(lambda: self._predictor_of(model, weights, device, stop), stop)
        if not isinstance(loaded, Predictor):
            maker = named(self.chosen or model)
            raise PluginError(f"The {maker} gave {loaded!r}, which is no Predictor.")
        return loaded

    def _predictor_of(
        self, model: Model, weights: Path | None, device: str, stop: Stop
    ) -> Predictor:
        if self.chosen is None:
            return model.predictor(weights, device)
        return self.chosen.predictor(model, weights, device, self.precision, stop)

    def _say_error(self, device: str, stop: Stop) -> None:
        """Say how far the network is from itself in float32."""
        chosen, model, weights = self.chosen, self.trained.recipe.model, self.trained.weights
        assert chosen is not None
        with self._explained("in float32"):
            exact = call_apart(
                lambda: chosen.predictor(model, weights, device, "float32", stop), stop
            )
            try:
                say_error(exact, self._predictor, self.precision, self.signature, stop)
            finally:
                exact.close()

    def _measured_halo(self, stop: Stop) -> tuple[int, ...]:
        name = self.trained.recipe.model.name
        return measure_halo(name, self.signature, lambda block: self.predict(block, stop))

    @property
    def device(self) -> str:
        """Where the network computes."""
        return self._predictor.device

    @property
    def backend(self) -> str:
        """What computes, with its version."""
        return self._predictor.backend

    def predict(self, block: Floats, stop: Stop | None = None) -> Floats:
        """Run the network on one tile.

        Parameters
        ----------
        block : numpy.ndarray
            float32 ``(batch, channel, [z,] y, x)``, on the network's scale.
        stop : Stop, optional
            Ends the work inside the tile.

        Returns
        -------
        numpy.ndarray
            Of the same batch and spatial shape, with the signature's channels.

        Raises
        ------
        DebcrError
            If the network fails, returns another shape than its signature says, or NaN or infinite
            pixels.
        MemoryError
            If memory runs out.
        Cancelled
            If the stop was asked for.
        """
        model = self.trained.recipe.model
        size = "×".join(map(str, block.shape[2:]))
        with self.working(stop) as asked:
            with self._explained(f"on a tile of {size} pixels"):
                output = np.asarray(self._predictor.compute(block, asked))
            asked.check()
        expected = (block.shape[0], len(self.signature.channels_out), *block.shape[2:])
        if output.shape != expected:
            raise DebcrError(
                f"The {named(model)} made an output of shape {output.shape} from a tile of "
                f"shape {block.shape}, where {expected} was expected: only models that keep the "
                "shape restore images."
            )
        if output.dtype.kind != "f":
            raise DebcrError(f"The {named(model)} made pixels of type {output.dtype}, not float32.")
        if not np.isfinite(output).all():
            raise DebcrError(
                f'The model "{model.name}" made NaN or infinite pixels on a tile of {size} '
                "pixels: its weights or its normalizer do not suit this image."
            )
        return output

    @contextmanager
    def _explained(self, when: str) -> Iterator[None]:
        try:
            yield
        except (DebcrError, MemoryError):
            raise
        except Exception as error:
            model = self.trained.recipe.model
            raise DebcrError(
                f'The model "{model.name}" failed {when}: {type(error).__name__}: {said(error)}'
            ) from error

    @contextmanager
    def working(self, stop: Stop | None) -> Iterator[Stop]:
        """Have `stop` end what is done in the block.

        Yields
        ------
        Stop
            The one that was given, or a new one.

        Raises
        ------
        UsageError
            If the runner was closed.
        """
        asked = stop or Stop()
        with self._changed:
            if self._closed:
                raise UsageError(
                    f"The runner of {self.trained.name} was closed, and with it its plans: open "
                    "another one."
                )
            self._at_work.append(asked)
            self._threads.append(threading.get_ident())
        try:
            asked.check()
            yield asked
        finally:
            with self._changed:
                self._at_work.remove(asked)
                self._threads.remove(threading.get_ident())
                self._changed.notify_all()

    def stop(self) -> None:
        """End whatever the runner is doing, in all threads; it can be used again afterwards.

        Raises
        ------
        UsageError
            If it is doing nothing, or was stopped already.
        """
        with self._changed:
            running = [stop for stop in self._at_work if not stop.requested]
        if not running:
            raise UsageError(
                f"The runner of {self.trained.name} is doing nothing, or was stopped already."
            )
        for stop in running:
            stop.request()

    def close(self) -> None:
        """Stop what is being done, wait until it has, and give back the network.

        More than once does no harm. What the calling thread itself has begun is not waited for, and
        nothing for longer than `PATIENCE`: a thread may have left its work half-way for good.
        """
        with self._changed:
            if self._closed:
                return
            self._closed = True
            for stop in self._at_work:
                stop.request()
            own = threading.get_ident()
            self._changed.wait_for(
                lambda: all(thread == own for thread in self._threads), timeout=PATIENCE
            )
        self._predictor.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _together(sha256: str | None, files: tuple[Path, ...]) -> str | None:
    """Return one checksum for weights that lie in several files."""
    if sha256 is None or not files:
        return sha256
    return hashlib.sha256(" ".join([sha256, *map(sha256_of, files)]).encode()).hexdigest()
