"""What a writer must hold."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar
from unittest import SkipTest

import numpy as np

from debcr_core.errors import WriteError
from debcr_core.files.reading import read_image
from debcr_core.notices import listening
from debcr_core.testing.components import ComponentTests, installed
from debcr_core.testing.images import KINDS_OF_IMAGE, counts

if TYPE_CHECKING:
    import xarray as xr


class WriterTests(ComponentTests):
    """Tests of a writer; what it wrote is read by whatever reader is installed for it."""

    kind: ClassVar[str] = "writer"

    def accepted(self) -> Iterator[xr.DataArray]:
        """Yield images of several axes and types that the format can hold."""
        for dims, dtype in KINDS_OF_IMAGE:
            image = counts(dims, dtype)
            try:
                self.made().check(image)
            except WriteError:
                continue
            yield image

    def test_its_suffixes_are_lower_case_with_the_dot(self) -> None:
        """They select it by an output's name."""
        wrong = [s for s in self.component.suffixes if s != s.lower() or not s.startswith(".")]
        assert self.component.suffixes, "it has none"
        assert not wrong, f"these are not: {wrong}"

    def test_what_check_accepts_is_written_and_read_again(self) -> None:
        """With the same axes and pixels."""
        images = list(self.accepted())
        assert images, "check() accepts no image of any axes and type"
        for image in images:
            _same(image, self._written(image), "what was written")

    def test_what_check_refuses_is_not_written(self) -> None:
        """Else it is refused after hours of work."""
        accepted = {(image.dims, image.dtype) for image in self.accepted()}
        for dims, dtype in KINDS_OF_IMAGE:
            image = counts(dims, dtype)
            if (image.dims, image.dtype) in accepted:
                continue
            with tempfile.TemporaryDirectory() as folder, listening():
                try:
                    self.made().write(image, self._path(folder))
                except WriteError:
                    continue
                raise AssertionError(f"check() refuses {dtype} {dims}, and write() takes it")

    def test_regions_can_come_in_any_order(self) -> None:
        """Blocks are written as they are computed."""
        for image in self.accepted():
            with tempfile.TemporaryDirectory() as folder:
                path = self._path(folder)
                with listening(), self.made().sink(image, path) as put:
                    for region in _shuffled(image.shape):
                        put(region, image.values[region])
                _same(self._written(image), self._read(path), "what came in regions")

    def test_its_least_bytes_are_not_more_than_it_takes(self) -> None:
        """Else a disk that is large enough is refused."""
        for image in self.accepted():
            with tempfile.TemporaryDirectory() as folder:
                path = self._path(folder)
                with listening():
                    self.made().write(image, path)
                files = [path] if path.is_file() else [f for f in path.rglob("*") if f.is_file()]
                taken = sum(file.stat().st_size for file in files)
                least = self.made().least_bytes(image)
                assert least <= taken, f"least_bytes is {least}, and it takes {taken}"

    def test_an_output_grows_by_whole_pieces(self) -> None:
        """In any order, over several runs, some of it twice."""
        for image in self.accepted():
            writer = self.made()
            piece = writer.piece(image)
            if piece is None:
                raise SkipTest("it is written from beginning to end")
            assert len(piece) == image.ndim, f"its piece {piece} has not an entry for each axis"
            regions = _pieces(image.shape, piece)
            limits = (float(image.min()), float(image.max()))
            with tempfile.TemporaryDirectory() as folder, listening():
                path = self._path(folder)
                writer.begin(image, path, piece)
                for again in (regions[::2], regions[1::2], regions[:1]):
                    with writer.growing(image, path) as growing:
                        for region in again:
                            growing.put(region, image.values[region])
                            np.testing.assert_array_equal(
                                growing.read(region), image.values[region]
                            )
                writer.finish(image, path, limits)
                _same(self._written(image), self._read(path), "what grew")

    def _written(self, image: xr.DataArray) -> xr.DataArray:
        """Return an image that was written as a whole, and read again."""
        with tempfile.TemporaryDirectory() as folder:
            path = self._path(folder)
            with listening():
                self.made().write(image, path)
            return self._read(path)

    def _path(self, folder: str) -> Path:
        return Path(folder) / f"image{self.component.suffixes[0]}"

    def _read(self, path: Path) -> xr.DataArray:
        """Read what was written."""
        suffix = self.component.suffixes[0]
        readers = [r for r in installed().classes("reader") if suffix in r.suffixes]
        if not readers:
            raise SkipTest(f"no installed reader reads {suffix}")
        with listening():
            return read_image(path, installed(), reader=readers[0]()).load()


def _same(image: xr.DataArray, again: xr.DataArray, what: str) -> None:
    # Formats differ in whether they keep an axis of length one.
    single = [dim for dim in again.dims if again.sizes[dim] == 1 and dim not in image.dims]
    again = again.squeeze(single, drop=True)
    assert again.dims == image.dims, f"{what} has the axes {again.dims}, not {image.dims}"
    assert again.dtype == image.dtype, f"{what} has the type {again.dtype}, not {image.dtype}"
    assert np.array_equal(again.values, image.values), f"{what} has other pixels"


def _shuffled(shape: tuple[int, ...]) -> list[tuple[slice, ...]]:
    """Return regions that cover an image, in an order of chance."""
    regions = _pieces(shape, tuple(max(1, -(-size // 3)) for size in shape))
    order = np.random.default_rng(1).permutation(len(regions))
    return [regions[number] for number in order]


def _pieces(shape: tuple[int, ...], piece: tuple[int, ...]) -> list[tuple[slice, ...]]:
    """Return the regions of a grid of pieces, at most some hundred of larger ones."""
    # A format whose piece is a pixel would take one at a time.
    sizes = [
        max(step, -(-size // (4 * step)) * step) for size, step in zip(shape, piece, strict=True)
    ]
    along = [
        [slice(start, min(start + step, size)) for start in range(0, size, step)]
        for size, step in zip(shape, sizes, strict=True)
    ]
    return list(product(*along))
