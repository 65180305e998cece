"""What can be said about an image and a model before any work is spent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from debcr_core.components import Array
from debcr_core.errors import ImageError, UsageError
from debcr_core.image_blocks import blocks_of
from debcr_core.notices import say
from debcr_core.signature import Signature
from debcr_core.trained import BEYOND, Card, TrainedModel
from debcr_core.verdict.fitting import fit_verdict

if TYPE_CHECKING:
    import xarray as xr

EXACT_IN_FLOAT32 = 2**24
FLOAT32 = np.finfo(np.float32)
REDUCE = (np.fmin.reduce, np.fmax.reduce)


def check_model_fits(image: xr.DataArray, name: str, signature: Signature) -> None:
    """Refuse an image that lacks an axis which the network needs, or has other channels.

    Raises
    ------
    UsageError
        Naming the axis, or both numbers of channels; or if the image is a colour photograph and
        the network sees one channel at a time.
    """
    if image.attrs.get("rgb") and "c" not in signature.axes:
        raise UsageError(
            "This is a colour (RGB) image, and the model "
            f'"{name}" restores intensities, not colours.',
            advice="Choose one: --channel red, --channel green or --channel blue.",
            kind="colours",
        )
    missing = [axis for axis in signature.axes if axis not in image.dims]
    if missing:
        raise UsageError(
            f'The model "{name}" works on the axes {signature.axes}, but the image has '
            f"{''.join(map(str, image.dims))} and so lacks {', '.join(missing)}.",
            advice="Choose another model, or name the image's axes: --axes.",
            kind="lacking-axes",
        )
    if "c" in signature.axes and image.sizes["c"] != signature.channels_in:
        raise UsageError(
            f'The model "{name}" works on {signature.channels_in} channels at once, but the image '
            f"has {image.sizes['c']}."
        )


def look_at_values(image: xr.DataArray) -> None:
    """Look at pixels of types that hold more than float32, in which results are.

    Parameters
    ----------
    image : xarray.DataArray
        Read once where its type is wide, not at all otherwise.

    Warns
    -----
    DebcrWarning
        If integers are too large to be exact.

    Raises
    ------
    ImageError
        If real numbers are too large or too small for float32 altogether.
    """
    if image.dtype.itemsize < (4 if image.dtype.kind in "iu" else 8):
        return
    largest = _largest(image)
    if image.dtype.kind in "iu":
        if largest > EXACT_IN_FLOAT32:
            say(
                f"Pixels up to {int(largest)} exceed 2²⁴ and lose their last digits: results are "
                "float32, which holds seven.",
                kind="large-integers",
            )
    elif float(FLOAT32.max) < largest < np.inf or 0 < largest < float(FLOAT32.tiny):
        raise ImageError(
            f"The image's pixels go up to {largest:.3g}, and results are float32, which holds "
            f"{FLOAT32.tiny:.2g} to {FLOAT32.max:.2g}: bring the image to another unit first."
        )


def _largest(image: xr.DataArray) -> int | float:
    """Return the largest magnitude among the pixels; NaN does not count, normalizers refuse it."""
    ends = [reduce(block, axis=None).item() for _, block in blocks_of(image) for reduce in REDUCE]
    largest: int | float = max(map(abs, ends))
    return largest


def look_at_fit(image: xr.DataArray, trained: TrainedModel, signature: Signature) -> None:
    """Say why the image may not suit the model, if anything speaks against it.

    Warns
    -----
    DebcrWarning
        A sentence for each finding of `fit_verdict`.
    """
    for found in fit_verdict(image, card_to_compare(trained), signature.axes).findings:
        sentence = found.sentence.replace("the model", f"the model {trained.name}", 1)
        say(sentence, kind=found.kind)


def card_to_compare(trained: TrainedModel) -> Card:
    """Return the card that images are compared with.

    Of a network without weights, or without a word on what they were trained on, nothing is known
    that pixels could contradict: it covers all kinds of images.
    """
    known = trained.weights is not None and trained.card != Card()
    return trained.card if known else trained.card.model_copy(update={"covers": BEYOND})


def check_finished(block: Array) -> Array:
    """Return finished pixels, if all are finite.

    Raises
    ------
    ImageError
        Naming a value that is not, and the cure.
    """
    if not np.isfinite(block).all():
        value = block[~np.isfinite(block)].flat[0]
        raise ImageError(
            f"Restored pixels came out as {value}: intensities exceed what float32 holds (up to "
            f"{FLOAT32.max:.2g}), or the model's processing does not suit them. Bring the image to "
            "another unit, such as by dividing it by its largest pixel."
        )
    return block
