"""What an image says of itself, compared with what a model takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from debcr_core.image import pixel_size_micrometers
from debcr_core.trained import Card
from debcr_core.verdict.finding import Finding

if TYPE_CHECKING:
    import xarray as xr


def about_pixel_size(image: xr.DataArray, card: Card) -> Iterator[Finding]:
    """Compare the pixel size with that of the training images, if it is unknown or far off."""
    if card.pixel_size is None:
        return
    smallest, largest = card.pixel_size
    trained = f"the images that the model was trained on ({smallest}-{largest} µm)"
    size = pixel_size_micrometers(image, "x")
    if size is None:
        sentence = (
            f"The image does not say its pixel size, so whether it resembles {trained} is unknown."
        )
        yield Finding("pixel-size", sentence)
    elif not smallest / 2 <= size <= largest * 2:
        sentence = (
            f"The pixel size of {size:.4g} µm is far from that of {trained}. Check the result."
        )
        yield Finding("pixel-size", sentence)


def about_pixel_type(image: xr.DataArray) -> Iterator[Finding]:
    """Say that a mask holds no intensities."""
    if image.dtype.kind == "b":
        sentence = (
            "Its pixels are yes or no, as in a mask, and the model restores intensities. Give the "
            "image that the mask was made of."
        )
        yield Finding("mask", sentence)


def about_restoration(image: xr.DataArray) -> Iterator[Finding]:
    """Say that an image comes out of a restoration, as its file says."""
    if image.attrs.get("restored"):
        sentence = (
            "It was restored already, as the record in its file says, and the model expects what "
            "a detector measured. Give the raw image."
        )
        yield Finding("restored", sentence)


def about_axes(image: xr.DataArray, axes: str) -> Iterator[Finding]:
    """Say what a network does not see at once, or cannot do without.

    Parameters
    ----------
    image : xarray.DataArray
        The image.
    axes : str
        What the network sees at once.
    """
    count = image.sizes.get("z", 1)
    if count > 1 and "z" not in axes:
        sentence = (
            f"Its {count} planes are restored one by one, since the model sees one at a time: what "
            "neighbouring planes have in common is not used, and they may come to differ in "
            "brightness and detail."
        )
        yield Finding("planes", sentence)
    missing = ", ".join(axis for axis in axes if axis not in image.dims)
    if missing:
        yield Finding("axes", f"It lacks the axes {missing}, and the model works on {axes}.")
    if image.attrs.get("rgb") and "c" not in axes:
        sentence = (
            "It is a colour (RGB) image, and the model restores intensities: choose a channel."
        )
        yield Finding("axes", sentence)
