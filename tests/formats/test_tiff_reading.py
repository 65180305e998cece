"""TIFFs as other programs write them."""

from __future__ import annotations

import pickle
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
import tifffile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from debcr_core.errors import DebcrWarning, ImageError, ReadError, UsageError
from debcr_core.files.guessed_axes import GuessedAxes
from debcr_core.files.reading import read_image

PLANE = np.arange(42, dtype=np.uint16).reshape(7, 6)
STACK = np.arange(210, dtype=np.uint16).reshape(5, 7, 6)


@pytest.mark.parametrize("byteorder", ["<", ">"])
@pytest.mark.parametrize("dtype", ["uint16", "int32", "uint64", "float16", "float32", "float64"])
@pytest.mark.parametrize("bigtiff", [False, True])
def test_either_byte_order_is_read_in_the_machines_own(byteorder, dtype, bigtiff, read, tmp_path):
    data = PLANE.astype(dtype)
    tifffile.imwrite(tmp_path / "a.tif", data, byteorder=byteorder, bigtiff=bigtiff)
    image = read(tmp_path / "a.tif")
    assert image.dtype == np.dtype(dtype)
    np.testing.assert_array_equal(image.values, data)


def test_a_bilevel_image_is_read_as_bool(read, tmp_path: Path):
    data = PLANE > 5
    tifffile.imwrite(tmp_path / "a.tif", data, photometric="minisblack")
    image = read(tmp_path / "a.tif")
    assert image.dtype == bool
    np.testing.assert_array_equal(image.values, data)


def test_pages_without_metadata_are_read_as_z_with_a_warning(plugins, tmp_path: Path):
    tifffile.imwrite(tmp_path / "a.tif", STACK, metadata=None)
    with pytest.warns(GuessedAxes, match=r"shape \(5, 7, 6\) is read as zyx"):
        assert read_image(tmp_path / "a.tif", plugins).dims == ("z", "y", "x")


def test_axes_that_the_user_names_need_no_warning(read, tmp_path: Path):
    tifffile.imwrite(tmp_path / "a.tif", STACK, metadata=None)
    assert read(tmp_path / "a.tif", axes="tyx").dims == ("t", "y", "x")


@pytest.mark.parametrize("axes", ["zyxt", "zy", "zxx", "qyx"])
def test_axes_that_do_not_fit_are_refused(axes, read, tmp_path: Path):
    tifffile.imwrite(tmp_path / "a.tif", STACK, metadata={"axes": "ZYX"})
    with pytest.raises(UsageError, match="was read with axes zyx"):
        read(tmp_path / "a.tif", axes=axes)


@pytest.mark.parametrize("axes", ["TCYX", "CTYX", "ZTYX", "XYTC", "YXCZ", "CZYX"])
@pytest.mark.parametrize("options", [{}, {"compression": "zlib"}], ids=["plain", "zlib"])
def test_axes_in_another_order_are_brought_into_ours(axes, options, read, tmp_path: Path):
    data = np.arange(2 * 3 * 5 * 7, dtype=np.uint16).reshape(2, 3, 5, 7)
    tifffile.imwrite(
        tmp_path / "a.tif", data, metadata={"axes": axes}, photometric="minisblack", **options
    )
    image = read(tmp_path / "a.tif")
    order = [axes.index(dim) for dim in "TCZYX" if dim in axes]
    assert "".join(image.dims).upper() == "".join(axes[axis] for axis in order)
    np.testing.assert_array_equal(image.values, data.transpose(order))


@pytest.mark.parametrize(
    ("resolution", "unit", "expected"),
    [
        ((100_000, 50_000), "centimeter", {"y": 0.2, "x": 0.1}),
        ((254_000, 254_000), "inch", {"y": 0.1, "x": 0.1}),
        ((72, 72), "inch", {}),
        ((300, 300), "inch", {}),
        ((10, 10), None, {}),
    ],
)
def test_a_plain_resolution_is_a_pixel_size_unless_it_is_a_printers(
    resolution, unit, expected, read, tmp_path: Path
):
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, PLANE, resolution=resolution, resolutionunit=unit or 1, metadata=None)
    image = read(path)
    assert image.attrs["pixel_size"] == pytest.approx(expected)
    assert image.attrs["unit"] == dict.fromkeys(expected, "micrometer")


