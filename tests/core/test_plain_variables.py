"""What is made past xarray's question for dask is what xarray makes."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from debcr_core.plain_variables import variable, with_coordinate, with_pixels

PIXELS = np.arange(24, dtype=np.uint16).reshape(2, 3, 4)


@pytest.fixture
def image():
    return xr.DataArray(PIXELS, dims=("c", "y", "x"), attrs={"rgb": True})


@pytest.mark.parametrize(
    "data",
    [
        PIXELS,
        PIXELS.astype(">f4"),
        np.ma.masked_less(PIXELS, 5),
        np.arange(24).astype("M8[D]").reshape(2, 3, 4),
        PIXELS.astype(object),
        PIXELS.tolist(),
    ],
    ids=["numpy", "big-endian", "masked", "dates", "objects", "lists"],
)
def test_a_variable_is_the_same(data):
    made, wanted = variable(("c", "y", "x"), data, {"a": 1}), xr.Variable(("c", "y", "x"), data)
    assert made.attrs == {"a": 1}
    assert made.dtype == wanted.dtype
    xr.testing.assert_equal(made, wanted)


@pytest.mark.parametrize(
    ("dim", "values"),
    [
        ("c", np.asarray(["DAPI", "µ–β"])),
        ("y", np.arange(3) * 0.0651),
        ("x", np.array([3, 1, 2, 1])),
    ],
    ids=["names", "places", "numbers that come twice"],
)
def test_a_coordinate_is_the_same(image, dim, values):
    made = with_coordinate(image, dim, values, {"units": "µm"})
    wanted = image.assign_coords({dim: (dim, values, {"units": "µm"})})
    xr.testing.assert_identical(made, wanted)
    assert made.coords[dim].dtype == wanted.coords[dim].dtype
    assert made.indexes[dim].equals(wanted.indexes[dim])
    assert dim not in image.coords


def test_pixels_are_exchanged_and_nothing_else(image):
    image = with_coordinate(image, "c", np.asarray(["DAPI", "GFP"]))
    made = with_pixels(image, PIXELS[:, :, ::-1])
    xr.testing.assert_identical(made, image.copy(data=PIXELS[:, :, ::-1]))
    np.testing.assert_array_equal(image, PIXELS)


def test_pixels_of_another_shape_are_refused(image):
    with pytest.raises(ValueError, match="shape"):
        with_pixels(image, PIXELS[:1])
