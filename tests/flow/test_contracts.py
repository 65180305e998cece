"""A component that breaks its contract is named, with where it is from and what is wrong."""

from __future__ import annotations

import re
from typing import ClassVar

import numpy as np
import pytest
import tifffile

from debcr_core import (
    Blender,
    Normalization,
    Normalizer,
    Reader,
    Tile,
    Tiler,
    read_image,
    restore,
)
from debcr_core.errors import PluginError
from debcr_core.failures import named

HERE = "of the module "


class Weights(Blender):
    """Gives what a test wants."""

    name = "weights"
    given: ClassVar = staticmethod(np.ones)

    def weights(self, shape, overlap):
        return type(self).given(shape)


class Grid(Tiler):
    """Gives what a test wants."""

    name = "grid"
    given: ClassVar = staticmethod(lambda shape: [])

    def grid(self, shape, footprint):
        return type(self).given(shape)


def whole(*sides):
    return tuple(slice(0, side) for side in sides)


NONE = ((0, 0), (0, 0))


class Fitted(Normalizer):
    """Gives what a test wants."""

    name = "fitted"
    given: ClassVar = None

    def fit(self, image):
        return type(self).given


class Map(Normalization):
    def __init__(self, apply, undo):
        self._apply, self._undo = apply, undo

    def at(self, position):
        return self

    def apply(self, block):
        return self._apply(block.astype(np.float32))

    def undo(self, output, given, kinds):
        return self._undo(output)

    def record(self):
        return {}


def same(block):
    return block


def double(block):
    return block.astype(np.float64)


WEIGHTS = [
    (np.zeros, "leaves pixels without any weight"),
    (lambda shape: np.ones((3, 3)), r"weights of shape \(3, 3\) for a tile that serves \(40, 40\)"),
    (lambda shape: -np.ones(shape), "negative or not finite"),
    (lambda shape: np.full(shape, np.nan), "negative or not finite"),
    (lambda shape: None, "weights of shape"),
]


@pytest.mark.parametrize(("given", "sentence"), WEIGHTS)
def test_a_blender(trained, identity, noise, monkeypatch, given, sentence):
    monkeypatch.setattr(Weights, "given", staticmethod(given))
    with pytest.raises(PluginError, match=f'blender "weights" {HERE}.*{sentence}'):
        restore(noise(40, 40), trained(identity(), blender=Weights()))


GRIDS = [
    (lambda shape: [], "made no tiles"),
    (lambda shape: [Tile(whole(40, 20), whole(40, 20), NONE)], "a gap between them"),
    (lambda shape: [Tile(whole(40, 40), whole(40, 50), NONE)], "serve what they do not read"),
    (lambda shape: [Tile(whole(50, 50), whole(50, 50), NONE)], "outside the image"),
    (lambda shape: [Tile(whole(40, 40), whole(40, 0), NONE)], "serve nothing"),
    (
        lambda shape: [
            Tile(whole(40, 40), whole(40, 40), NONE),
            Tile(whole(40, 20), whole(40, 20), NONE),
        ],
        "of several shapes",
    ),
    (lambda shape: None, "failed: TypeError"),
    (lambda shape: [Tile((slice(None),) * 2, whole(40, 40), NONE)], "failed: TypeError"),
    (lambda shape: [Tile(whole(41, 41), whole(40, 40), NONE)], "the network does not accept"),
    (
        lambda shape: [Tile((slice(-1, 40), slice(0, 40)), whole(40, 40), NONE)],
        r"start at multiples of the stride \(2, 2\)",
    ),
]


@pytest.mark.parametrize(("given", "sentence"), GRIDS)
def test_a_tiler(trained, identity, noise, monkeypatch, given, sentence):
    monkeypatch.setattr(Grid, "given", staticmethod(given))
    with pytest.raises(PluginError, match=f'tiler "grid" {HERE}.*{sentence}'):
        restore(noise(40, 40), trained(identity(step=2), tiler=Grid()))


def in_place(block):
    block -= 1
    return block


def fails(block):
    raise LookupError("lost")


class InPlace(Map):
    """Works on what it is given, which is not its own."""

    def apply(self, block):
        return in_place(block)


MAPS = [
    (InPlace(same, same), "failed: ValueError: .*read-only"),
    (Map(fails, same), "failed: LookupError: lost"),
    (Map(same, fails), "failed: LookupError: lost"),
    (None, "returned None when it was fitted, which is no Normalization"),
    (Map(double, same), r"made float64 of shape \(40, 40\)"),
    (Map(lambda block: block[:3], same), r"made float32 of shape \(3, 40\)"),
    (Map(same, double), r"brought back float64 of shape \(1, 40, 40\)"),
    (Map(same, lambda output: output[0]), r"brought back float32 of shape \(40, 40\)"),
    (Map(same, lambda output: None), "brought back NoneType"),
]


@pytest.mark.parametrize(("given", "sentence"), MAPS)
def test_a_normalizer(trained, identity, noise, monkeypatch, given, sentence):
    monkeypatch.setattr(Fitted, "given", given)
    with pytest.raises(PluginError, match=f'normalizer "fitted" {HERE}.*{sentence}'):
        restore(noise(40, 40, dtype=np.float32), trained(identity(), normalizer=Fitted()))


@pytest.mark.parametrize(
    ("dims", "sentence"),
    [
        (("x", "y"), "the axes x, y, which must be some of t, c, z, y, x, in this order"),
        (("y", "q"), r"xarray.DataArray \(y: 4, q: 5\).*, which is no image"),
        (None, "which is no image"),
    ],
)
def test_a_reader(plugins, tmp_path, dims, sentence):
    import xarray as xr

    class Odd(Reader):
        """Gives what the test wants."""

        name = "odd"
        suffixes = (".odd",)

        @classmethod
        def recognises(cls, path, head):
            return False

        def read(self, path):
            return None if dims is None else xr.DataArray(np.zeros((4, 5)), dims=dims)

    tifffile.imwrite(tmp_path / "a.tif", np.zeros((4, 5)))
    with pytest.raises(PluginError, match=f'reader "odd" {HERE}.*{sentence}'):
        read_image(tmp_path / "a.tif", plugins, reader=Odd())


def test_the_distribution_and_its_version_are_named(plugins):
    hann = plugins.create("blender", "hann")
    assert re.fullmatch(r'blender "hann" of debcr-zoo \d+\.\d+\.\d+\S*', named(hann))
