"""What an image can have beside its pixels, axes, sizes and channel names.

- coordinate ``slice_label``, along some of ``t c z``: a text for each plane, as ImageJ shows;
- ``attrs["value_unit"]``: unit of the intensities;
- ``attrs["stored_axes"]``: order of the axes in the file, such as ``zcyx``, where it is not ours;
- ``attrs["levels"]``: of each coarser resolution level beside the image, how much coarser it is
  along some axes, in whole numbers: ``({"y": 2, "x": 2}, {"y": 4, "x": 4})``;
- ``attrs["label_images"]``: folder with label images of an OME-Zarr image.

Readers put them there, they stay while an image is cut, renamed or restored, and writers keep what
their format can hold. What it cannot is said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from debcr_core.component import Array
from debcr_core.notices import say

if TYPE_CHECKING:
    import xarray as xr

SLICE_LABEL = "slice_label"
ATTRIBUTES = ("value_unit", "stored_axes", "levels", "label_images")


def with_extras(
    image: xr.DataArray, like: xr.DataArray, names: Mapping[str, str] | None = None
) -> xr.DataArray:
    """Return an image with the extras of the one that it was made of.

    Parameters
    ----------
    image : xarray.DataArray
        Made of `like`; slice labels are kept where it has their axes with the same sizes.
    like : xarray.DataArray
        Has the extras.
    names : mapping of str to str, optional
        What axes of `like` are called in `image`, if that differs.
    """
    names = names or {}
    found = {key: like.attrs[key] for key in ATTRIBUTES if key in like.attrs}
    if "stored_axes" in found:
        found["stored_axes"] = "".join(names.get(dim, dim) for dim in found["stored_axes"])
    if "levels" in found:
        found["levels"] = tuple(
            {names.get(dim, dim): factor for dim, factor in level.items()}
            for level in found["levels"]
        )
    image = image.assign_attrs(found)
    if SLICE_LABEL not in like.coords:
        return image
    label = like.coords[SLICE_LABEL]
    dims = [names.get(str(dim), str(dim)) for dim in label.dims]
    fits = all(image.sizes.get(dim) == size for dim, size in zip(dims, label.shape, strict=True))
    return image.assign_coords({SLICE_LABEL: (dims, label.values)}) if fits else image


def slice_labels(image: xr.DataArray, dims: Sequence[str]) -> Array:
    """Return a text for each plane of an image that has slice labels.

    Parameters
    ----------
    image : xarray.DataArray
        The image.
    dims : sequence of str
        All of its axes but ``y`` and ``x``, in the order wanted.

    Returns
    -------
    numpy.ndarray
        Of str objects, along `dims`: what the labels do not depend on, they are repeated along.
    """
    label = image.coords[SLICE_LABEL]
    missing = {dim: image.sizes[dim] for dim in dims if dim not in label.dims}
    texts: Array = label.drop_vars(label.coords).expand_dims(missing).transpose(*dims).values
    return texts


def in_stored_order(image: xr.DataArray) -> tuple[str, ...]:
    """Return an image's dims in the order of the file that it is from, as far as that is known."""
    dims = tuple(map(str, image.dims))
    stored = tuple(dim for dim in image.attrs.get("stored_axes", "") if dim in dims)
    return stored if len(stored) == len(dims) else dims


def say_left_out(image: xr.DataArray, holder: str, keeps: tuple[str, ...] = ()) -> None:
    """Tell the user which extras of an image are not in the output.

    Parameters
    ----------
    image : xarray.DataArray
        What is written.
    holder : str
        What cannot hold them, such as "a PNG".
    keeps : tuple of str
        Names of those that it holds: ``slice_label``, ``value_unit``, ``levels``, ``label_images``.

    Warns
    -----
    DebcrWarning
        If there are others.
    """
    levels = len(image.attrs.get("levels", ()))
    extras = {
        SLICE_LABEL: (SLICE_LABEL in image.coords, "the labels of its slices", ".tif or .npz"),
        "value_unit": ("value_unit" in image.attrs, "the unit of its values", ".tif or .npz"),
        "levels": (levels, f"its {levels} coarser resolution levels", ".ome.zarr"),
        "label_images": ("label_images" in image.attrs, "its label images", ".ome.zarr"),
    }
    lost = [
        f"{what} ({where} can hold them)"
        for name, (there, what, where) in extras.items()
        if there and name not in keeps
    ]
    if lost:
        say(
            f"Of the input, {', '.join(lost)} are left out: {holder} does not hold them.",
            kind="metadata-left-out",
        )
