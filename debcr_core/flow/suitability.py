"""What can be said about an image and a model before any work is spent."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from debcr_core.components import Model
from debcr_core.errors import DebcrWarning, UsageError
from debcr_core.image import pixel_size_micrometers
from debcr_core.trained import TrainedModel

if TYPE_CHECKING:
    import xarray as xr

EXACT_IN_FLOAT32 = 2**24


def check_model_fits(image: xr.DataArray, model: Model) -> None:
    """Refuse an image that lacks an axis which the network needs, or has other channels.

    Raises
    ------
    UsageError
        Naming the axis, or both numbers of channels; or if the image is a colour photograph and
        the network sees one channel at a time.
    """
    if image.attrs.get("rgb") and "c" not in model.axes:
        raise UsageError(
            "This is a colour (RGB) image, and the model "
            f'"{model.name}" restores intensities, not colours: choose one with --channel red, '
            "--channel green or --channel blue."
        )
    missing = [axis for axis in model.axes if axis not in image.dims]
    if missing:
        raise UsageError(
            f'The model "{model.name}" works on the axes {model.axes}, but the image has '
            f"{''.join(map(str, image.dims))} and so lacks {', '.join(missing)}. Choose another "
            "model, or name the image's axes with --axes."
        )
    if "c" in model.axes and image.sizes["c"] != model.channels:
        raise UsageError(
            f'The model "{model.name}" works on {model.channels} channels at once, but the image '
            f"has {image.sizes['c']}."
        )


def warn_about(image: xr.DataArray, trained: TrainedModel) -> None:
    """Warn where the result may be worse than the user expects.

    Warns
    -----
    DebcrWarning
        If the pixel size is unknown or far from that of the training images, or the pixels are
        integers too large to be computed exactly.
    """
    _warn_about_pixel_size(image, trained)
    if image.dtype.kind in "iu" and image.dtype.itemsize >= 4:
        _warn_about_large_integers(image)


def _warn_about_pixel_size(image: xr.DataArray, trained: TrainedModel) -> None:
    if trained.card.pixel_size is None:
        return
    smallest, largest = trained.card.pixel_size
    size = pixel_size_micrometers(image, "x")
    if size is None:
        _warn(
            "The image does not say its pixel size, so whether it resembles the images that "
            f"the model {trained.name} was trained on ({smallest}-{largest} µm) is unknown."
        )
    elif not smallest / 2 <= size <= largest * 2:
        _warn(
            f"The pixel size of {size:.4g} µm is far from that of the images that the model "
            f"{trained.name} was trained on ({smallest}-{largest} µm). Check the result."
        )


def _warn_about_large_integers(image: xr.DataArray) -> None:
    largest = max(abs(int(image.data.max())), abs(int(image.data.min())))
    if largest > EXACT_IN_FLOAT32:
        _warn(
            f"Pixels up to {largest} exceed 2²⁴ and lose their last digits: results are "
            "float32, which holds seven."
        )


def _warn(sentence: str) -> None:
    warnings.warn(sentence, DebcrWarning, stacklevel=2)
