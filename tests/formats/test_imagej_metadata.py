"""What ImageJ's description says of sizes and intensities: the values that Fiji shows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from debcr_core.errors import DebcrWarning
from debcr_core.files.reading import read_image
from debcr_core.files.writing import write_image

PLANE = np.arange(12 * 9, dtype=np.uint16).reshape(12, 9) * 500
STACK = np.stack([PLANE] * 4)


def write(path: Path, pixels: np.ndarray, *lines: str, **options) -> Path:
    """Write what Fiji saves: a description of a line for each fact, after that of the stack."""
    slices = [f"slices={len(pixels)}"] if pixels.ndim == 3 else []
    description = "\n".join(["ImageJ=1.54f", f"images={len(pixels)}", *slices, *lines, ""])
    options = {"photometric": "minisblack", "resolution": (10, 10), "resolutionunit": 1} | options
    tifffile.imwrite(path, pixels, metadata=None, description=description, **options)
    return path


@pytest.mark.parametrize(
    ("unit", "name"),
    [
        ("micron", "micrometer"),
        ("microns", "micrometer"),
        ("Microns", "micrometer"),
        ("\\u00B5m", "micrometer"),
        ("\\u00b5m", "micrometer"),
        ("\\u03BCm", "micrometer"),
        ("um", "micrometer"),
        ("micrometers", "micrometer"),
        ("nm", "nanometer"),
        ("nanometers", "nanometer"),
        ("mm", "millimeter"),
        ("cm", "centimeter"),
        ("m", "meter"),
        ("inch", "inch"),
        ("inches", "inch"),
        ("Angstrom", "angstrom"),
    ],
)
def test_any_spelling_of_a_unit_is_understood(unit, name, read, tmp_path: Path):
    image = read(write(tmp_path / "a.tif", STACK, f"unit={unit}", "spacing=0.5"))
    assert image.attrs["pixel_size"] == pytest.approx({"z": 0.5, "y": 0.1, "x": 0.1})
    assert set(image.attrs["unit"].values()) == {name}


@pytest.mark.parametrize("unit", ["pixel", "pixels", "Pixel", ""])
def test_pixels_are_no_unit(unit, read, tmp_path: Path):
    path = write(tmp_path / "a.tif", STACK, f"unit={unit}", "spacing=1.0", resolution=(1, 1))
    assert read(path).attrs["pixel_size"] == {}


@pytest.mark.parametrize(
    ("lines", "sizes"),
    [
        (["unit=\\u00B5m", "zunit=nm", "spacing=300.0"], {"z": 0.3, "y": 0.1, "x": 0.1}),
        (["unit=micron", "zunit=mm", "spacing=0.002"], {"z": 2.0, "y": 0.1, "x": 0.1}),
        (["unit=um", "yunit=nm", "spacing=2"], {"z": 2.0, "y": 0.0001, "x": 0.1}),
        (["unit=um", "yunit=nm", "zunit=inch", "spacing=1"], {"z": 25400, "y": 1e-4, "x": 0.1}),
        (["xunit=um", "yunit=um", "zunit=nm", "spacing=500"], {"z": 0.5, "y": 0.1, "x": 0.1}),
        (["unit=um", "zunit=pixel", "spacing=2"], {"y": 0.1, "x": 0.1}),
        (["unit=um", "zunit=", "spacing=2"], {"z": 2.0, "y": 0.1, "x": 0.1}),
    ],
)
def test_each_axis_has_its_own_unit(lines, sizes, read, plugins, tmp_path: Path):
    image = read(write(tmp_path / "a.tif", STACK, *lines))
    assert image.attrs["pixel_size"] == pytest.approx(sizes)
    assert set(image.attrs["unit"].values()) == {"micrometer"}
    write_image(image, tmp_path / "again.tif", plugins)
    again = read(tmp_path / "again.tif")
    assert again.attrs["pixel_size"] == pytest.approx(sizes)
    with tifffile.TiffFile(tmp_path / "again.tif") as tif:
        assert tif.imagej_metadata["unit"] == "um"


def test_a_unit_along_z_alone_is_that_of_z_alone(read, tmp_path: Path):
    lines = ["unit=pixel", "zunit=nm", "spacing=300"]
    image = read(write(tmp_path / "a.tif", STACK, *lines, resolution=(1, 1)))
    assert image.attrs["pixel_size"] == {"z": 300}
    assert image.attrs["unit"] == {"z": "nanometer"}


def test_a_resolution_per_cm_beside_um_is_read_as_imagej_reads_it(read, tmp_path: Path):
    resolution = {"resolution": (100_000, 50_000), "resolutionunit": "centimeter"}
    image = read(write(tmp_path / "a.tif", STACK, "unit=um", "spacing=2", **resolution))
    assert image.attrs["pixel_size"] == pytest.approx({"z": 2.0, "y": 0.2, "x": 0.1})


SIGNED = ("cf=0", "c0=-32768.0", "c1=1.0", "vunit=Gray Value")


def test_signed_16_bits_are_the_values_that_fiji_shows(read, plugins, tmp_path: Path):
    shown = PLANE.astype(np.int16) - 20_000
    stored = (shown.astype(np.int32) + 32_768).astype(np.uint16)
    image = read(write(tmp_path / "a.tif", stored, *SIGNED))
    assert image.dtype == np.int16
    np.testing.assert_array_equal(image.values, shown)
    for dtype in ("int16", "float32"):
        write_image(image, tmp_path / f"{dtype}.tif", plugins, dtype=dtype)
        with tifffile.TiffFile(tmp_path / f"{dtype}.tif") as tif:
            # Fiji shows what is stored, in either type, where no calibration stands beside it.
            np.testing.assert_array_equal(tif.asarray(), shown)
            assert "c0" not in (tif.imagej_metadata or {})


def test_signed_pixels_are_not_shifted_twice(read, tmp_path: Path):
    pixels = PLANE.astype(np.int16) - 20_000
    np.testing.assert_array_equal(read(write(tmp_path / "a.tif", pixels, *SIGNED)).values, pixels)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    dtype=st.sampled_from(["uint8", "uint16"]),
    offset=st.floats(-1e5, 1e5) | st.integers(-40_000, 40_000),
    slope=st.floats(-100, 100) | st.integers(-3, 3),
    compressed=st.booleans(),
)
def test_a_straight_line_is_applied(dtype, offset, slope, compressed, read, tmp_path: Path):
    stored = (PLANE % 251).astype(dtype)
    lines = ["cf=0", f"c0={float(offset)}", f"c1={float(slope)}", "vunit=photons"]
    options = {"compression": "zlib"} if compressed else {}
    image = read(write(tmp_path / "a.tif", stored, *lines, **options))
    expected = (float(offset) + float(slope) * stored).astype(np.float32)
    np.testing.assert_array_equal(image.values.astype(np.float32), expected)
    if isinstance(offset, int) and isinstance(slope, int):
        assert image.dtype.kind in "iu"


def test_values_below_zero_are_clipped_where_imagej_clips_them(read, tmp_path: Path):
    lines = ["cf=0", "c0=-100", "c1=1", "vunit=counts", "zeroclip=true"]
    image = read(write(tmp_path / "a.tif", (PLANE % 251).astype(np.uint8), *lines))
    np.testing.assert_array_equal(image.values, np.maximum(PLANE.astype(int) % 251 - 100, 0))


@pytest.mark.parametrize(
    ("function", "name"),
    [(1, "polynomial"), (7, "Rodbard"), (8, "gamma"), (21, "optical density"), (99, "function 99")],
)
def test_another_function_is_said_and_not_applied(function, name, plugins, tmp_path: Path):
    lines = [f"cf={function}", "c0=1", "c1=2", "c2=3", "c3=4", "vunit=OD"]
    path = write(tmp_path / "a.tif", PLANE, *lines)
    with pytest.warns(DebcrWarning, match=f"{name}.*not as Fiji shows them"):
        image = read_image(path, plugins)
    np.testing.assert_array_equal(image.values, PLANE)
    assert "value_unit" not in image.attrs


@pytest.mark.parametrize(
    ("offset", "slope"),
    [("NaN", "2"), ("0", "1e300"), ("-1e38", "1"), ("inf", "1"), ("1" + "0" * 400, "1")],
)
def test_a_line_beyond_all_numbers_is_said_and_not_applied(offset, slope, plugins, tmp_path: Path):
    path = write(tmp_path / "a.tif", PLANE, "cf=0", f"c0={offset}", f"c1={slope}", "vunit=OD")
    with pytest.warns(DebcrWarning, match="impossible numbers .*they are read as stored"):
        image = read_image(path, plugins)
    np.testing.assert_array_equal(image.values, PLANE)
    assert "value_unit" not in image.attrs


def test_where_imagej_has_no_function_it_has_no_unit(read, tmp_path: Path):
    lines = ["cf=20", "vunit=Uncalibrated OD"]
    assert "value_unit" not in read(write(tmp_path / "a.tif", PLANE, *lines)).attrs
    lines_of_floats = write(tmp_path / "b.tif", PLANE.astype(np.float32), *lines)
    assert read(lines_of_floats).attrs["value_unit"] == "Uncalibrated OD"


@pytest.mark.parametrize(
    "lines",
    [["cf=0", "c0=5", "c1=2"], ["cf=20", "c0=5", "c1=2", "vunit=x"], ["cf=0", "vunit=x"]],
    ids=["no unit", "no function", "no coefficients"],
)
def test_what_imagej_does_not_apply_is_not_applied(lines, read, tmp_path: Path):
    image = read(write(tmp_path / "a.tif", PLANE, *lines))
    assert image.dtype == np.uint16
    np.testing.assert_array_equal(image.values, PLANE)


def test_pixels_of_32_bits_are_not_calibrated(read, tmp_path: Path):
    pixels = PLANE.astype(np.float32)
    image = read(write(tmp_path / "a.tif", pixels, "cf=0", "c0=5", "c1=2", "vunit=x"))
    np.testing.assert_array_equal(image.values, pixels)
