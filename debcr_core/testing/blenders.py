"""What a blender must hold."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from debcr_core.contracts import checked_weights, refuse_gaps
from debcr_core.errors import PluginError, UsageError
from debcr_core.testing.components import ComponentTests, installed
from debcr_core.testing.tilers import cases

LARGEST = 500_000  # pixels


class BlenderTests(ComponentTests):
    """Tests of a blender, with the tiles of every installed tiler."""

    kind: ClassVar[str] = "blender"

    def test_each_pixel_has_weight_with_every_tiler(self) -> None:
        """Weights have the tile's shape, are finite and not negative, and their sum is positive."""
        for offer in installed().offers("tiler"):
            tiler: Any = offer.component.example()
            for shape, footprint in cases():
                if np.prod(shape) > LARGEST:
                    continue
                try:
                    tiles = tiler.grid(shape, footprint)
                except UsageError:
                    continue
                total = np.zeros(shape)
                try:
                    for tile in tiles:
                        total[tile.serve] += checked_weights(self.made(), tile)
                    refuse_gaps(self.made(), total)
                except PluginError as error:
                    raise AssertionError(f"with {offer.qualified_name}: {error}") from error

    def test_it_gives_the_same_weights_each_time(self) -> None:
        """All who join tiles must come to the same pixels."""
        shape, overlap = (20, 31), ((3, 0), (0, 7))
        one, other = (np.asarray(self.made().weights(shape, overlap)) for _ in range(2))
        np.testing.assert_array_equal(one, other)