def test_imagejs_spelling_of_micrometres_is_understood(read, tmp_path: Path):
    description = "ImageJ=1.53t\nimages=5\nslices=5\nunit=\\u00B5m\nspacing=-0.5\n"
    tifffile.imwrite(
        tmp_path / "a.tif", STACK, description=description, metadata=None, resolution=(4, 5)
    )
    image = read(tmp_path / "a.tif")
    assert image.dims == ("z", "y", "x")
    assert image.attrs["pixel_size"] == pytest.approx({"z": 0.5, "y": 0.2, "x": 0.25})
    assert set(image.attrs["unit"].values()) == {"micrometer"}


def test_imagejs_slice_labels_that_are_no_channel_names_are_left_out(read, tmp_path: Path):
    labels = [f"file {i}" for i in range(6)]
    data = np.zeros((3, 2, 4, 5), np.uint8)
    metadata = {"axes": "ZCYX", "Labels": labels}
    tifffile.imwrite(tmp_path / "a.tif", data, imagej=True, metadata=metadata)
    image = read(tmp_path / "a.tif")
    assert image.dims == ("c", "z", "y", "x")
    assert "c" not in image.coords


def test_imagejs_coloured_look_up_table_leaves_intensities(read, tmp_path: Path):
    table = np.zeros((3, 256), np.uint16)
    table[1] = np.arange(256) * 257
    data = PLANE.astype(np.uint8)
    tifffile.imwrite(tmp_path / "a.tif", data, imagej=True, colormap=table)
    np.testing.assert_array_equal(read(tmp_path / "a.tif").values, data)


def test_a_palette_is_refused(read, tmp_path: Path):
    table = np.random.default_rng(0).integers(0, 65535, (3, 256), np.uint16)
    tifffile.imwrite(tmp_path / "a.tif", PLANE.astype(np.uint8), colormap=table)
    with pytest.raises(ImageError, match="a palette, not intensities: convert it to grey"):
        read(tmp_path / "a.tif")


def test_cmyk_is_refused(read, tmp_path: Path):
    tifffile.imwrite(tmp_path / "a.tif", np.zeros((4, 5, 4), np.uint8), photometric="separated")
    with pytest.raises(ImageError, match="SEPARATED"):
        read(tmp_path / "a.tif")


@pytest.mark.parametrize("planar", ["contig", "separate"])
def test_rgb_becomes_named_channels(planar, read, tmp_path: Path):
    data = np.random.default_rng(0).integers(0, 255, (4, 5, 3), np.uint8)
    stored = data if planar == "contig" else data.transpose(2, 0, 1)
    tifffile.imwrite(tmp_path / "a.tif", stored, photometric="rgb", planarconfig=planar)
    image = read(tmp_path / "a.tif")
    assert image.dims == ("c", "y", "x")
    assert image.attrs["rgb"] is True
    assert list(image.coords["c"].values) == ["red", "green", "blue"]
    np.testing.assert_array_equal(image.values, data.transpose(2, 0, 1))


def test_alpha_is_left_out_with_a_warning(plugins, tmp_path: Path):
    data = np.random.default_rng(0).integers(0, 255, (4, 5, 4), np.uint8)
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, data, photometric="rgb", extrasamples=["unassalpha"])
    with pytest.warns(DebcrWarning, match="alpha channel"):
        image = read_image(path, plugins)
    np.testing.assert_array_equal(image.values, data[..., :3].transpose(2, 0, 1))


def test_grey_samples_are_channels_without_colour(read, tmp_path: Path):
    data = np.random.default_rng(0).integers(0, 255, (4, 5, 2), np.uint16)
    tifffile.imwrite(tmp_path / "a.tif", data, photometric="minisblack", planarconfig="contig")
    image = read(tmp_path / "a.tif")
    assert image.dims == ("c", "y", "x")
    assert "rgb" not in image.attrs
    np.testing.assert_array_equal(image.values, data.transpose(2, 0, 1))


