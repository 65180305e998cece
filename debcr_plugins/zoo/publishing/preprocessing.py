"""What a normalizer says of itself for a bundle, and images as the published network sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from debcr_core.components import Floats, Normalizer
from debcr_core.errors import PluginError, UsageError
from debcr_core.failures import calling, named
from debcr_core.image import make_image
from debcr_core.published import Folded, Published
from debcr_core.signature import Kind
from debcr_plugins.zoo.processing.normalizer import RdfProcessing

if TYPE_CHECKING:
    import torch
    import xarray as xr

ALIKE = 1e-4
"""How far what is published may be from the normalizer, as a share of the largest value above 1."""


def published_by(normalizer: Normalizer, axes: str) -> Published:
    """Return how a normalizer goes into a bundle.

    Parameters
    ----------
    normalizer : Normalizer
        Of the recipe.
    axes : str
        The network's axes behind batch, ``c`` among them: ``cyx``, ``czyx``.

    Raises
    ------
    UsageError
        If it cannot.
    PluginError
        If it says something else than a `Published`.
    """
    with calling(normalizer):
        said: Any = normalizer.published(axes)
    if not isinstance(said, Published):
        raise PluginError(
            f"The {named(normalizer)} returned {type(said).__name__} from published: it must be a "
            "Published."
        )
    return said


def module_of(part: Folded | None) -> torch.nn.Module:
    """Return what is folded into the network; where there is nothing, what changes nothing."""
    import torch

    return part.maker(**part.parameters).eval() if part else torch.nn.Identity()


def through(part: Folded | None, block: Floats) -> Floats:
    """Return what a folded module makes of a block of any shape."""
    import torch

    if part is None:
        return block
    with torch.inference_mode():
        image = torch.from_numpy(np.array(block, np.float32)[np.newaxis])
        made: Floats = module_of(part)(image)[0].numpy()
    return made


def after_steps(raw: Floats, published: Published, axes: str) -> Floats:
    """Return an image ``(channel, [z,] y, x)`` as consumers give it to the published network."""
    image = make_image(raw, axes)
    processing = RdfProcessing(axes=axes, preprocessing=published.steps)
    return processing.fit(image).apply(image.values)


def check_same(normalizer: Normalizer, published: Published, raw: Floats, axes: str) -> None:
    """Refuse modules that do something else to the sample than the normalizer itself.

    Parameters
    ----------
    normalizer : Normalizer
        Of the recipe.
    published : Published
        What it says of itself.
    raw : numpy.ndarray
        The sample, ``(channel, [z,] y, x)``.
    axes : str
        The network's axes, ``c`` among them.

    Raises
    ------
    UsageError
        If its steps and `before` are not its `apply`, its `after` not its `undo`, or there is no
        `after` and `before` changes what `apply` returns; or a module has weights.
    """
    parts = [part for part in (published.before, published.after) if part]
    if not parts:
        return
    for part in parts:
        _check_without_weights(part)
    image: xr.DataArray = make_image(raw, axes)
    fitted = normalizer.fit_for_axes(image, axes)
    normal = fitted.apply(image.values)
    if published.after is None:
        _check_close(normalizer, "before", through(published.before, normal), normal)
    if not published.left_out:
        given = after_steps(raw, published, axes)
        _check_close(normalizer, "before", through(published.before, given), normal)
    if published.after is not None:
        intensity: Kind = "intensity"
        undone = fitted.undo(normal, image.values, (intensity,) * len(raw))
        _check_close(normalizer, "after", through(published.after, normal), undone)


def _check_without_weights(part: Folded) -> None:
    """Refuse a module of whose numbers the weights would have to hold some."""
    if module_of(part).state_dict():
        raise UsageError(
            f"The module {part.maker.__name__} that is folded into the network has weights of its "
            "own, which those of the network do not hold: make its numbers parameters of the "
            "class, and keep tensors by register_buffer(…, persistent=False)."
        )


def _check_close(normalizer: Normalizer, which: str, found: Floats, wanted: Floats) -> None:
    same = found.shape == wanted.shape
    apart = float(np.abs(found - wanted).max()) if same else np.inf
    if not apart <= ALIKE * max(1.0, float(np.abs(wanted).max())):
        raise UsageError(
            f'The {named(normalizer)} says of itself what is not so: with its module "{which}", a '
            f"bundle makes something else of the sample than the normalizer does (by {apart:.2g})."
        )
