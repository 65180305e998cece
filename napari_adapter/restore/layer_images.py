"""The images of layers, made once: the same object means the same pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from debcr_core.errors import UsageError
from napari_adapter.images.axes import axes_of
from napari_adapter.images.from_layer import image_of
from napari_adapter.restore.origin import told_origin
from napari_adapter.restore.stacking import stacked

if TYPE_CHECKING:
    import xarray as xr
    from napari.layers import Image

    from debcr_core.flow.source import Source


@dataclass(frozen=True, eq=False)
class Input:
    """One image that is restored.

    Attributes
    ----------
    layers : tuple of napari.layers.Image
        What it is made of: of several, each is a channel.
    image : xarray.DataArray
        The image.
    channel : str or None
        The one channel that was taken.
    """

    layers: tuple[Image, ...]
    image: xr.DataArray
    channel: str | None = None

    @property
    def told(self) -> Source | None:
        """The file that the layers say they are from."""
        return told_origin(self.layers, self.channel)


class LayerImages:
    """Makes the images of layers, and keeps them until the layer changes.

    Of pixels that are changed in place no event tells: see `forget_pixels`.
    """

    def __init__(self) -> None:
        self._kept: WeakKeyDictionary[Image, tuple[Any, Input]] = WeakKeyDictionary()
        self._stacked: tuple[Any, Input] | None = None

    def inputs(
        self, layers: Sequence[Image], channel: str | None, channels_in: int = 1
    ) -> list[Input]:
        """Return an input for each layer; for a network that sees several channels, one of all.

        Parameters
        ----------
        layers : sequence of napari.layers.Image
            In the order of the channels.
        channel : str or None
            Take this channel alone, of layers with several.
        channels_in : int
            How many channels the network sees at once.

        Raises
        ------
        DebcrError
            If a layer is no image that can be restored, or their number is not that of the
            network's channels.
        """
        each = [self._input(layer, channel if _has_channels(layer) else None) for layer in layers]
        if channels_in == 1 or all(one.image.sizes.get("c") == channels_in for one in each):
            return each
        if len(layers) != channels_in:
            raise UsageError(
                f"The model sees {channels_in} channels at once: tick {channels_in} layers, one "
                f"for each in the order of the layer list, or a layer with {channels_in} channels."
            )
        return [self._stack(layers, each)]

    def forget_pixels(self) -> None:
        """Make images anew from now on, so that statistics are taken of the pixels of now.

        Lazy ones, which cannot be changed in place, stay the same.
        """
        for layer, (_, one) in list(self._kept.items()):
            if one.image.chunks is None:
                del self._kept[layer]

    def _input(self, layer: Image, channel: str | None) -> Input:
        key = (id(layer.data), channel, axes_of(layer), tuple(layer.scale), tuple(layer.units))
        known = self._kept.get(layer)
        if known is None or known[0] != key:
            made = Input((layer,), image_of(layer, channel=channel), channel)
            self._kept[layer] = known = (key, made)
        return known[1]

    def _stack(self, layers: Sequence[Image], each: Sequence[Input]) -> Input:
        images, names = [one.image for one in each], [layer.name for layer in layers]
        if self._stacked is None or self._stacked[0] != (names, [*map(id, images)]):
            key = (names, [*map(id, images)])
            self._stacked = (key, Input(tuple(layers), stacked(images, names)))
        return self._stacked[1]


def _has_channels(layer: Image) -> bool:
    return "c" in axes_of(layer)
