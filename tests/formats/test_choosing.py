"""Which reader or writer takes a file, and what is said where none does."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from debcr_core.components import Reader, Writer
from debcr_core.errors import DebcrWarning, ReadError, UsageError
from debcr_core.files.reading import choose_reader, read_image
from debcr_core.files.writing import find_writer, write_image
from debcr_core.hookspecs import hookimpl
from debcr_core.image import make_image
from debcr_core.plugins import Plugins


class Ink(Reader):
    """Reads a format of its own."""

    name: ClassVar[str] = "ink"
    suffixes: ClassVar[tuple[str, ...]] = (".ink",)

    @classmethod
    def recognises(cls, path: Path, head: bytes) -> bool:
        return head.startswith(b"INK")

    def read(self, path: Path):
        return make_image(np.frombuffer(path.read_bytes()[3:7], np.uint8).reshape(2, 2), "yx")


class Blot(Ink):
    """Claims the same content under another suffix."""

    name: ClassVar[str] = "blot"
    suffixes: ClassVar[tuple[str, ...]] = (".blot",)


class Blind(Ink):
    """Fails when it looks."""

    name: ClassVar[str] = "blind"

    @classmethod
    def recognises(cls, path: Path, head: bytes) -> bool:
        raise ZeroDivisionError


class InkWriter(Writer):
    """Writes nothing."""

    name: ClassVar[str] = "ink"
    suffixes: ClassVar[tuple[str, ...]] = (".ink",)

    def write(self, image, path: Path) -> None:
        path.touch()


def offering(*readers: type[Reader], writers: int = 0) -> Plugins:
    class Plugin:
        @staticmethod
        @hookimpl
        def debcr_readers() -> list[type[Reader]]:
            return list(readers)

    class MorePlugin:
        @staticmethod
        @hookimpl
        def debcr_writers() -> list[type[Writer]]:
            return [InkWriter]

    found = Plugins()
    found.register(Plugin, name="readers")
    for number in range(writers):
        found.register(MorePlugin(), name=f"writers-{number}")
    return found


@pytest.fixture
def ink(tmp_path: Path) -> Path:
    (tmp_path / "a.ink").write_bytes(b"INK\1\2\3\4")
    return tmp_path / "a.ink"


def test_a_strangers_reader_is_used_like_a_built_in_one(ink):
    assert read_image(ink, offering(Ink)).values.tolist() == [[1, 2], [3, 4]]


def test_among_readers_that_claim_a_file_its_suffix_decides(ink):
    assert choose_reader(ink, offering(Blot, Ink)).name == "ink"


def test_a_file_that_several_claim_under_another_suffix_is_ambiguous(ink):
    ink.rename(ink.with_suffix(".dat"))
    with pytest.raises(UsageError, match="claimed by several readers: blot, ink"):
        choose_reader(ink.with_suffix(".dat"), offering(Blot, Ink))


def test_a_reader_that_fails_when_it_looks_is_left_out_and_named(tmp_path):
    path = tmp_path / "a.ink"
    path.write_bytes(b"INK\1\2\3\4")
    with pytest.warns(DebcrWarning, match='"blind" of .* left out: .* ZeroDivisionError'):
        image = read_image(path, offering(Blind, Ink))
    assert image.shape == (2, 2)


def test_a_reader_that_the_caller_chose_needs_no_suffix(ink, plugins):
    assert read_image(ink, plugins, reader=Ink()).shape == (2, 2)


def test_a_missing_file_suggests_near_names(tmp_path: Path, plugins):
    (tmp_path / "nuclei_1.tif").touch()
    with pytest.raises(ReadError, match=r"does not exist\. Did you mean nuclei_1\.tif\?"):
        read_image(tmp_path / "nuclei1.tif", plugins)


def test_a_missing_folder_is_named(tmp_path: Path, plugins):
    with pytest.raises(ReadError, match="nor does its folder"):
        read_image(tmp_path / "nowhere" / "a.tif", plugins)


def test_a_folder_is_no_image_but_may_hold_some(tmp_path: Path, plugins):
    with pytest.raises(ReadError, match="a folder without images"):
        read_image(tmp_path, plugins)
    for number in range(7):
        (tmp_path / f"{number}.tif").touch()
    with pytest.raises(ReadError, match=r"It holds 0\.tif, .*4\.tif and 2 more: name one of them"):
        read_image(tmp_path, plugins)


def test_an_unknown_suffix_of_an_output_lists_the_known_ones(plugins):
    with pytest.raises(UsageError, match=r"Did you mean \"\.tiff?\"\? Known: \.jpeg.*\.zarr"):
        find_writer("a.tif2", plugins)
    with pytest.raises(UsageError, match="has no suffix that says"):
        find_writer("result", plugins)


def test_an_output_that_several_write_is_ambiguous(tmp_path: Path):
    with pytest.raises(UsageError, match='Several writers write ".ink": ink, ink'):
        find_writer("a.ink", offering(writers=2))


def test_an_existing_output_is_replaced_only_when_allowed(sample, read, plugins, tmp_path: Path):
    for suffix in (".tif", ".ome.zarr"):
        path = tmp_path / f"a{suffix}"
        write_image(sample("yx", "uint8"), path, plugins)
        with pytest.raises(UsageError, match="exists already"):
            write_image(sample("yx", "float32"), path, plugins)
        assert read(path).dtype == np.uint8
        write_image(sample("yx", "float32"), path, plugins, overwrite=True)
        assert read(path).dtype == np.float32
