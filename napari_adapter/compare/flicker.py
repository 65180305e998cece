"""Before for as long as a key is held, else after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psygnal import Signal

from napari_adapter.compare.views import View

if TYPE_CHECKING:
    from napari.components import ViewerModel
    from napari.layers import Image


class Flicker(View):
    """Before and after in turn, at the same place.

    Attributes
    ----------
    shows_before : bool
        Whether it is before that is seen.
    flicked : Signal
        Emitted when the other one is shown.
    """

    flicked = Signal()

    def __init__(self, viewer: ViewerModel) -> None:
        super().__init__(viewer)
        self.shows_before = False
        self._layers: tuple[Image, Image] | None = None

    def begin(self, before: Image, after: Image) -> None:
        """Show after, other images not."""
        self._layers = before, after
        self.show_before(False)

    def show_before(self, shows: bool) -> None:
        """Show before, or after again."""
        if self._layers is None:
            return
        self.shows_before = shows
        before, after = self._layers
        self.show_only(before if shows else after)
        self.flicked.emit()

    def end(self) -> None:
        """Show what was shown."""
        self._layers = None
        self.shows_before = False
        super().end()
