"""How a result was made, with what its record must not hold: paths, and names of layers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from weakref import ref

from debcr_core.flow.source import Source
from napari_adapter.engine import Choice

if TYPE_CHECKING:
    from napari.layers import Image

    from debcr_core.components import Component

MAKING = "making"
"""Key of a `Making` in ``layer.metadata["debcr"]``."""


@dataclass(frozen=True)
class Making:
    """What made a result; kept in the viewer alone.

    Attributes
    ----------
    layers : tuple of str
        Names of the layers that it was made of: of several, each was a channel.
    choice : Choice
        The model.
    parts : mapping of str to Component
        What took the place of the model's own ``normalizer``, ``tiler``, ``blender``.
    contrast_stretch : bool
        Whether the contrast was stretched.
    dtype : str or None
        Pixel type, as `debcr_core.restore` takes it.
    channel : str or None
        The one channel that was taken of the layer.
    file : Source or None
        The file that the layers' pixels are those of.
    on_disk : bool
        Whether the result was too large to be kept in memory.
    named : tuple of weakref.ref
        Those layers, whose names may change.
    """

    layers: tuple[str, ...]
    choice: Choice = field(default_factory=Choice)
    parts: Mapping[str, Component] = field(default_factory=dict)
    contrast_stretch: bool = False
    dtype: str | None = None
    channel: str | None = None
    file: Source | None = None
    on_disk: bool = False
    named: tuple[ref[Image], ...] = field(default=(), compare=False)

    def renamed(self) -> Making:
        """Return the same with the names that the layers have now; of one that is gone, its last.

        In the main thread.
        """
        if not self.named:
            return self
        pairs = zip(self.named, self.layers, strict=True)
        now = [(found(), name) for found, name in pairs]
        return replace(self, layers=tuple(layer.name if layer else name for layer, name in now))
