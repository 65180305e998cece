"""Validation images, restored whole and judged on their own scale, as a user would see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from debcr_core.components import Floats
from debcr_core.flow.runner import Runner
from debcr_core.recipe import Recipe
from debcr_core.signature import Kind
from debcr_core.torch_model import TorchModel, run
from debcr_core.trained import TrainedModel
from debcr_plugins.training.both_maps import BothMaps
from debcr_plugins.training.data.blind_spots import hide_pixels
from debcr_plugins.training.data.patch_config import BlindSpots
from debcr_plugins.training.monitoring import BY_PSNR, PSNR, PSNR_OF_INPUT, RMSE, Monitor

if TYPE_CHECKING:
    import torch
    import xarray as xr

    from debcr_plugins.pairs.normalized import NormalizedPair


@dataclass(frozen=True)
class Validation:
    """Pairs that training does not see.

    Attributes
    ----------
    pairs : sequence of NormalizedPair
        The images.
    recipe : Recipe
        How they are tiled, as in use.
    monitor : Monitor
        What weights are judged by.
    """

    pairs: Sequence[NormalizedPair]
    recipe: Recipe
    monitor: Monitor = BY_PSNR

    @property
    def figures(self) -> tuple[str, ...]:
        """Names of what `measure` returns."""
        more = (self.monitor.column, self.monitor.of_input) if self.monitor.metric else ()
        return (PSNR, RMSE, PSNR_OF_INPUT, *more)

    def runner(self, model: TorchModel, network: torch.nn.Module) -> Runner:
        """Return the network as it is now, ready to restore; close it before training goes on."""
        live = self.recipe.model_copy(update={"model": model})
        device = str(next(network.parameters()).device)
        return Runner(TrainedModel("the network in training", live), predictor=run(network, device))

    def restored(self, index: int, runner: Runner) -> Floats:
        """Return one image, restored to the target's scale: float32, in the image's shape."""
        pair = self.pairs[index]
        return self._restored(pair, pair.pair.input, runner)

    def _restored(self, pair: NormalizedPair, image: xr.DataArray, runner: Runner) -> Floats:
        # Without what is known of its pixel size, which has been said by now.
        maps = BothMaps(pair.input_map, pair.target_map)
        restored: Floats = runner.plan(image.drop_attrs(), fitted=maps).restore().values
        return restored

    def measure(self, index: int, runner: Runner) -> dict[str, float]:
        """Return PSNR (dB) and RMSE of one restored image, PSNR of its input, and the monitored.

        All on the target's own scale, to which the input is brought as the output is. Without a
        target, of those pixels alone that were hidden from the network: it cannot do well by
        returning their noise; a metric that is monitored then gets the image without a reference.
        """
        pair = self.pairs[index]
        truth = np.asarray(pair.pair.target.values, np.float64)
        if pair.pair.target is not pair.pair.input:
            restored, given = self.restored(index, runner), _unrestored(pair)
            found = {**measured(restored, truth), PSNR_OF_INPUT: measured(given, truth)[PSNR]}
            return {**found, **self._monitored(pair, restored, given)}
        hidden, places = hidden_from(pair.pair.input, index)
        restored = self._restored(pair, hidden, runner)
        shown = np.asarray(hidden.values)[places]
        before = measured(shown, truth[places])[PSNR]
        found = {**measured(restored[places], truth[places]), PSNR_OF_INPUT: before}
        return {**found, **self._monitored(pair, restored, np.asarray(pair.pair.input.values))}

    def _monitored(
        self, pair: NormalizedPair, restored: Floats, given: np.ndarray
    ) -> dict[str, float]:
        """Return the monitored figure, after and before, where it is none of those above."""
        if not self.monitor.metric:
            return {}
        image, target = pair.pair.input, pair.pair.target
        reference = None if target is image else target
        after, before = (
            self.monitor.measure(image.copy(data=pixels), reference) for pixels in (restored, given)
        )
        return {self.monitor.column: after, self.monitor.of_input: before}

    def __deepcopy__(self, memo: Any) -> Validation:
        """Return itself: averaging weights copies the module, and images need no second copy."""
        return self


def _unrestored(pair: NormalizedPair) -> Floats:
    """Return the input on the target's scale: what a network that changes nothing would give."""
    image = pair.pair.input
    everywhere = {str(dim): slice(0, size) for dim, size in image.sizes.items()}
    pixels = np.asarray(image.values)
    # As the truth is mapped, since that is what `undo` inverts.
    normal = pair.input_map.at(everywhere).apply_to_truth(pixels)
    channel = 1 if "t" in image.dims else 0
    output = normal if "c" in image.dims else np.expand_dims(normal, channel)
    kinds: tuple[Kind, ...] = ("intensity",) * output.shape[channel]
    return pair.target_map.at(everywhere).undo(output, pixels, kinds).reshape(pixels.shape)


def hidden_from(image: xr.DataArray, seed: int) -> tuple[xr.DataArray, np.ndarray]:
    """Return an image of which some pixels show a neighbour, and which: a mask."""
    pixels = np.asarray(image.values, np.float32)
    planes = pixels.reshape(-1, *pixels.shape[-2:])
    rng = np.random.default_rng(seed)
    hidden, mask = zip(
        *(hide_pixels(plane[np.newaxis], BlindSpots(), rng) for plane in planes), strict=True
    )
    places = np.stack(mask).reshape(pixels.shape) > 0
    return image.copy(data=np.stack(hidden).reshape(pixels.shape)), places


def measured(restored: Floats, truth: np.ndarray) -> dict[str, float]:
    """Return PSNR in dB, over the truth's own range, and RMSE on its scale."""
    error = float(np.sqrt(np.mean((restored - truth) ** 2)))
    spread = float(np.ptp(truth)) or 1.0
    return {PSNR: 20 * float(np.log10(spread / max(error, 1e-12 * spread))), RMSE: error}
