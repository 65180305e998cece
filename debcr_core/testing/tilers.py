"""What a tiler must hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from debcr_core.contracts import checked_tiles
from debcr_core.errors import PluginError, UsageError
from debcr_core.signature import Footprint
from debcr_core.testing.components import ComponentTests

SHAPES = ((1,), (1000,), (1, 1), (7, 300), (129, 513), (640, 640), (3, 65, 31), (40, 100, 90))


def cases() -> Iterator[tuple[tuple[int, ...], Footprint]]:
    """Yield shapes with what several kinds of network ask for."""
    for shape in SHAPES:
        axes = len(shape)
        for stride, halo, least in ((1, 0, 1), (4, 12, 4), (8, 48, 16)):
            if axes == 3 and halo > 12:
                continue
            yield shape, Footprint((stride,) * axes, (halo,) * axes, (least,) * axes)
        side = (128, 128, 32)[-axes:]
        yield shape, Footprint((8,) * axes, (4,) * axes, (8,) * axes, side)


class TilerTests(ComponentTests):
    """Tests of a tiler: grids of odd and tiny images, in one to three axes."""

    kind: ClassVar[str] = "tiler"

    def test_its_tiles_cover_every_image(self) -> None:
        """They start on the stride, are of a size that the network takes, and leave no gap."""
        tried = 0
        for shape, footprint in cases():
            try:
                checked_tiles(self.made(), shape, footprint)
            except UsageError:
                continue
            except PluginError as error:
                raise AssertionError(f"{shape} with {footprint}: {error}") from error
            tried += 1
        assert tried, "it refuses every image"

    def test_its_tiles_are_far_enough_from_the_edges_of_what_is_read(self) -> None:
        """What is served within the halo of a cut differs from the whole image's."""
        for shape, footprint in cases():
            try:
                tiles = self.made().grid(shape, footprint)
            except UsageError:
                continue
            for tile in tiles:
                for axis, (read, serve) in enumerate(zip(tile.read, tile.serve, strict=True)):
                    halo, size = footprint.halo[axis], shape[axis]
                    before, after = serve.start - read.start, read.stop - serve.stop
                    # Tiles that overlap are blended: there the halo may be in part.
                    allowed = sum(tile.overlap[axis]) > 0
                    near = (before < halo and read.start > 0) or (after < halo and read.stop < size)
                    assert allowed or not near, (
                        f"{shape} with {footprint}: {tile} serves what lies nearer to an edge of "
                        f"what it reads than the halo, {halo}"
                    )

    def test_it_gives_the_same_tiles_each_time(self) -> None:
        """All who divide the work must come to the same ones."""
        for shape, footprint in cases():
            try:
                assert self.made().grid(shape, footprint) == self.made().grid(shape, footprint)
            except UsageError:
                continue

    def test_smaller_tiles_cover_the_image_as_well(self) -> None:
        """They are taken where memory runs out."""
        for shape, footprint in cases():
            smaller = self.made().smaller(shape, footprint)
            if smaller is None:
                continue
            try:
                checked_tiles(smaller, shape, footprint)
            except UsageError:
                continue
