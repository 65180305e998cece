"""Where a run keeps what it makes."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from debcr_core.errors import UsageError

if TYPE_CHECKING:
    from pydantic import BaseModel


@dataclass(frozen=True)
class RunFolder:
    """The files of one run.

    Attributes
    ----------
    root : Path
        The folder.
    """

    root: Path

    @property
    def config(self) -> Path:
        """The configuration, as it was read, with all defaults."""
        from debcr_plugins.pairs.config_file import RUN_CONFIG

        return self.root / RUN_CONFIG

    @property
    def environment(self) -> Path:
        """Versions, machine, and the state of the git repository."""
        return self.root / "environment.json"

    @property
    def data(self) -> Path:
        """Which images were used for what, and how they were normalised."""
        return self.root / "data.json"

    @property
    def last(self) -> Path:
        """The checkpoint after the last epoch."""
        return self.root / "checkpoints" / "last.ckpt"

    @property
    def best(self) -> Path:
        """The checkpoint after the epoch whose validation was best."""
        return self.root / "checkpoints" / "best.ckpt"

    @property
    def metrics(self) -> Path:
        """A row for each epoch."""
        return self.root / "metrics.csv"

    @property
    def plot(self) -> Path:
        """Loss and validation against the epoch."""
        return self.root / "loss.png"

    @property
    def patches(self) -> Path:
        """The first patches of a run that degrades good images."""
        return self.root / "patches.png"

    @property
    def pictures(self) -> Path:
        """Before, after and target of some validation images."""
        return self.root / "pictures"

    @property
    def model(self) -> Path:
        """The weights that are for use, with their recipe and card, ready for use."""
        return self.root / "model.safetensors"

    @property
    def report(self) -> Path:
        """What was measured on the test images."""
        return self.root / "report"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep other processes out of the folder, until the block or this process ends.

        Raises
        ------
        UsageError
            If another process trains in it.
        """
        from filelock import FileLock, Timeout

        if is_helper():
            yield
            return
        try:
            with FileLock(self.root / ".lock", timeout=0):
                yield
        except Timeout:
            raise UsageError(
                f"Another process is training in {self.root}: wait for it, or end it first."
            ) from None

    def make(self, config: BaseModel, data: dict[str, Any], environment: dict[str, Any]) -> None:
        """Make the folder of a new run.

        Parameters
        ----------
        config : TrainingConfig
            The run's configuration.
        data : dict
            Record of the images (see `debcr_plugins.pairs.opening.Data`).
        environment : dict
            What the run depends on beside (see `debcr_plugins.training.environment`).

        Raises
        ------
        UsageError
            If it is there already.
        """
        from debcr_core.files.text import write_text
        from debcr_core.files.whole import whole_or_nothing
        from debcr_core.yaml.commented import commented_yaml

        if is_helper():
            return
        if self.root.exists():
            raise UsageError(
                f"{self.root} exists already: choose another folder, or go on with the run in it: "
                f"debcr train --resume {self.root}."
            )
        self.root.parent.mkdir(parents=True, exist_ok=True)
        # Killed in between, it would leave a folder that neither begins nor goes on.
        with whole_or_nothing(self.root) as temporary:
            new = RunFolder(temporary)
            for folder in (new.last.parent, new.pictures):
                folder.mkdir(parents=True)
            write_text(new.data, json.dumps(data, indent=2) + "\n")
            write_text(new.environment, json.dumps(environment, indent=2) + "\n")
            write_text(new.config, commented_yaml(config))


def is_helper() -> bool:
    """Say whether this process is one of several of a run, and not the first."""
    return any(os.environ.get(name, "0") != "0" for name in ("LOCAL_RANK", "NODE_RANK"))
