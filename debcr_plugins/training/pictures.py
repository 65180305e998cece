"""What the network makes of some validation images, as pictures after each epoch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from lightning import Callback, LightningModule, Trainer

from debcr_core.files.whole import whole_or_nothing
from debcr_core.image import pixel_size_micrometers
from debcr_plugins.figures.side_by_side import side_by_side
from debcr_plugins.training.monitoring import PSNR
from debcr_plugins.training.run_folder import RunFolder
from debcr_plugins.training.validation import measured

if TYPE_CHECKING:
    from debcr_plugins.pairs.image_pair import ImagePair

SHOWN = 384
"""Pixels of a picture's sides: the middle of the image."""


class Pictures(Callback):
    """Writes before, after and target of the first validation images.

    Parameters
    ----------
    folder : RunFolder
        Where they go.
    count : int
        How many images are shown.
    """

    def __init__(self, folder: RunFolder, count: int) -> None:
        self.folder, self.count = folder, count

    def on_validation_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Write the pictures of this epoch."""
        restorer: Any = pl_module
        if trainer.sanity_checking or not trainer.is_global_zero:
            return
        pairs = restorer.validation.pairs
        # A run that goes on elsewhere may have come without its pictures.
        self.folder.pictures.mkdir(exist_ok=True)
        with restorer.validation.runner(restorer.model, restorer.network) as runner:
            for index in range(min(self.count, len(pairs))):
                restored = restorer.validation.restored(index, runner)
                self._write(pairs[index].pair, restored, trainer.current_epoch + 1)

    def _write(self, pair: ImagePair, restored: np.ndarray, epoch: int) -> None:
        after = f"epoch {epoch}"
        images = {"input": _middle(pair.input.values), after: _middle(restored)}
        psnr = measured(restored, np.asarray(pair.target.values, np.float64))[PSNR]
        path = self.folder.pictures / f"{pair.name}-epoch-{epoch:04d}.png"
        with whole_or_nothing(path, overwrite=True) as temporary:
            side_by_side(
                {**images, "target": _middle(pair.target.values)},
                pixel_size_micrometers(pair.input, "x"),
                temporary,
                captions={after: f"PSNR {psnr:.2f} dB"},
                common_contrast=False,
            )


def _middle(pixels: np.ndarray) -> np.ndarray:
    """Return the middle of the middle plane."""
    for _ in range(pixels.ndim - 2):
        pixels = pixels[len(pixels) // 2]
    inside = tuple(
        slice(max((size - SHOWN) // 2, 0), max((size - SHOWN) // 2, 0) + SHOWN)
        for size in pixels.shape
    )
    return np.asarray(pixels[inside])
