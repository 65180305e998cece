"""What several tests need: the built-in plugins, small models with known answers, real images."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings
from pydantic import Field
from scipy import ndimage

from debcr_core.components import Floats, Model, Predictor
from debcr_core.plugins import Plugins
from debcr_core.signature import Signature
from debcr_core.stopping import Stop

# Tests run in parallel: threads within each would only get in each other's way.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# How long an example takes says more of the machine's load than of the code.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")

SHARED = Path(__file__).parents[2] / "shared"


@pytest.fixture(scope="session")
def plugins() -> Plugins:
    return Plugins.discover()


@pytest.fixture(scope="session")
def shared() -> Path:
    if not SHARED.is_dir():
        pytest.skip("the folder ../shared with reference data is not here")
    return SHARED


class Blur(Model):
    """Zero-padded box blur on a coarse grid: looks `radius` cells of `step` pixels far.

    The image is averaged over cells of `step` × `step` pixels, blurred, and spread again; so a
    tile that starts off the grid gives another answer, as strided networks do.
    """

    name = "blur"

    dims: str = Field("yx", description="Axes it works on.")
    step: int = Field(4, description="Side of a cell.")
    radius: int = Field(2, description="How far it looks, in cells.")
    known: bool = Field(True, description="Whether it says how far it looks.")

    @property
    def signature(self) -> Signature:
        axes = len(self.dims.replace("c", ""))
        halo = (self.radius * self.step,) * axes if self.known else None
        return Signature(self.dims, (self.step,) * axes, halo)

    def predictor(self, weights: Path | None, device: str) -> Predictor:
        spatial = len(self.signature.spatial_axes)
        size = (1, 1) + (2 * self.radius + 1,) * spatial

        def predict(block: Floats, stop: Stop) -> Floats:
            assert block.dtype == np.float32
            assert all(n % self.step == 0 for n in block.shape[2:])
            cells = block
            for axis in range(2, 2 + spatial):
                starts = np.arange(0, cells.shape[axis], self.step)
                cells = np.add.reduceat(cells, starts, axis) / np.float32(self.step)
            blurred = ndimage.uniform_filter(cells, size, mode="constant")
            for axis in range(2, 2 + spatial):
                blurred = np.repeat(blurred, self.step, axis)
            return blurred.astype(np.float32)

        return Predictor(predict)


class Identity(Model):
    """Returns its input."""

    name = "identity"

    dims: str = Field("yx", description="Axes it works on.")
    step: int = Field(1, description="Stride.")
    size: int | None = Field(None, description="The one input size it accepts.")
    together: int = Field(1, description="How many channels it sees at once.")

    @property
    def signature(self) -> Signature:
        axes = len(self.dims.replace("c", ""))
        fixed = None if self.size is None else (self.size,) * axes
        none = (0,) * axes
        return Signature(
            self.dims, (self.step,) * axes, none, fixed_size=fixed, channels_in=self.together
        )

    def predictor(self, weights: Path | None, device: str) -> Predictor:
        def predict(block: Floats, stop: Stop) -> Floats:
            assert self.size is None or set(block.shape[2:]) == {self.size}
            assert block.shape[1] == self.together
            return block

        return Predictor(predict)


@pytest.fixture(scope="session")
def blur() -> type[Blur]:
    return Blur


@pytest.fixture(scope="session")
def identity() -> type[Identity]:
    return Identity