def test_white_is_zero_is_read_as_stored_with_a_warning(plugins, tmp_path: Path):
    tifffile.imwrite(tmp_path / "a.tif", PLANE.astype(np.uint8), photometric="miniswhite")
    with pytest.warns(DebcrWarning, match="white is zero"):
        image = read_image(tmp_path / "a.tif", plugins)
    np.testing.assert_array_equal(image.values, PLANE)


def described(pages: int, parts: str = "<TiffData/>", **sizes: int) -> dict[str, object]:
    """Return arguments that write OME-XML of an image with such sizes before some pages."""
    c, z, t = (sizes.get(axis, 1) for axis in "czt")
    xml = (
        '<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06"><Image ID="Image:0">'
        '<Pixels ID="Pixels:0" DimensionOrder="XYCZT" Type="uint16" SizeX="6" SizeY="7" '
        f'SizeC="{c}" SizeZ="{z}" SizeT="{t}">'
        + "".join(f'<Channel ID="Channel:0:{number}"/>' for number in range(c))
        + f"{parts}</Pixels></Image></OME>"
    )
    data = np.arange(42 * pages, dtype=np.uint16).reshape(pages, 7, 6)
    return {"data": data, "description": xml.encode(), "metadata": None}


BEYOND = '<TiffData IFD="0" PlaneCount="2"/><TiffData IFD="2" FirstZ="1" PlaneCount="2"/>'


@pytest.mark.parametrize("parts", ["<TiffData/>", '<TiffData IFD="0" PlaneCount="4"/>', BEYOND])
def test_pages_that_ome_xml_does_not_describe_are_left_out_with_a_warning(
    parts, plugins, tmp_path: Path
):
    arguments = described(4, parts, c=2)
    tifffile.imwrite(tmp_path / "a.ome.tif", photometric="minisblack", **arguments)
    with pytest.warns(DebcrWarning, match="describe 2 of its 4 pages: the others are left out"):
        image = read_image(tmp_path / "a.ome.tif", plugins)
    assert image.dims == ("c", "y", "x")
    np.testing.assert_array_equal(image.values, arguments["data"][:2])


@pytest.mark.parametrize("images", [2, 4])
def test_pages_that_imagej_does_not_speak_of_are_left_out_with_a_warning(
    images, plugins, tmp_path: Path
):
    description = f"ImageJ=1.53t\nimages={images}\nchannels=2\n"
    path = tmp_path / "a.tif"
    options = {"photometric": "minisblack", "metadata": None}
    tifffile.imwrite(path, STACK[:4], description=description, **options)
    with pytest.warns(DebcrWarning, match="speaks of 2 of its 4 pages: the others are left out"):
        image = read_image(path, plugins)
    np.testing.assert_array_equal(image.values, STACK[:2])


def test_pages_that_ome_xml_describes_need_no_warning(read, tmp_path: Path):
    arguments = described(4, c=2, z=2)
    tifffile.imwrite(tmp_path / "a.ome.tif", photometric="minisblack", **arguments)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read(tmp_path / "a.ome.tif").shape == (2, 2, 7, 6)


def test_of_several_series_the_first_is_read_with_a_warning(plugins, read, tmp_path: Path):
    with tifffile.TiffWriter(tmp_path / "a.ome.tif", ome=True) as writer:
        writer.write(STACK, metadata={"axes": "TYX", "PhysicalSizeX": 0.5})
        writer.write(PLANE, metadata={"axes": "YX", "PhysicalSizeX": 0.25})
    with pytest.warns(DebcrWarning, match=r"holds 2 series.*up to 1: --reader tiff series=1"):
        first = read_image(tmp_path / "a.ome.tif", plugins)
    second = read(tmp_path / "a.ome.tif", reader=plugins.create("reader", "tiff", series=1))
    assert (first.dims, second.dims) == (("t", "y", "x"), ("y", "x"))
    assert (first.attrs["pixel_size"], second.attrs["pixel_size"]) == ({"x": 0.5}, {"x": 0.25})
    np.testing.assert_array_equal(second.values, PLANE)
    with pytest.raises(UsageError, match="its last is series 1.*--reader tiff series=1"):
        read(tmp_path / "a.ome.tif", reader=plugins.create("reader", "tiff", series=2))


