"""Microscope makers' formats, with and without the extra that reads them."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import xarray as xr

from debcr_core.errors import DebcrWarning, ReadError, UsageError
from debcr_core.files.finding import find_images
from debcr_core.files.reading import choose_reader, read_image
from debcr_core.flow.pairing import pair_outputs

HEADS = {
    "a.czi": b"ZISRAWFILE",
    "a.lif": b"\x70\0\0\0",
    "a.nd2": b"\xda\xce\xbe\n",
    "a.dv": b"anything",
}


@pytest.mark.parametrize("name", HEADS)
def test_without_bioio_the_exact_command_is_given(name, read, monkeypatch, tmp_path: Path):
    monkeypatch.setitem(sys.modules, "bioio", None)
    (tmp_path / name).write_bytes(HEADS[name] + bytes(100))
    with pytest.raises(ReadError, match=rf'{name} .*pip install "debcr-zoo\[bioio\]"$'):
        read(tmp_path / name)


@pytest.mark.parametrize("name", ["a.czi", "a.lif", "a.nd2"])
def test_the_content_is_recognised_under_another_name(name, plugins, tmp_path: Path):
    (tmp_path / "a.dat").write_bytes(HEADS[name])
    assert choose_reader(tmp_path / "a.dat", plugins).name == "bioio"


# Only where the extra is absent: one that is broken must fail. .ci/run runs these tests with it.
needs_bioio = pytest.mark.skipif(
    find_spec("bioio_czi") is None, reason="the extra bioio is not installed"
)


@pytest.fixture(scope="module")
def czi(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("czi") / "a.czi"
    names, size = {0: "DAPI", 1: "GFP"}, {"scale_x": 1e-7, "scale_y": 1e-7, "scale_z": 3e-7}
    write_czi(path, pixels()[np.newaxis], channel_names=names, **size)
    return path


def write_czi(path: Path, image: np.ndarray, compression: str = "", **metadata: Any) -> None:
    """Write axes t, c, z, y, x as Zeiss's own library does."""
    from pylibCZIrw import czi as library

    with library.create_czi(str(path), compression_options=compression or None) as file:
        for t, c, z in np.ndindex(*image.shape[:3]):
            file.write(data=image[t, c, z, ..., np.newaxis], plane={"T": t, "C": c, "Z": z})
        file.write_metadata(document_name="a", **metadata)


def pixels() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 4000, (2, 3, 40, 50), np.uint16)


@needs_bioio
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
@pytest.mark.parametrize("compression", ["", "zstd0:ExplicitLevel=3", "zstd1:ExplicitLevel=3"])
def test_a_healthy_czi_is_read_exactly(dtype, compression, read, tmp_path: Path):
    image = (pixels() % 251).astype(dtype)[:, np.newaxis]
    write_czi(tmp_path / "a.czi", image, compression)
    found = read(tmp_path / "a.czi")
    assert (found.dtype, found.sizes["t"]) == (dtype, 2)
    np.testing.assert_array_equal(found.values.squeeze(), image.squeeze())


@needs_bioio
@pytest.mark.parametrize("library", ["bioio_base", "pylibCZIrw", "aicspylibczi", "liffile", "lxml"])
def test_a_missing_library_of_the_extra_is_named(library, czi, read, monkeypatch):
    for module in list(sys.modules):
        if module.split(".")[0] in (library, "bioio", "bioio_czi", "bioio_lif"):
            monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(ReadError, match=rf'needs {library}.*pip install "debcr-zoo\[bioio\]"$'):
        read(czi)


@needs_bioio
def test_a_czi_is_read_with_its_metadata(czi, plugins):
    image = read_image(czi, plugins)
    assert image.chunks is not None
    assert image.dims == ("c", "z", "y", "x")
    assert image.chunks[:2] == ((1, 1), (1, 1, 1))
    assert image.attrs["pixel_size"] == pytest.approx({"z": 0.3, "y": 0.1, "x": 0.1})
    assert set(image.attrs["unit"].values()) == {"micrometer"}
    assert list(image.coords["c"].values) == ["DAPI", "GFP"]
    np.testing.assert_array_equal(image.values, pixels())


@needs_bioio
def test_a_scene_that_is_not_there_is_a_sentence(czi, plugins):
    with pytest.raises(UsageError, match="no scene 3: its last is scene 0.*--reader bioio scene=0"):
        read_image(czi, plugins, reader=plugins.create("reader", "bioio", scene=3))


@needs_bioio
@pytest.mark.parametrize("part", [0.01, 0.5, 0.9])
def test_a_czi_cut_short_is_a_sentence(part, czi, read, tmp_path: Path):
    whole = czi.read_bytes()
    (tmp_path / "b.czi").write_bytes(whole[: int(len(whole) * part)])
    with pytest.raises(ReadError, match=r"b\.czi cannot be read"):
        read(tmp_path / "b.czi")


@needs_bioio
def test_a_czi_named_tif_is_a_sentence(czi, plugins, tmp_path: Path):
    (tmp_path / "b.tif").write_bytes(czi.read_bytes())
    with (
        pytest.warns(DebcrWarning, match="content is bioio"),
        pytest.raises(ReadError, match="No installed plugin of bioio reads"),
    ):
        read_image(tmp_path / "b.tif", plugins)


def test_every_scene_is_an_image(plugins, monkeypatch, tmp_path: Path):
    """Two scenes in a stand-in for bioio, which a file that it can read would need."""
    pixels_of = {n: xr.DataArray(np.full((1, 1, 1, 8, 9), n), dims=list("TCZYX")) for n in (1, 2)}

    class Opened:
        scenes = ("first", "second")
        channel_names = ("GFP",)
        scale = SimpleNamespace(T=None, C=None, Z=None, Y=0.1, X=0.1)
        dimension_properties = SimpleNamespace(
            **{dim: SimpleNamespace(unit=None) for dim in "TZYX"}
        )
        xarray_dask_data = pixels_of[1]

        def __init__(self, path, **_):
            pass

        def set_scene(self, scene):
            self.xarray_dask_data = pixels_of[scene + 1].chunk()

    monkeypatch.setitem(sys.modules, "bioio", SimpleNamespace(BioImage=Opened))
    makers = SimpleNamespace(get_plugins=lambda **_: {".czi": ["of CZI"]})
    monkeypatch.setitem(sys.modules, "bioio.plugins", makers)
    refusals = SimpleNamespace(UnsupportedFileFormatError=LookupError)
    monkeypatch.setitem(sys.modules, "bioio_base", SimpleNamespace(exceptions=refusals))
    monkeypatch.setitem(sys.modules, "bioio_base.exceptions", refusals)
    (tmp_path / "a.czi").write_bytes(b"ZISRAWFILE" + bytes(100))
    found = find_images(tmp_path / "a.czi", plugins)
    assert [part.name for part in found] == ["0", "1"]
    images = [read_image(part.path, plugins, reader=part.reader) for part in found]
    assert [int(image.max()) for image in images] == [1, 2]
    pairs = pair_outputs([str(tmp_path / "a.czi")], tmp_path / "restored", plugins)
    assert [pair.output.name for pair in pairs] == ["a_0.tif", "a_1.tif"]
    assert [pair.reader for pair in pairs] == [part.reader for part in found]
    with pytest.warns(DebcrWarning, match="holds 2 scenes: the first is read"):
        read_image(tmp_path / "a.czi", plugins)
