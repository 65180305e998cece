"""The configuration file of the original DeBCR (`debcr` 0.1.0 on PyPI), as one of ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

KEYS = {
    "weights_path": "./checkpoint/",
    "batch_size": 32,
    "NUM_STEPS": 2000,
    "patience": 10,
    "learning_rate": 0.001,
    "save_freq": 50,
    "val_freq": 100,
}
"""Its keys and their defaults."""


def is_original(document: Mapping[str, Any]) -> bool:
    """Say whether a configuration is the original's: it names some of its keys, and no data."""
    return bool(document) and document.keys() <= KEYS.keys() and "data" not in document


def translated(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an original configuration means here; where the images are is left open.

    An epoch is what lies between two validations there (``val_freq`` steps). Checkpoints are
    written after each epoch, into the run's folder: ``save_freq`` and ``weights_path`` mean
    nothing.

    Parameters
    ----------
    document : mapping
        The original's keys; those that are missing have its defaults.
    """
    told = {**KEYS, **document}
    epochs = max(-(-int(told["NUM_STEPS"]) // int(told["val_freq"])), 1)
    return {
        "model": {"name": "debcr-zoo/m-rbcr"},
        "normalizer": {"name": "debcr-zoo/percentile", "low": 0.1, "high": 99.9, "clip": True},
        "batch_size": told["batch_size"],
        "optimizer": {"learning_rate": told["learning_rate"]},
        "patches": {"per_epoch": int(told["batch_size"]) * int(told["val_freq"])},
        "stopping": {"epochs": epochs, "patience": told["patience"]},
    }
