"""An invented file format: a line of JSON, then 16-bit counts, which are read in parts."""

from __future__ import annotations

import json
from contextlib import contextmanager

from debcr_core import Reader, ReadError, WriteError, Writer, hookimpl

FIRST = b"photons 1 "
LINE = 200  # bytes: the line is filled up with spaces, so that the pixels' place is known


class PhotonReader(Reader):
    """Photon counts of a plane or a stack, read lazily."""

    name = "photons"
    suffixes = (".phot",)

    @classmethod
    def recognises(cls, path, head):
        """Say whether the content is of this format."""
        return head.startswith(FIRST)

    def read(self, path):
        """Return the image."""
        import numpy as np

        from debcr_core import RawFile, lazy_image

        try:
            facts = json.loads(path.read_bytes()[len(FIRST) : LINE])
            shape, size = tuple(map(int, facts["shape"])), float(facts["pixel_size"])
        except (ValueError, KeyError, TypeError) as error:
            raise ReadError(f"{path} is damaged: {error}.") from error
        if len(shape) not in (2, 3) or path.stat().st_size != LINE + 2 * int(np.prod(shape)):
            raise ReadError(f"{path} does not hold the {shape} counts that it promises.")
        pixels, dims = RawFile(path, np.dtype("<u2"), shape, LINE), "zyx"[-len(shape) :]
        sizes = {"y": size, "x": size}
        return lazy_image(
            pixels, dims, pixels.pieces, pixel_size=sizes, unit=dict.fromkeys(sizes, "µm")
        )


class PhotonWriter(Writer):
    """Counts of 16 bits, in any order; the size of a pixel, and nothing else."""

    name = "photons"
    suffixes = (".phot",)

    def check(self, template):
        """Refuse other pixel types and axes."""
        if template.dtype != "uint16" or template.dims not in (("y", "x"), ("z", "y", "x")):
            raise WriteError("A .phot file holds 16-bit counts of a plane or a stack.")

    def write(self, image, path):
        """Write the whole image."""
        with self.sink(image, path) as put:
            put(tuple(slice(0, size) for size in image.shape), image.values)

    @contextmanager
    def sink(self, template, path):
        """Open the file for regions in any order."""
        self.check(template)
        self.begin(template, path, template.shape)
        with self.growing(template, path) as growing:
            yield growing.put

    def piece(self, template):
        """Return a pixel: each has its place."""
        return (1,) * template.ndim

    def begin(self, template, path, block):
        """Write the line, and make room for the pixels."""
        facts = {"shape": template.shape, "pixel_size": template.attrs["pixel_size"].get("y", 1)}
        with path.open("wb") as file:
            file.write((FIRST + json.dumps(facts).encode()).ljust(LINE))
            file.truncate(LINE + template.nbytes)

    @contextmanager
    def growing(self, template, path):
        """Give what puts and reads regions."""
        import numpy as np

        from debcr_core import RawFile

        yield _Growing(RawFile(path, np.dtype("<u2"), template.shape, LINE))


class _Growing:
    def __init__(self, pixels):
        self.pixels = pixels

    def put(self, region, block):
        self.pixels.put(region, block)

    def read(self, region):
        return self.pixels[region]


@hookimpl
def debcr_readers():
    """Offer the reader."""
    return [PhotonReader]


@hookimpl
def debcr_writers():
    """Offer the writer."""
    return [PhotonWriter]
