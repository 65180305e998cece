"""A plugin for tests: a format that grows and is as simple as can be, a network that is quick."""

from __future__ import annotations

import json
import time
import types
from contextlib import contextmanager

import numpy as np
from pydantic import Field
from scipy import ndimage

from debcr_core.catalogs import Catalog
from debcr_core.components import Model, Predictor, Reader, Writer
from debcr_core.hookspecs import hookimpl
from debcr_core.image import make_image
from debcr_core.recipe import Recipe
from debcr_core.signature import Signature
from debcr_core.trained import TrainedModel


class RawWriter(Writer):
    """Pixels in a folder: its pieces are 16 × 16 pixels, and a level of half the size."""

    name = "raw"
    suffixes = (".raw",)
    shared = True

    def piece(self, template):
        return tuple({"y": 16, "x": 16}.get(str(dim), 1) for dim in template.dims)

    def write(self, image, path):
        raise NotImplementedError

    def begin(self, template, path, block):
        assert all(side % part == 0 for side, part in zip(block, self.piece(template), strict=True))
        path.mkdir()
        np.lib.format.open_memmap(path / "pixels.npy", "w+", template.dtype, template.shape)
        (path / "about.json").write_text(template.attrs["restoration"])

    @contextmanager
    def growing(self, template, path):
        pixels = np.load(path / "pixels.npy", mmap_mode="r+")

        def put(region, block):
            for part, side in zip(region, self.piece(template), strict=True):
                assert part.start % side == 0
            pixels[region] = block

        yield types.SimpleNamespace(put=put, read=lambda region: np.array(pixels[region]))

    def finish(self, template, path, limits):
        pixels = np.load(path / "pixels.npy")
        np.save(path / "half.npy", pixels[..., ::2, ::2])
        (path / "limits.json").write_text(json.dumps(limits))


class LonelyWriter(RawWriter):
    """The same, which one machine writes."""

    name = "lonely"
    suffixes = (".lonely",)
    shared = False


class RawReader(Reader):
    """Reads what `RawWriter` writes."""

    name = "raw"
    suffixes = (".raw", ".lonely")

    @classmethod
    def recognises(cls, path, head):
        return (path / "about.json").is_file()

    def restoration(self, path):
        return (path / "about.json").read_text()

    def read(self, path):
        return make_image(np.load(path / "pixels.npy"), "yx")


class Box(Model):
    """Averages over 5 × 5 pixels."""

    name = "box"

    seconds: float = Field(0.0, description="How long a tile takes.")
    broken: bool = Field(False, description="Whether each tile fails.")

    @property
    def signature(self):
        return Signature("yx", (1, 1), (2, 2))

    def predictor(self, weights, device):
        def compute(block, stop):
            stop.check()
            time.sleep(self.seconds)
            if self.broken:
                raise ZeroDivisionError("the box is empty")
            return ndimage.uniform_filter(block, (1, 1, 5, 5))

        return Predictor(compute)


class Boxes(Catalog):
    """``box``, ``slowbox``, of which a tile takes 20 ms, and ``brokenbox``."""

    name = "boxes"

    def names(self):
        return ["box", "slowbox", "brokenbox"]

    def claims(self, reference):
        return reference in self.names()

    def open(self, reference, plugins, *, trust_code=False):
        recipe = Recipe(
            model=Box(
                seconds=0.02 if reference == "slowbox" else 0.0,
                broken=reference == "brokenbox",
            ),
            normalizer=plugins.create("normalizer", "min-max"),
            tiler=plugins.create("tiler", "halo-grid", tile=24),
            blender=plugins.create("blender", "crop"),
        )
        return TrainedModel(reference, recipe)


@hookimpl
def debcr_models():
    return [Box]


@hookimpl
def debcr_catalogs():
    return [Boxes]


@hookimpl
def debcr_writers():
    return [RawWriter, LonelyWriter]


@hookimpl
def debcr_readers():
    return [RawReader]
