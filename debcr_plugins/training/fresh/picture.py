"""Patches as the network will see them, drawn before training begins."""

from __future__ import annotations

from pathlib import Path

from debcr_core.components import Floats
from debcr_core.files.whole import whole_or_nothing
from debcr_plugins.training.fresh.patches import FreshPatches

SHOWN = 10


def draw_patches(patches: FreshPatches, path: Path) -> None:
    """Draw the first ten patches of a run as PNG: degraded above, target below.

    Parameters
    ----------
    patches : FreshPatches
        Makes them.
    path : Path
        The file; replaced where it exists.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(1.3 * SHOWN, 2.8), layout="constrained")
    axes = figure.subplots(2, SHOWN)
    for index in range(SHOWN):
        patch = patches[0, index]
        for axis, image in zip(axes[:, index], patch, strict=True):
            # One contrast for both, so that what is lost in noise is seen to be lost.
            axis.imshow(_plane(image), cmap="gray", vmin=0, vmax=max(1, float(patch.target.max())))
            axis.set(xticks=[], yticks=[])
    for axis, said in zip(axes[:, 0], ("input", "target"), strict=True):
        axis.set_ylabel(said)
    with whole_or_nothing(path, overwrite=True) as temporary:
        figure.savefig(temporary, dpi=120, format="png")


def _plane(image: Floats) -> Floats:
    """Return the middle plane of the first channel."""
    image = image[0]
    return image[len(image) // 2] if image.ndim == 3 else image
