"""A button that adds the difference as a layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qtpy.QtWidgets import QWidget

from debcr_core.errors import UsageError
from napari_adapter.buttons import button
from napari_adapter.compare.column import column
from napari_adapter.compare.comparable import images_of
from napari_adapter.compare.difference import COLOURS, difference_of, symmetric_limits
from napari_adapter.images.layer_data import layer_data

if TYPE_CHECKING:
    from napari.layers import Image

    from napari_adapter.compare.chosen import Chosen
    from napari_adapter.compare.jobs import Jobs
    from napari_adapter.compare.views import Views
    from napari_adapter.context import Context

LayerArguments = tuple[Any, dict[str, Any]]


class DifferencePanel(QWidget):
    """After minus before, as a layer of its own.

    Parameters
    ----------
    context : Context
        The viewer, and the log.
    chosen : Chosen
        The layers.
    views : Views
        End when the difference is shown.
    jobs : Jobs
        Subtracts.
    """

    def __init__(self, context: Context, chosen: Chosen, views: Views, jobs: Jobs) -> None:
        super().__init__()
        self._context, self._chosen, self._views, self._jobs = context, chosen, views, jobs
        self.add = button(
            "Add difference as a layer",
            "After minus before, white where both are the same; it stays in the list of layers.",
            self._add,
        )
        column(self).addWidget(self.add)

    def _add(self) -> None:
        try:
            before, after = self._chosen.pair()
        except UsageError as error:
            self._context.log.error(error)
            return
        self._jobs.begin("Subtracting", lambda: _difference(before, after), self._show)

    def _show(self, made: list[LayerArguments]) -> None:
        from napari.layers import Image

        self._views.end()
        for pixels, arguments in made:
            self._context.viewer.add_layer(Image(pixels, **arguments))


def _difference(before: Image, after: Image) -> list[LayerArguments]:
    images = images_of({"before": before, "after": after})
    difference = difference_of(images["before"], images["after"])
    look = {
        "colormap": COLOURS,
        "contrast_limits": symmetric_limits(difference),
        "gamma": 1.0,
        "opacity": 1.0,
        "blending": "translucent_no_depth",
    }
    name = f"{after.name} − {before.name}"
    return [
        (pixels, arguments | look)
        for pixels, arguments, _ in layer_data(difference, name, like=after)
    ]
