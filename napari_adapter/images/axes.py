"""Which axis of a layer's data is which axis of an image."""

from __future__ import annotations

from typing import TYPE_CHECKING

from debcr_core.image import DIMS

if TYPE_CHECKING:
    from napari.layers import Image


def axes_of(layer: Image) -> str:
    """Return one letter out of ``t c z y x`` for each axis of a layer's data.

    Parameters
    ----------
    layer : napari.layers.Image
        By what was found out about it when it was opened, else by its axis labels, else as
        ``…zyx``; the colours of a photograph are ``c``, last.
    """
    colours = "c" if layer.rgb else ""
    known = layer.metadata.get("debcr", {}).get("axes")
    if known:
        return str(known)
    labels = "".join(layer.axis_labels)
    if len(labels) == layer.ndim and set(labels) <= set(DIMS) and len(set(labels)) == layer.ndim:
        return labels + colours
    return "tczyx"[-layer.ndim :] + colours if layer.ndim > 3 else "zyx"[-layer.ndim :] + colours
