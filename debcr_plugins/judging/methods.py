"""What is judged: the input as it is, classical baselines, trained models."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from debcr_core.errors import UsageError
from debcr_core.flow.opening import SharedRunner
from debcr_core.flow.restoration import restore
from debcr_plugins.judging.baselines.baseline import Baseline
from debcr_plugins.judging.planes import plane_of, plane_places

if TYPE_CHECKING:
    import xarray as xr

    from debcr_core.plugins import Plugins

INPUT = "input"


@dataclass(frozen=True)
class Method(ABC):
    """Something that makes a restored image of a degraded one.

    Attributes
    ----------
    name : str
        As the report calls it.
    """

    name: str

    @abstractmethod
    def restore(self, image: xr.DataArray) -> xr.DataArray:
        """Return an image of the same dims and shape, on the input's intensity scale."""


@dataclass(frozen=True)
class Unrestored(Method):
    """The input itself, which every method has to beat."""

    name: str = INPUT

    def restore(self, image: xr.DataArray) -> xr.DataArray:
        """Return the image."""
        return image


@dataclass(frozen=True)
class Classical(Method):
    """A baseline, applied to each plane by itself."""

    baseline: Baseline

    def restore(self, image: xr.DataArray) -> xr.DataArray:
        """Return the image restored, float64."""
        restored = np.empty(image.shape, np.float64)
        for place in plane_places(image):
            plane = plane_of(image, place).values.astype(np.float64)
            restored[tuple(place.values())] = self.baseline.restore(plane)
        return image.copy(data=restored)


@dataclass(frozen=True)
class Network(Method):
    """A trained model, on the whole image as in `debcr restore`."""

    runner: SharedRunner
    plugins: Plugins

    def restore(self, image: xr.DataArray) -> xr.DataArray:
        """Return the image restored, float32.

        Raises
        ------
        UsageError
            If the model returns other channels than it gets: there is no target for them.
        DebcrError
            As `debcr_core.flow.restoration.restore`.
        """
        restored = restore(image, self.runner, plugins=self.plugins)
        if restored.dims != image.dims or restored.shape != image.shape:
            raise UsageError(
                f'The model "{self.name}" makes an image of shape {restored.shape} of one of '
                f"shape {image.shape}, which no target pixel stands for: judge it by "
                "`debcr evaluate`."
            )
        return restored
