"""Small pairs of images in files, and a normalizer to open them with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile

from debcr_core.components import Array
from debcr_plugins.pairs.config import DataConfig
from debcr_plugins.pairs.opening import Data, open_data


def scene(seed: int, shape: tuple[int, ...] = (96, 128)) -> Array:
    """Return noise, of which every seed has its own: uint16."""
    return np.random.default_rng(seed).integers(100, 4000, shape, np.uint16)


@pytest.fixture
def scenes() -> Callable[..., Array]:
    return scene


@pytest.fixture
def folders(tmp_path: Path) -> Callable[..., tuple[Path, Path]]:
    """Return a function that writes pairs ``NAME_low.tif`` and ``NAME_high.tif``.

    The target is twice the input plus one, so that a patch shows which input it belongs to.
    """

    def write(count: int, shape: tuple[int, ...] = (96, 128)) -> tuple[Path, Path]:
        low, high = tmp_path / "low", tmp_path / "high"
        low.mkdir(exist_ok=True)
        high.mkdir(exist_ok=True)
        for number in range(count):
            image = scene(number, shape)
            tifffile.imwrite(low / f"cell_{number:02d}_low.tif", image)
            tifffile.imwrite(high / f"cell_{number:02d}_high.tif", 2 * image + 1)
        return low, high

    return write


@pytest.fixture
def opened(plugins) -> Callable[..., Data]:
    """Return a function that opens data with percentiles that do not clip."""

    def open_(config: DataConfig, axes: str = "yx") -> Data:
        return open_data(
            config, plugins.create("normalizer", "percentile", clip=False), plugins, axes=axes
        )

    return open_
