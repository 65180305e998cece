"""Whether a run can go on, and whether there is anything left to do."""

from __future__ import annotations

import json
import math
from typing import Any

from debcr_core.errors import ReadError, UsageError
from debcr_plugins.pairs.config import Source
from debcr_plugins.pairs.splitting import PARTS
from debcr_plugins.training.checkpoints import callback_states, load
from debcr_plugins.training.config import TrainingConfig
from debcr_plugins.training.config_file import checked
from debcr_plugins.training.optimizers import has_the_length_of_the_run
from debcr_plugins.training.precision import check_same_precision
from debcr_plugins.training.run_folder import RunFolder

MAY_CHANGE = ("stopping", "machine", "pictures", "tensorboard", "card", "init")
"""What a resumed run may be told anew; of `machine` all but the precision."""


def has_ended(run: RunFolder, config: TrainingConfig, data: dict[str, Any]) -> bool:
    """Say whether a run's last checkpoint is from after its last epoch.

    Parameters
    ----------
    run : RunFolder
        The run.
    config : TrainingConfig
        As it is now.
    data : dict
        Record of the images, as they are now.

    Raises
    ------
    ReadError
        If the images are no longer those that the run began with, or its checkpoint is missing.
    UsageError
        If the configuration was changed in a way that makes it another run.
    """
    _check_data(run, data)
    if not run.last.exists():
        # A run that was killed in its first epoch's last moment has one row and no checkpoint.
        if run.metrics.exists() and len(run.metrics.read_text().splitlines()) > 2:
            raise ReadError(
                f"{run.last} is missing, so the run cannot go on: begin a new one that starts "
                f"from its weights, with init: {run.root}."
            )
        return False
    checkpoint = load(run.last)
    states = callback_states(checkpoint)
    _check_config(run, config, states["KeepLastAndBest"]["config"])
    waited = states.get("EarlyStopping", {}).get("wait_count", 0)
    patience = config.stopping.patience
    out_of_patience = patience is not None and waited >= patience
    return bool(checkpoint["epoch"] + 1 >= config.stopping.epochs or out_of_patience)


def _check_data(run: RunFolder, data: dict[str, Any]) -> None:
    try:
        before = json.loads(run.data.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ReadError(f"{run.data} cannot be read, so the run cannot go on.") from error
    if not _alike(before, json.loads(json.dumps(data))):
        raise ReadError(
            f"The images are no longer those that the run in {run.root} began with (see "
            f"{run.data}): bring them back, or begin a new run with init: {run.root}."
        )


def _alike(one: Any, other: Any) -> bool:
    """Compare values of JSON: images simulated anew may differ in a last digit by the processor."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_alike(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_alike, one, other))
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-6, abs_tol=1e-6)
    return bool(one == other)


def _without_places(config: dict[str, Any]) -> dict[str, Any]:
    """Return a configuration without where its images lie: they may be moved."""
    data = config["data"]
    parts = {part: _unplaced(data[part]) for part in PARTS if data.get(part)}
    return {**config, "data": {**_unplaced(data), **parts}}


def _unplaced(source: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in source.items() if key not in Source.model_fields}


def _check_config(run: RunFolder, config: TrainingConfig, before: dict[str, Any]) -> None:
    # Read anew: parameters that came later have their defaults in a run from before.
    known = checked(before, f"the checkpoint {run.last}")
    check_same_precision(run, config.machine, known.machine)
    epochs = known.stopping.epochs
    if epochs != config.stopping.epochs and has_the_length_of_the_run(config.optimizer):
        raise UsageError(
            f"{run.config} now says {config.stopping.epochs} epochs, but the schedule "
            f"{config.optimizer.schedule_name} was laid out for {epochs}: change that back, or "
            f"begin a new run with init: {run.root}."
        )
    began = _without_places(known.model_dump(mode="json"))
    changed = [
        key
        for key, value in _without_places(config.model_dump(mode="json")).items()
        if key not in MAY_CHANGE and began[key] != value
    ]
    if changed:
        raise UsageError(
            f"{run.config} was changed ({', '.join(changed)}) since the run began: change it "
            f"back, or begin a new run with init: {run.root}. A resumed run may change "
            f"{', '.join(MAY_CHANGE)}."
        )
