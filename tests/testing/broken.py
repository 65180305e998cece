"""Components that break their contracts, each in one way, and the check that must say so."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from debcr_core import (
    Blender,
    Catalog,
    Figure,
    Loss,
    Metric,
    Normalization,
    Normalizer,
    Reader,
    ReadError,
    Signature,
    Tile,
    Tiler,
    TorchModel,
    Writer,
    make_image,
)


class GreedyReader(Reader):
    """Claims whatever it is shown."""

    name = "greedy"
    suffixes = (".greedy",)

    @classmethod
    def recognises(cls, path, head):
        return True

    @classmethod
    def sample(cls, folder):
        path = folder / "a.greedy"
        path.write_bytes(bytes(48 * 64))
        return path

    def read(self, path):
        content = path.read_bytes()
        if len(content) != 48 * 64:
            raise ReadError(f"{path} is damaged.")
        return make_image(np.frombuffer(content, np.uint8).reshape(48, 64), "yx")


class TrustingReader(Reader):
    """Makes up what is missing."""

    name = "trusting"
    suffixes = (".trusting",)

    @classmethod
    def recognises(cls, path, head):
        return head.startswith(b"trusting")

    @classmethod
    def sample(cls, folder):
        path = folder / "a.trusting"
        path.write_bytes(b"trusting" + bytes(48 * 64))
        return path

    def read(self, path):
        pixels = np.zeros(48 * 64, np.uint8)
        there = np.frombuffer(path.read_bytes()[8:], np.uint8)[: pixels.size]
        pixels[: there.size] = there
        return make_image(pixels.reshape(48, 64), "yx")


class ForgetfulWriter(Writer):
    """Writes float images as whole numbers."""

    name = "npy"  # the reader of what it writes
    suffixes = (".npy",)

    def write(self, image, path):
        with path.open("wb") as file:
            np.save(file, np.asarray(image.values, np.uint16))


class Shifted(Normalization):
    def at(self, position):
        return self

    def apply(self, block):
        # Of the block, not of the image: a tile of its own brightness.
        return (block - block.mean()).astype(np.float32)

    def undo(self, output, given, kinds):
        return (output + given.mean()).astype(np.float32)

    def record(self):
        return {}


class LocalNormalizer(Normalizer):
    """Normalizes each block by itself."""

    name = "local"

    def fit(self, image):
        return Shifted()


class GappyTiler(Tiler):
    """Leaves a row between its tiles."""

    name = "gappy"

    def grid(self, shape, footprint):
        half = max(1, shape[0] // 2)
        side = tuple(
            least + -(-max(n - least, 0) // step) * step
            for n, least, step in zip(shape, footprint.min_size, footprint.stride, strict=True)
        )
        read = tuple(slice(0, n) for n in footprint.fixed_size or side)
        rest = tuple(slice(0, n) for n in shape[1:])
        return [Tile(read, (slice(0, half), *rest), ((0, 0),) * len(shape))]


class FadingBlender(Blender):
    """Gives the image's border no weight."""

    name = "fading"

    def weights(self, shape, overlap):
        whole = np.ones(shape, np.float32)
        for axis, size in enumerate(shape):
            along = np.hanning(size + 1)[:size].reshape(
                [-1 if a == axis else 1 for a in range(len(shape))]
            )
            whole = whole * along
        return whole


class NearsightedModel(TorchModel):
    """Says that it looks one pixel far, and looks four."""

    name = "nearsighted"

    @property
    def signature(self):
        return Signature("yx", (1, 1), (1, 1))

    def network(self):
        from torch import nn

        return nn.Conv2d(1, 1, 9, padding=4)


class BatchModel(TorchModel):
    """Normalizes over the batch, in use as in training."""

    name = "batch"

    @property
    def signature(self):
        return Signature("yx", (1, 1), (1, 1))

    def network(self):
        from torch import nn

        norm = nn.BatchNorm2d(1, track_running_stats=False)
        return nn.Sequential(nn.Conv2d(1, 1, 3, padding=1), norm)


class BackwardMetric(Metric):
    """Says that a larger error is better."""

    name = "backward"

    def measure(self, image, reference):
        if reference is None or image.shape != reference.shape:
            raise ReadError("The shapes differ.")
        error = float(((image - reference) ** 2).mean())
        return [Figure("error", error, better="higher")]


class FlatLoss(Loss):
    """Counts pixels that are off: no gradient leads anywhere."""

    name = "flat"

    def measure(self, restored, truth, degraded):
        return ((restored - truth).abs() > 0.1).float().mean() + 0 * restored.sum()


class AskingCatalog(Catalog):
    """Asks a server whether it has a model."""

    name = "asking"

    def names(self):
        return []

    def claims(self, reference):
        import socket

        return bool(socket.getaddrinfo("models.example", 443)) and reference == "mine"

    def open(self, reference, plugins, *, trust_code=False):
        raise ReadError("There is none.")


class BoundlessLoss(Loss):
    """Has a parameter that nobody described."""

    name = "boundless"

    weight: float = Field(1.0)

    def measure(self, restored, truth, degraded):
        return self.weight * (restored - truth).abs().mean()


BROKEN = {
    "recognises nothing of other formats": ("reader", GreedyReader),
    "a file that was cut": ("reader", TrustingReader),
    "written and read again": ("writer", ForgetfulWriter),
    "a part is normalized as in the whole": ("normalizer", LocalNormalizer),
    "cover every image": ("tiler", GappyTiler),
    "weight with every tiler": ("blender", FadingBlender),
    "halo is as wide": ("model", NearsightedModel),
    "does not see the others of its batch": ("model", BatchModel),
    "nothing is better than the reference": ("metric", BackwardMetric),
    "a finite number with a gradient": ("loss", FlatLoss),
    "ask no network": ("catalog", AskingCatalog),
    "parameter is described": ("loss", BoundlessLoss),
}
"""By words of the check that must fail: kind and class."""
