"""Which layers are compared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from psygnal import Signal

from debcr_core.errors import UsageError

if TYPE_CHECKING:
    from napari.components import ViewerModel
    from napari.layers import Image

Layers = Mapping[str, "Image | None"]
ROLES = ("before", "after", "truth")


def input_of(layer: Image) -> str | None:
    """Return the name of the layer that a restoration made this one of, or None."""
    made = layer.metadata.get("debcr")
    name = made.get("input") if isinstance(made, dict) else None
    return name if isinstance(name, str) else None


class Chosen:
    """The layers before and after, and perhaps a truth; kept up with the viewer's list.

    Parameters
    ----------
    viewer : napari.Viewer
        Has the layers.

    Attributes
    ----------
    viewer : napari.Viewer
        As given.
    listed : Signal
        Emitted when there are other layers to choose from, or they are named differently.
    changed : Signal
        Emitted when other layers are chosen.
    """

    listed = Signal()
    changed = Signal()

    def __init__(self, viewer: ViewerModel) -> None:
        self.viewer = viewer
        self._layers: dict[str, Image | None] = dict.fromkeys(ROLES)
        self._known: list[Image] = []
        self._watched = False

    @property
    def layers(self) -> list[Image]:
        """The image layers of the viewer, from below."""
        from napari.layers import Image

        return [layer for layer in self.viewer.layers if isinstance(layer, Image)]

    @property
    def all(self) -> Layers:
        """What is chosen now, by role."""
        return dict(self._layers)

    def layer(self, role: str) -> Image | None:
        """Return the layer that was chosen for ``before``, ``after`` or ``truth``."""
        return self._layers[role]

    def choose(self, **layers: Image | None) -> None:
        """Choose layers by their role."""
        wanted = self._layers | layers
        if wanted != self._layers:
            self._layers = wanted
            self.changed.emit()

    @property
    def complete(self) -> bool:
        """Whether before and after are chosen, and are two layers."""
        before, after = self._layers["before"], self._layers["after"]
        return before is not None and after is not None and before is not after

    def pair(self) -> tuple[Image, Image]:
        """Return the layers before and after.

        Raises
        ------
        UsageError
            If they are not chosen, or the same.
        """
        before, after = self._layers["before"], self._layers["after"]
        if before is None or after is None:
            raise UsageError(
                "There is nothing to compare: choose an image layer as Before and one as After."
            )
        if before is after:
            raise UsageError(
                f'Before and After are both "{before.name}": choose two different layers.'
            )
        return before, after

    def named(self) -> dict[str, Image]:
        """Return the layers before and after by these names, at least one.

        Raises
        ------
        UsageError
            If neither is chosen.
        """
        named = {
            role: layer for role in ("before", "after") if (layer := self._layers[role]) is not None
        }
        if not named:
            raise UsageError("No layer is chosen: choose an image layer as After.")
        return named

    def watch(self) -> None:
        """Follow the viewer's list of layers from now on."""
        if not self._watched:
            self._connect(True)
        self._update()

    def unwatch(self) -> None:
        """Follow it no more."""
        if self._watched:
            self._connect(False)

    def _connect(self, on: bool) -> None:
        self._watched = on
        events = self.viewer.layers.events
        for event in (events.inserted, events.removed, events.moved, events.renamed):
            (event.connect if on else event.disconnect)(self._update)

    def _update(self, _: Any = None) -> None:
        layers, known = self.layers, self._known
        self._known = layers
        kept = {role: layer if layer in layers else None for role, layer in self._layers.items()}
        new = [layer for layer in layers if layer not in known]
        self.choose(**(kept | self._proposed(kept, new)))
        self.listed.emit()

    def _proposed(self, kept: dict[str, Image | None], new: list[Image]) -> dict[str, Image]:
        """Return what to choose of itself: the newest result with its input, or the first two."""
        by_name = {layer.name: layer for layer in self._known}
        for after in reversed(new):
            before = by_name.get(input_of(after) or "")
            if before is not None:
                return {"before": before, "after": after}
        if len(self._known) > 1 and kept["before"] is None and kept["after"] is None:
            return {"before": self._known[0], "after": self._known[1]}
        return {}