def test_of_a_pyramid_the_finest_level_is_read(read, tmp_path: Path):
    data = np.arange(64 * 64, dtype=np.uint16).reshape(64, 64)
    with tifffile.TiffWriter(tmp_path / "a.ome.tif", ome=True) as writer:
        writer.write(data, subifds=1, tile=(16, 16), metadata={"axes": "YX"})
        writer.write(data[::2, ::2], subfiletype=1, tile=(16, 16))
    np.testing.assert_array_equal(read(tmp_path / "a.ome.tif").values, data)


def test_an_ome_tiff_in_several_files_is_read_whole_or_not_at_all(read, tmp_path: Path):
    for number in range(2):
        tifffile.imwrite(tmp_path / f"{number}.ome.tif", STACK[number], **_set_of_two(number))
    np.testing.assert_array_equal(read(tmp_path / "0.ome.tif").values, STACK[:2])
    (tmp_path / "1.ome.tif").unlink()
    with pytest.raises(ReadError, match=r"speak of 2 planes, but the file holds 1.*beside it"):
        read(tmp_path / "0.ome.tif")


@pytest.mark.parametrize(
    ("there", "sentence"),
    [
        (True, r"metadata lie in set\.companion\.ome, which is not read: .* as one OME-TIFF"),
        (False, r"metadata lie in set\.companion\.ome, which is not beside it"),
    ],
)
def test_planes_whose_metadata_lie_in_a_companion_are_refused(
    there, sentence, read, tmp_path: Path
):
    xml = (
        '<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06" UUID="urn:uuid:1">'
        '<BinaryOnly MetadataFile="set.companion.ome" UUID="urn:uuid:0"/></OME>'
    )
    tifffile.imwrite(tmp_path / "s.ome.tif", STACK[0], description=xml.encode(), metadata=None)
    if there:
        (tmp_path / "set.companion.ome").write_text("<OME/>")
    with pytest.raises(ReadError, match=sentence):
        read(tmp_path / "s.ome.tif")


def test_the_files_that_a_set_lacks_are_named(ome_tiff_in_files, read, tmp_path: Path):
    first, *others = ome_tiff_in_files(tmp_path / "raw", 6)
    others[1].unlink()
    with pytest.raises(ReadError, match=r"a set, of which set_2\.ome\.tif is not beside it"):
        read(first)
    for other in (others[0], *others[2:]):
        other.unlink()
    with pytest.raises(ReadError, match=r"set_1\S+, set_2\S+, set_3\S+ and 2 more are not beside"):
        read(first)


def test_of_a_set_the_file_that_is_cut_short_is_named(ome_tiff_in_files, read, tmp_path: Path):
    files = ome_tiff_in_files(tmp_path / "raw")
    with files[2].open("r+b") as last:
        last.truncate(files[2].stat().st_size - 100)
    with pytest.raises(ReadError, match=r"set_2\.ome\.tif is cut short"):
        read(files[0])


def _set_of_two(number: int) -> dict[str, object]:
    parts = "".join(
        f'<TiffData FirstT="{i}" IFD="0" PlaneCount="1">'
        f'<UUID FileName="{i}.ome.tif">urn:uuid:{i}</UUID></TiffData>'
        for i in range(2)
    )
    xml = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06" '
        f'UUID="urn:uuid:{number}"><Image ID="Image:0"><Pixels ID="Pixels:0" '
        'DimensionOrder="XYCZT" Type="uint16" SizeX="6" SizeY="7" SizeC="1" SizeZ="1" SizeT="2">'
        f'<Channel ID="Channel:0:0"/>{parts}</Pixels></Image></OME>'
    )
    return {"description": xml.encode(), "metadata": None}


LAYOUTS = {
    "one strip": {},
    "strips": {"compression": "zlib", "rowsperstrip": 7},
    "uncompressed strips": {"rowsperstrip": 7},
    "tiles": {"compression": "zlib", "tile": (16, 32)},
    "uncompressed tiles": {"tile": (16, 16)},
    "volumes": {"compression": "zlib", "tile": (2, 16, 16), "volumetric": True},
}


@pytest.fixture(scope="module")
def layouts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("layouts")
    paths = {name: folder / f"{name}.tif" for name in LAYOUTS}
    for name, options in LAYOUTS.items():
        tifffile.imwrite(paths[name], _volume(), metadata={"axes": "ZYX"}, **options)
    return paths


