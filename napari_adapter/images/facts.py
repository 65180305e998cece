"""What a layer of ours says of itself beyond what napari can hold: ``layer.metadata["debcr"]``.

A dict with some of

- ``axes``: a letter of ``t c z y x`` for each axis of the layer's data;
- ``channel``: the one channel of its image that it shows, as `debcr_core` names it;
- ``channel_name``: what that is called, where it has a name;
- ``attrs``: what the image says of itself (see `debcr_core.image`);
- ``slice_label``: axes and texts of the coordinate of that name;
- ``source``: the `debcr_core.flow.source.Source` that it was read from;
- ``record``, ``partial``, ``input``: how a result was made, whether all of it is there, and of
  which layer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from debcr_core.image import INTENSITY, shown_in_units
from debcr_core.image_extras import ATTRIBUTES, SLICE_LABEL, with_extras

if TYPE_CHECKING:
    import xarray as xr
    from napari.layers import Layer

KEY = "debcr"
Facts = dict[str, Any]


def facts_of(layer: Layer) -> Facts:
    """Return what a layer says of itself; nothing, where it is not ours."""
    found = layer.metadata.get(KEY)
    return dict(found) if isinstance(found, dict) else {}


def facts_about(image: xr.DataArray) -> Facts:
    """Return what a layer that shows an image has to say for itself."""
    attrs = {key: value for key, value in image.attrs.items() if key not in (*INTENSITY, "rgb")}
    facts: Facts = {"attrs": attrs}
    if SLICE_LABEL in image.coords:
        label = image.coords[SLICE_LABEL]
        facts["slice_label"] = (tuple(map(str, label.dims)), label.values)
    return facts


def with_facts(image: xr.DataArray, facts: Facts) -> xr.DataArray:
    """Return an image with what its layer says beyond pixels, axes, pixel sizes and channels."""
    own = ("pixel_size", "unit")
    attrs = {key: value for key, value in facts.get("attrs", {}).items() if key not in own}
    like = image.assign_attrs(attrs)
    if "slice_label" in facts:
        dims, texts = facts["slice_label"]
        fits = [image.sizes.get(dim) for dim in dims] == list(texts.shape)
        like = like.assign_coords({SLICE_LABEL: (dims, texts)}) if fits else like
    others = {key: value for key, value in attrs.items() if key not in ATTRIBUTES}
    return shown_in_units(with_extras(image, like).assign_attrs(others))
