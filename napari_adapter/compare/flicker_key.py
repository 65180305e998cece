"""The key that shows before for as long as it is held."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from napari_adapter.compare.flicker import Flicker

if TYPE_CHECKING:
    from napari_adapter.compare.views import Views

KEY = "H"
"""To hold. napari 0.7 to 0.9 binds nothing to it."""


class FlickerKey:
    """Binds the key while it is wanted; a key that is the user's or a plugin's stays so.

    Parameters
    ----------
    views : Views
        The view begins with the key.
    flicker : Flicker
        The view.
    """

    def __init__(self, views: Views, flicker: Flicker) -> None:
        self._views, self._flicker = views, flicker
        self._bound = False

    def bind(self) -> bool:
        """Bind the key, unless it is taken, and say whether it is ours."""
        viewer = self._flicker.viewer
        if not self._bound and not self._is_taken():
            viewer.bind_key(KEY, self._hold)
            self._bound = True
        return self._bound

    def unbind(self) -> None:
        """Give the key back."""
        if self._bound:
            self._flicker.viewer.bind_key(KEY, None)
        self._bound = False

    def _is_taken(self) -> bool:
        from napari.layers import Image

        viewer = self._flicker.viewer
        keymaps = (viewer.keymap, viewer.class_keymap, Image.class_keymap)
        return any(str(key).upper() == KEY for keymap in keymaps for key in keymap)

    def _hold(self, _: Any) -> Iterator[None]:
        if self._views.current is not self._flicker:
            self._views.begin(self._flicker)
        self._flicker.show_before(True)
        yield
        self._flicker.show_before(False)
