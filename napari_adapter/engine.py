"""What is costly: plugins and networks, opened by threads that do not draw."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from debcr_core.apart import LOOK, call_apart
from debcr_core.catalogs import DEFAULT_MODEL, find_model
from debcr_core.flow.choosing_backend import AUTO, choose_backend
from debcr_core.flow.progress import Callback
from debcr_core.flow.runner import Runner
from debcr_core.gpu import gpu_may_be_there
from debcr_core.plugins import Plugins
from debcr_core.stopping import Stop
from debcr_core.trained import TrainedModel
from napari_adapter.garbage import importing_much
from napari_adapter.installed import installed
from napari_adapter.preloading import preload_torch


@dataclass(frozen=True)
class Choice:
    """The model that the user has chosen.

    Attributes
    ----------
    model : str
        As `debcr_core.load_model` takes it: a name, file, folder, URL or id.
    trust_code : bool
        Whether code that comes with it may run.
    device : str
        ``auto``, ``cpu``, ``cuda``…
    """

    model: str = DEFAULT_MODEL
    trust_code: bool = False
    device: str = "auto"


@dataclass
class _Held:
    runner: Runner
    users: int = 0


class Engine:
    """Plugins, found once, and the networks in use; the one used last is kept ready.

    All but the constructor is slow: it is for threads that do not draw.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._held: dict[Choice, _Held] = {}
        self._last: Choice | None = None

    @property
    def plugins(self) -> Plugins:
        """What is installed."""
        return installed()

    def trained(self, choice: Choice) -> TrainedModel:
        """Return the chosen model: its card, recipe and signature, without its network.

        Raises
        ------
        DebcrError
            As `debcr_core.load_model`.
        """
        with importing_much():
            return find_model(choice.model, self.plugins, trust_code=choice.trust_code)

    @contextmanager
    def using(
        self, choice: Choice, progress: Callback | None = None, stop: Stop | None = None
    ) -> Iterator[Runner]:
        """Have the network of a model in the block, opened if it is not.

        Raises
        ------
        DebcrError
            As `debcr_core.Runner`.
        """
        held = self._take(choice, progress, stop)
        try:
            yield held.runner
        finally:
            self._give_back(held)

    def _take(self, choice: Choice, progress: Callback | None, stop: Stop | None) -> _Held:
        stop = stop or Stop()
        with self._locked(stop):
            held = self._held.get(choice)
            if held is None:
                runner = self._opened(choice, progress, stop)
                held = self._held[choice] = _Held(runner)
            held.users += 1
            self._last = choice
            self._close_unused()
            return held

    def _opened(self, choice: Choice, progress: Callback | None, stop: Stop) -> Runner:
        # It may have to be downloaded.
        trained = call_apart(lambda: self.trained(choice), stop)
        if call_apart(lambda: self._needs_torch(trained, choice.device), stop):
            call_apart(preload_torch, stop)
        with importing_much():
            return Runner(
                trained, choice.device, plugins=self.plugins, progress=progress, stop=stop
            )

    def _needs_torch(self, trained: TrainedModel, device: str) -> bool:
        """Say whether PyTorch will be loaded; ONNX Runtime alone is there in no time."""
        if device == AUTO and gpu_may_be_there():
            return True
        model = trained.recipe.model
        with importing_much():
            chosen = choose_backend(AUTO, model, device, "float32", self.plugins)
            return chosen is None or not chosen.opens_at_once(model, trained.weights)

    @contextmanager
    def _locked(self, stop: Stop) -> Iterator[None]:
        """Have the lock in the block; while another thread opens a network, a stop is answered."""
        while not self._lock.acquire(timeout=LOOK):
            stop.check()
        try:
            yield
        finally:
            self._lock.release()

    def _give_back(self, held: _Held) -> None:
        with self._lock:
            held.users -= 1
            self._close_unused()

    def _close_unused(self) -> None:
        for choice, held in list(self._held.items()):
            if not held.users and choice != self._last:
                del self._held[choice]
                held.runner.close()

    def close(self) -> None:
        """Give back all networks, those in use as soon as they no longer are."""
        with self._lock:
            self._last = None
            self._close_unused()
