"""An image is divided into blocks that cut few of the tiles that are chosen for it."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from debcr_core.flow.division import divided
from debcr_core.flow.joining import Grid
from debcr_core.image import make_image
from debcr_core.signature import Signature
from debcr_plugins.blenders.crop import Crop
from debcr_plugins.tilers.halo_grid import HaloGrid

SIGNATURES = [
    Signature("yx", (8, 8), (48, 48), memory=1536),
    Signature("yx", (4, 4), (96, 128), memory=1280),
]


@pytest.mark.parametrize("signature", SIGNATURES)
@pytest.mark.parametrize(
    "shape", [(1040, 1388), (1200, 1200), (2048, 2048), (2160, 2560), (2304, 2304), (9000, 16384)]
)
def test_tiles_are_computed_for_one_block_alone(signature, shape):
    grid = Grid.of(HaloGrid(), Crop(), shape, signature.footprint)
    template = make_image(np.broadcast_to(np.float32(0), shape), "yx")
    plan = SimpleNamespace(
        network=SimpleNamespace(signature=signature), grid=grid, template=template
    )
    division = divided(plan, shape, (256, 256))
    computed = sum(len(grid.needed(division.region(number))) for number in range(len(division)))
    assert computed == len(grid.tiles)
