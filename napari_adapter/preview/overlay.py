"""The layer that shows a preview above its input."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from debcr_core.component import Array
from napari_adapter.preview.sheet import Sheet

if TYPE_CHECKING:
    from napari.components import ViewerModel
    from napari.layers import Image

Limits = tuple[float, float]


class Overlay:
    """A layer above another one, of the same scale, place and colours; not the user's own.

    Parameters
    ----------
    viewer : napari.Viewer
        Where it is shown.
    under : napari.layers.Image
        What is previewed.
    axes : str
        A letter for each axis of that layer's data.
    """

    def __init__(self, viewer: ViewerModel, under: Image, axes: str) -> None:
        self._viewer, self._under = viewer, under
        self._axes = axes[: under.ndim]
        self.layer: Image | None = None

    @property
    def visible(self) -> bool:
        """Whether the user wants to see it."""
        return self._under.visible if self.layer is None else self.layer.visible

    def show(self, sheet: Sheet, limits: Limits | None) -> None:
        """Show another sheet; the layer is added with the first one.

        Parameters
        ----------
        sheet : Sheet
            Its pixels may change later: see `refresh`.
        limits : tuple of float, optional
            Contrast limits of a new layer; by default those of the input, which it then follows.
        """
        data = self._data(sheet)
        if self.layer is None:
            self._add(data, sheet, limits)
            return
        if data.shape != self.layer.data.shape or sheet.pixels.base is not self.layer.data:
            self.layer.data = data
        self._place(sheet)

    def refresh(self) -> None:
        """Show pixels that were painted."""
        if self.layer is not None:
            self.layer.refresh(extent=False, highlight=False)

    def remove(self) -> None:
        """Take the layer away, if it is there."""
        self._under.events.contrast_limits.disconnect(self._follow_limits)
        layer, self.layer = self.layer, None
        if layer is not None and layer in self._viewer.layers:
            self._viewer.layers.remove(layer)

    def _add(self, data: Array, sheet: Sheet, limits: Limits | None) -> None:
        from napari.layers import Image

        under = self._under
        self.layer = Image(
            data,
            name=f"{under.name} preview",
            scale=under.scale,
            translate=self._translate(sheet),
            rotate=under.rotate,
            shear=under.shear,
            affine=under.affine,
            units=under.units,
            axis_labels=under.axis_labels,
            colormap="gray" if under.rgb else under.colormap,
            gamma=under.gamma,
            interpolation2d=under.interpolation2d,
            contrast_limits=limits or tuple(under.contrast_limits),
            metadata={"debcr": {"preview": True, "input": under.name}},
        )
        if limits is None:
            under.events.contrast_limits.connect(self._follow_limits)
        with _selection_kept(self._viewer):
            self._viewer.layers.insert(self._viewer.layers.index(under) + 1, self.layer)

    def _follow_limits(self) -> None:
        if self.layer is not None:
            self.layer.contrast_limits = self._under.contrast_limits

    def _data(self, sheet: Sheet) -> Array:
        """Return the sheet's pixels, without a copy, with the axes of the layer."""
        displayed = [dim for dim in sheet.start if dim not in sheet.plane]
        ordered = sorted(displayed, key=self._axes.index)
        pixels = sheet.pixels if ordered == displayed else sheet.pixels.T
        index: Any = tuple(slice(None) if dim in displayed else np.newaxis for dim in self._axes)
        return pixels[index]

    def _place(self, sheet: Sheet) -> None:
        under = self._under
        assert self.layer is not None
        for name in ("scale", "rotate", "shear"):
            if not np.array_equal(getattr(self.layer, name), getattr(under, name)):
                setattr(self.layer, name, getattr(under, name))
        if not np.array_equal(self.layer.affine.affine_matrix, under.affine.affine_matrix):
            self.layer.affine = under.affine
        translate = self._translate(sheet)
        if not np.array_equal(self.layer.translate, translate):
            self.layer.translate = translate

    def _translate(self, sheet: Sheet) -> Array:
        """Return where the sheet's first pixel is: `affine` comes after it."""
        first = [sheet.start.get(axis, 0) for axis in self._axes]
        return np.asarray(self._under.affine.inverse(self._under.data_to_world(first)))


@contextmanager
def _selection_kept(viewer: ViewerModel) -> Iterator[None]:
    """Have the same layers selected after the block as before: napari selects what is added."""
    selected = set(viewer.layers.selection)
    yield
    viewer.layers.selection.clear()
    viewer.layers.selection.update(selected)
