"""What a metric must hold."""

from __future__ import annotations

import math
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from debcr_core.components import Figure
from debcr_core.errors import DebcrError, UsageError
from debcr_core.notices import listening
from debcr_core.testing.components import ComponentTests
from debcr_core.testing.images import counts

if TYPE_CHECKING:
    import xarray as xr

PNG = b"\x89PNG"


class MetricTests(ComponentTests):
    """Tests of a metric."""

    kind: ClassVar[str] = "metric"

    def measured(self, image: xr.DataArray, reference: xr.DataArray | None) -> list[Figure]:
        """Return what it measures."""
        with listening():
            return list(self.made().measure(image, reference))

    def test_its_figures_have_names_and_numbers(self) -> None:
        """And a direction, where one is better."""
        truth = counts(seed=0).astype(np.float32)
        figures = self.measured(counts(seed=1).astype(np.float32), truth)
        assert figures, "it measures nothing"
        for figure in figures:
            assert isinstance(figure, Figure), f"it gives {type(figure).__name__}, not Figure"
            assert figure.name, "a figure has no name"
            assert isinstance(figure.value, float), f"{figure.name} is {figure.value!r}"
            assert figure.better in ("higher", "lower", ""), f"{figure.name}: {figure.better!r}"

    def test_nothing_is_better_than_the_reference_itself(self) -> None:
        """In the direction that a figure gives for better."""
        truth = counts(seed=0).astype(np.float32)
        noisy = truth + np.random.default_rng(2).normal(0, 20, truth.shape).astype(np.float32)
        best = {figure.name: figure for figure in self.measured(truth, truth)}
        for figure in self.measured(noisy, truth):
            own = best[figure.name].value
            if math.isnan(own) or math.isnan(figure.value) or not figure.better:
                continue
            ahead = figure.value - own if figure.better == "higher" else own - figure.value
            assert ahead <= 1e-9, f"{figure.name}: {figure.value} with noise, {own} without"

    def test_images_of_other_shapes_are_refused(self) -> None:
        """Pixels that have no partner are not compared."""
        image = counts().astype(np.float32)
        reference = image[:-3]
        if self._needs_no_reference(image):
            return
        try:
            self.measured(image, reference)
        except DebcrError:
            return
        raise AssertionError("shapes that differ are taken: raise UsageError")

    def _needs_no_reference(self, image: xr.DataArray) -> bool:
        """Say whether it measures an image alone; where not, a sentence must say so."""
        try:
            self.measured(image, None)
        except DebcrError:
            return False
        return True

    def test_it_draws_a_picture_or_says_that_it_has_none(self) -> None:
        """As PNG, at the path that is given."""
        truth = counts(seed=0).astype(np.float32)
        images = {"one": counts(seed=1).astype(np.float32)}
        with tempfile.TemporaryDirectory() as folder, listening():
            path = Path(folder) / "plot.png"
            try:
                self.made().plot(images, truth, path)
            except UsageError:
                return
            assert path.read_bytes().startswith(PNG), "its plot is no PNG"
