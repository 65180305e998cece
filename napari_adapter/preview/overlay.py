"""The layer that shows a preview above its input."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from psygnal import Signal

from debcr_core.component import Array
from napari_adapter.preview.limits import Limits
from napari_adapter.preview.sheet import Sheet

if TYPE_CHECKING:
    from napari.components import ViewerModel
    from napari.layers import Image

    from debcr_core.flow.plan import Plan


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

    Attributes
    ----------
    under : napari.layers.Image
        As given.
    layer : napari.layers.Image or None
        What is shown, once there is something to show.
    visibility : Signal
        Emitted when the user hides or shows that.
    """

    visibility = Signal()

    def __init__(self, viewer: ViewerModel, under: Image, axes: str) -> None:
        self._viewer, self.under = viewer, under
        self._axes = axes[: under.ndim]  # the colours of a photograph are no axis to napari
        self.layer: Image | None = None
        self._sheet: Sheet | None = None
        self._limits: Limits | None = None

    @property
    def visible(self) -> bool:
        """Whether the user wants to see it."""
        return bool((self.layer or self.under).visible)

    def suits(self, under: Image, axes: str) -> bool:
        """Say whether it lies above a layer of these axes."""
        return under is self.under and axes[: under.ndim] == self._axes

    def fits(self, plan: Plan) -> bool:
        """Say whether an image's result has the pixels of the layer, for it to lie upon them.

        Channels may be those of other layers, or the colours of a photograph: then the layer lies
        under the first one.
        """
        sizes = dict(zip(self._axes, self.under.extent.data[1] + 1, strict=True))
        return all(
            (dim == "c" and dim not in self._axes) or sizes.get(str(dim)) == size
            for dim, size in plan.image.sizes.items()
        )

    @property
    def place(self) -> tuple[Image, str]:
        """The layer below, and its axes."""
        return self.under, self._axes

    def show(self, sheet: Sheet, limits: Limits | None) -> None:
        """Show a sheet, or what was painted on it; the layer is added with the first one.

        Parameters
        ----------
        sheet : Sheet
            Its pixels may change later; then show it again.
        limits : tuple of float or None
            Contrast limits; None for those of the input, whatever they become.
        """
        layer = self.layer or self._added(sheet)
        if sheet is not self._sheet:
            self._sheet, layer.data = sheet, self._data(sheet)
        else:
            self._refresh()
        self._place(layer, sheet)
        if limits != self._limits:
            self._limits = limits
            layer.contrast_limits = limits or self.under.contrast_limits

    def blank(self) -> None:
        """Show nothing, until there is another sheet."""
        if self._sheet is not None:
            self._sheet.pixels[:] = np.nan
            self._refresh()

    def _refresh(self) -> None:
        if self.layer is not None:
            self.layer.refresh(extent=False, highlight=False)

    def remove(self) -> None:
        """Take the layer away, if it is there."""
        self.under.events.contrast_limits.disconnect(self._follow_limits)
        layer, self.layer = self.layer, None
        self._sheet = self._limits = None
        if layer is not None and layer in self._viewer.layers:
            self._viewer.layers.remove(layer)

    def _added(self, sheet: Sheet) -> Image:
        from napari.layers import Image

        under, self._sheet = self.under, sheet
        self.layer = layer = Image(
            self._data(sheet),
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
            contrast_limits=tuple(under.contrast_limits),
            metadata={"debcr": {"preview": True, "input": under.name}},
        )
        under.events.contrast_limits.connect(self._follow_limits)
        layer.events.visible.connect(self._tell_visibility)
        with _selection_kept(self._viewer):
            self._viewer.layers.insert(self._viewer.layers.index(under) + 1, layer)
        return layer

    def _tell_visibility(self) -> None:
        self.visibility.emit()

    def _follow_limits(self) -> None:
        if self.layer is not None and self._limits is None:
            self.layer.contrast_limits = self.under.contrast_limits

    def _data(self, sheet: Sheet) -> Array:
        """Return the sheet's pixels, without a copy, with the axes of the layer."""
        displayed = [dim for dim in sheet.start if dim not in sheet.plane]
        ordered = sorted(displayed, key=self._axes.index)
        pixels = sheet.pixels if ordered == displayed else sheet.pixels.T
        index: Any = tuple(slice(None) if dim in displayed else np.newaxis for dim in self._axes)
        return np.asarray(pixels[index])

    def _place(self, layer: Image, sheet: Sheet) -> None:
        """Bring the layer to where the sheet is; napari draws anew whatever it is told."""
        for name in ("scale", "rotate", "shear"):
            value = getattr(self.under, name)
            if not np.array_equal(getattr(layer, name), value):
                setattr(layer, name, value)
        if not np.array_equal(layer.affine.affine_matrix, self.under.affine.affine_matrix):
            layer.affine = self.under.affine
        translate = self._translate(sheet)
        if not np.array_equal(layer.translate, translate):
            layer.translate = translate

    def _translate(self, sheet: Sheet) -> Array:
        """Return where the sheet's first pixel is: `affine` comes after it."""
        first = [sheet.start.get(axis, 0) for axis in self._axes]
        return np.asarray(self.under.affine.inverse(self.under.data_to_world(first)))


@contextmanager
def _selection_kept(viewer: ViewerModel) -> Iterator[None]:
    """Have the same layers selected after the block as before: napari selects what is added."""
    selected = set(viewer.layers.selection)
    yield
    viewer.layers.selection.clear()
    viewer.layers.selection.update(selected)
