"""What a reader must hold."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar
from unittest import SkipTest

import numpy as np

from debcr_core.components import Reader
from debcr_core.errors import DebcrError, WriteError
from debcr_core.files.reading import HEAD
from debcr_core.image import DIMS
from debcr_core.notices import listening
from debcr_core.testing.components import ComponentTests, installed
from debcr_core.testing.images import KINDS_OF_IMAGE, counts

if TYPE_CHECKING:
    import xarray as xr

ODD_HEADS = (b"", b"\0" * 4096, bytes(range(256)) * 16, b"II*\0", b"PK\x03\x04", b"hello\n")


class ReaderTests(ComponentTests):
    """Tests of a reader; it needs a `Reader.sample`, or a writer of its name.

    Attributes
    ----------
    component : type
        The reader's class.
    """

    kind: ClassVar[str] = "reader"

    @contextmanager
    def sample(self) -> Iterator[Path]:
        """Give a small file of the format."""
        with tempfile.TemporaryDirectory() as folder:
            yield sample_of(self.component, Path(folder))

    def test_it_recognises_its_own_format(self) -> None:
        """Whatever the file is called."""
        with self.sample() as path:
            renamed = path if path.is_dir() else path.rename(path.with_name("anything.dat"))
            assert self.component.recognises(renamed, head_of(renamed)), "not its own sample"

    def test_it_recognises_nothing_of_other_formats(self) -> None:
        """Two readers that claim one file leave the user to choose."""
        claimed = []
        for offer in installed().offers("reader"):
            if offer.name == self.component.name:
                continue
            with tempfile.TemporaryDirectory() as folder:
                reader: Any = offer.component
                try:
                    path = sample_of(reader, Path(folder))
                except SkipTest:
                    continue
                if self.component.recognises(path, head_of(path)):
                    claimed.append(offer.qualified_name)
        assert not claimed, f"it claims samples of {', '.join(claimed)}"

    def test_it_looks_at_anything_without_an_error(self) -> None:
        """It is asked about each file that is opened."""
        with tempfile.TemporaryDirectory() as folder:
            assert not self.component.recognises(Path(folder), b""), "it claims an empty folder"
            for number, content in enumerate(ODD_HEADS):
                path = Path(folder) / f"odd {number}{self.component.suffixes[0]}"
                path.write_bytes(content)
                self.component.recognises(path, content[:HEAD])

    def test_its_image_is_one_of_ours(self) -> None:
        """Axes in the order t c z y x, pixels that are numbers, and the same each time."""
        with self.sample() as path:
            image = self.read(path)
            dims = "".join(map(str, image.dims))
            assert dims == "".join(dim for dim in DIMS if dim in dims), f"its axes are {dims}"
            assert {"y", "x"} <= {*dims}, f"its axes are {dims}"
            assert image.dtype.kind in "uifb", f"its pixels are {image.dtype}"
            assert "pixel_size" in image.attrs, "make it by debcr_core.make_image"
            np.testing.assert_array_equal(image.values, self.read(path).values)

    def test_a_part_is_that_of_the_whole(self) -> None:
        """Parts are read where the image is larger than memory."""
        with self.sample() as path:
            whole = self.read(path).values
            part = self.read(path)[..., 1:7, 2:9].values
            np.testing.assert_array_equal(part, whole[..., 1:7, 2:9])

    def test_its_files_are_there(self) -> None:
        """A change in one of them is noticed."""
        with self.sample() as path:
            files = self.made().files(path)
            assert files, "it names no file"
            missing = [file.name for file in files if not file.is_file()]
            assert not missing, f"these are not there: {missing}"

    def test_a_file_that_was_cut_is_refused(self) -> None:
        """What is missing is not made up."""
        with self.sample() as path:
            if path.is_dir():
                raise SkipTest("an image in a folder")
            content = path.read_bytes()
            for share in (0.02, 0.3, 0.6):
                path.write_bytes(content[: max(1, int(share * len(content)))])
                try:
                    self.read(path).values  # noqa: B018
                except DebcrError:
                    continue
                raise AssertionError(f"{share:.0%} of a file are taken for an image")

    def test_a_damaged_file_is_refused_in_a_sentence_or_read(self) -> None:
        """Whatever its first bytes say, nothing else happens."""
        with self.sample() as path:
            if path.is_dir():
                raise SkipTest("an image in a folder")
            for damaged in _changed(path.read_bytes()):
                path.write_bytes(damaged)
                try:
                    self.read(path).values  # noqa: B018
                except DebcrError:
                    continue

    def read(self, path: Path) -> xr.DataArray:
        """Read a file as the program does: what libraries raise of damage becomes a sentence."""
        from debcr_core.files.reading import read_image

        with listening():
            return read_image(path, installed(), reader=self.made())


def sample_of(reader: type[Reader], folder: Path) -> Path:
    """Return a sample of a reader's format: its own, or what a writer of its name makes.

    Raises
    ------
    SkipTest
        If there is neither.
    """
    if (path := reader.sample(folder)) is not None:
        return path
    writers: list[Any] = [w for w in installed().classes("writer") if w.name == reader.name]
    for writer, (dims, dtype) in product(writers, KINDS_OF_IMAGE):
        image, path = counts(dims, dtype), folder / f"sample{writer.suffixes[0]}"
        try:
            writer.example().check(image)
        except WriteError:
            continue
        with listening():
            writer.example().write(image, path)
        return path
    raise SkipTest(f"the reader {reader.name} has no sample(), nor a writer of its name")


def head_of(path: Path) -> bytes:
    """Return what `Reader.recognises` is given of a file."""
    if path.is_dir():
        return b""
    with path.open("rb") as file:
        return file.read(HEAD)


def _changed(content: bytes) -> Iterator[bytes]:
    """Yield a file in which some bytes of the start are others."""
    rng = np.random.default_rng(0)
    for _ in range(12):
        changed = bytearray(content)
        for place in rng.integers(0, min(len(content), 256), 4):
            changed[place] = int(rng.integers(256))
        yield bytes(changed)
