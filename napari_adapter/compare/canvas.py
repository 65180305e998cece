"""Where napari's versions differ, and the one place that looks behind its public interface."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from debcr_core.errors import UsageError

if TYPE_CHECKING:
    from napari.components import ViewerModel
    from napari.components.camera import Camera
    from napari.components.grid import GridCanvas
    from napari.layers import Layer


def camera_of(viewer: ViewerModel) -> Camera:
    """Return what pans and zooms; napari 0.9 has moved it."""
    return viewer.scene.camera if hasattr(viewer, "scene") else viewer.camera


def grid_of(viewer: ViewerModel) -> GridCanvas:
    """Return what puts layers beside one another; napari 0.9 has moved it."""
    return viewer.canvas.grid if hasattr(viewer, "canvas") else viewer.grid


def node_of(viewer: ViewerModel, layer: Layer) -> Any:
    """Return the vispy node that draws a layer.

    It is no public part of napari, but has been the same from 0.7 to 0.9: nothing public shows a
    part of a layer without slicing and uploading its pixels anew.

    Raises
    ------
    UsageError
        If this napari draws in another way.
    """
    try:
        return viewer.window._qt_viewer.canvas.layer_to_visual[layer].node
    except (AttributeError, KeyError) as error:
        raise UsageError(
            "The wipe does not work with this version of napari; the flicker and the side by side "
            "view do."
        ) from error