def _volume() -> np.ndarray:
    return np.arange(5 * 37 * 45, dtype=np.uint16).reshape(5, 37, 45)


slices = st.builds(
    slice,
    st.none() | st.integers(-8, 8),
    st.none() | st.integers(-8, 50),
    st.sampled_from([None, 1, 2, 5]),
)


@pytest.mark.parametrize("layout", LAYOUTS)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(z=slices | st.integers(-5, 4), y=slices | st.integers(-37, 36), x=slices)
def test_any_part_of_a_lazy_image_equals_that_part_of_the_whole(layout, z, y, x, layouts, plugins):
    image = read_image(layouts[layout], plugins)
    assert image.chunks is not None
    np.testing.assert_array_equal(image[z, y, x].values, _volume()[z, y, x])


def test_reading_some_rows_decodes_only_their_strips(plugins, tmp_path: Path):
    data = np.random.default_rng(0).integers(0, 9, (64, 32), np.uint8)
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, data, compression="zlib", rowsperstrip=8)
    with tifffile.TiffFile(path) as tif:
        offset = tif.pages[0].dataoffsets[7]
    raw = bytearray(path.read_bytes())
    raw[offset : offset + 4] = b"\xff" * 4
    path.write_bytes(raw)
    image = read_image(path, plugins)
    np.testing.assert_array_equal(image[:50].values, data[:50])
    with pytest.raises(ReadError, match="damaged"):
        image.load()


def test_a_lazy_image_can_travel_to_another_process(plugins, tmp_path: Path):
    tifffile.imwrite(tmp_path / "a.tif", STACK, metadata={"axes": "ZYX"}, compression="zlib")
    image = pickle.loads(pickle.dumps(read_image(tmp_path / "a.tif", plugins)))
    np.testing.assert_array_equal(image.values, STACK)


def test_a_lazy_image_does_not_keep_its_file_open(plugins, tmp_path: Path):
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, STACK, metadata={"axes": "ZYX"}, compression="zlib")
    image = read_image(path, plugins)
    with warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        path.rename(tmp_path / "b.tif")
    with pytest.raises(ReadError, match=r"a\.tif cannot be read: No such file"):
        image.load()


def test_the_users_screen_stays_free_of_tifffiles_log_lines(tmp_path: Path):
    description = "ImageJ=1.53t\nimages=50\nslices=50\n"
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, STACK, description=description, metadata=None)
    program = (
        "from debcr_plugins.formats.tiff.reading import TiffReader\n"
        "from pathlib import Path\n"
        "try: TiffReader().read(Path(__import__('sys').argv[1]))\n"
        "except Exception as error: print(error)"
    )
    command = [sys.executable, "-c", program, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "speak of 50 planes" in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("stored", "colours"),
    [([-16776961, 0x00FFFFFF], ("#ff0000", "#00ffff")), ([-16776961, "red"], ())],
)
def test_colours_in_ome_xml_are_told_if_all_are_known(stored, colours, plugins, tmp_path: Path):
    metadata = {"axes": "CYX", "Channel": {"Name": ["a", "b"], "Color": stored}}
    tifffile.imwrite(tmp_path / "a.ome.tif", STACK[:2], metadata=metadata)
    assert plugins.create("reader", "tiff").colours(tmp_path / "a.ome.tif") == colours


def test_the_colours_of_imagejs_look_up_tables_are_told(plugins, tmp_path: Path):
    tables = [np.outer(colour, np.arange(256)).astype("uint8") for colour in ([0, 1, 0], [1, 0, 1])]
    metadata = {"axes": "CYX", "mode": "composite", "LUTs": tables}
    tifffile.imwrite(tmp_path / "a.tif", STACK[:2], imagej=True, metadata=metadata)
    reader = plugins.create("reader", "tiff")
    assert reader.colours(tmp_path / "a.tif") == ("#00ff00", "#ff00ff")


def test_a_plain_tiff_tells_no_colours(plugins, tmp_path: Path):
    tifffile.imwrite(tmp_path / "a.tif", PLANE)
    assert plugins.create("reader", "tiff").colours(tmp_path / "a.tif") == ()
