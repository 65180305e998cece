"""A layer becomes an image."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from debcr_core.errors import UsageError
from debcr_core.image import COLOURS, make_image, select_channel
from debcr_core.notices import say
from napari_adapter.images.axes import axes_of
from napari_adapter.images.facts import Facts, facts_of, with_facts
from napari_adapter.images.pixels import pixels_of
from napari_adapter.images.sampling import sampling_of

if TYPE_CHECKING:
    import xarray as xr
    from napari.layers import Image, Layer


def image_of(
    layer: Image, *, axes: str | None = None, channel: str | int | None = None
) -> xr.DataArray:
    """Return the image that a layer shows, lazily where the layer is lazy.

    Numpy's pixels are shared with the layer, not copied.

    Parameters
    ----------
    layer : napari.layers.Image
        In grey or RGB, of two to five dimensions; of several levels, the finest is taken.
    axes : str, optional
        A letter of ``t c z y x`` for each axis of the layer's data, that of the colours included:
        ``tyx``, ``yxc``. By default as `napari_adapter.images.axes.axes_of` tells them.
    channel : str or int, optional
        Take one channel, by name or number.

    Returns
    -------
    xarray.DataArray
        As `debcr_core.image` describes. A layer that shows one channel of an image has a channel
        axis of length one.

    Raises
    ------
    UsageError
        If the layer is none of intensities, it is not clear which axis is which, or there is no
        such channel.
    ImageError
        If the axes do not fit, or the pixels are complex.

    Warns
    -----
    DebcrWarning
        If transparency is left out.
    """
    _check_kind(layer)
    letters = axes_of(layer) if axes is None else axes.strip().lower()
    image = _image(layer, letters, facts_of(layer))
    return image if channel is None else select_channel(image, str(channel))


def _image(layer: Image, axes: str, facts: Facts) -> xr.DataArray:
    pixels = pixels_of(layer)
    if layer.rgb:
        pixels = _without_transparency(pixels, layer)
    sizes, units = sampling_of(layer, axes)
    channels = facts.get("channels", list(COLOURS) if layer.rgb else None)
    # One channel of an image: it is given back the axis that the layer need not show.
    single = "channel" in facts and "c" not in axes
    if single:
        pixels, axes = pixels[None], f"c{axes}"
        channels = [facts["channel_name"]] if "channel_name" in facts else None
    image = make_image(
        pixels, axes, pixel_size=sizes, unit=units, channels=channels, rgb=bool(layer.rgb)
    )
    renamed = facts.get("axes", axes[single:]) != axes[single:]
    return image if renamed else with_facts(_with_levels(image, layer), facts)


def _check_kind(layer: Layer | None) -> None:
    """Refuse what has no intensities."""
    from napari.layers import Image

    if layer is None:
        raise UsageError("There is no layer: open or choose an image layer.")
    if not isinstance(layer, Image):
        kind = type(layer).__name__
        raise UsageError(
            f'The layer "{layer.name}" is one of kind {kind}, which has no intensities: choose an '
            "image layer."
        )


def _without_transparency(pixels: Any, layer: Image) -> Any:
    if pixels.shape[-1] > len(COLOURS):
        say(
            f'The transparency (alpha) of the layer "{layer.name}" is left out.',
            kind="transparency",
        )
    return pixels[..., : len(COLOURS)]


def _with_levels(image: xr.DataArray, layer: Image) -> xr.DataArray:
    """Return the image with how much coarser the layer's other levels are."""
    if not layer.multiscale:
        return image
    letters = axes_of(layer)
    shapes = [level.shape for level in layer.data]
    levels = [
        {
            dim: ratio
            for dim, finest, size in zip(letters, shapes[0], shape, strict=True)
            if dim in image.dims and dim != "c" and (ratio := round(finest / size)) > 1
        }
        for shape in shapes[1:]
    ]
    known = tuple(level for level in levels if level)
    return image.assign_attrs(levels=known) if known else image
