"""Images to try things with, made on the spot: they need no network and are the same each time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from debcr_core.image import loaded, make_image
from napari_adapter.images.layer_data import LayerData, layer_data
from napari_adapter.installed import installed

if TYPE_CHECKING:
    import xarray as xr

    from debcr_plugins.simulation.camera import Camera
    from debcr_plugins.simulation.structures import Structure

SEED = 1
SIDE = 256
PIXEL = 0.1
"""Side of a simulated pixel, µm."""
DEPTHS, PLANES, STEP = 4, 17, 0.3
"""Of the stack: layers of structures, planes, and their distance in µm."""
FOCUS, WIDENING = 1.2, 1.1
"""Standard deviation of the blur in focus, and its growth with each plane away from it, pixels."""
FRAMES, INTERVAL, DRIFT = 12, 2.0, 3
"""Of the series: frames, seconds between them, and pixels of drift."""
PHOTONS = {"nuclei": 800.0, "vesicles": 8.0}
"""Of its channels, in the brightest pixel."""
PAIRS = 16


def noisy_and_truth() -> list[LayerData]:
    """Return a micrograph of nuclei in dim light, and what it should have been."""
    from debcr_plugins.demo.command import degraded

    truth, noisy = degraded(installed())
    truth = truth.copy(data=loaded(truth))
    return [*layer_data(truth, "nuclei truth"), *layer_data(noisy, "nuclei noisy")]


def stack() -> list[LayerData]:
    """Return a noisy stack of planes: filaments at several depths, out of focus beside them."""
    from scipy.ndimage import gaussian_filter

    from debcr_plugins.simulation.structures import Filaments

    rng = np.random.default_rng(SEED)
    focus = np.linspace(2, PLANES - 3, DEPTHS)
    layers = [_drawn(Filaments(), SIDE, rng) for _ in focus]
    light = np.zeros((PLANES, SIDE, SIDE), np.float32)
    for plane, depth in np.ndindex(PLANES, DEPTHS):
        away = abs(plane - focus[depth])
        light[plane] += gaussian_filter(layers[depth], FOCUS + WIDENING * away)
    counts = _recorded(light, 60.0, rng)
    return layer_data(_image(counts, "zyx", z=STEP), "filaments")


def series() -> list[LayerData]:
    """Return a noisy series in time of two channels, of which one is a hundred times dimmer."""
    from scipy.ndimage import gaussian_filter

    from debcr_plugins.simulation.structures import Nuclei
    from debcr_plugins.simulation.vesicles import Vesicles

    rng = np.random.default_rng(SEED)
    kinds: dict[str, Structure] = {"nuclei": Nuclei(), "vesicles": Vesicles()}
    channels = []
    for name, kind in kinds.items():
        field = gaussian_filter(_drawn(kind, SIDE + DRIFT * FRAMES, rng), FOCUS)
        starts = [DRIFT * frame for frame in range(FRAMES)]
        light = np.stack([field[start:, start:][:SIDE, :SIDE] for start in starts])
        channels.append(_recorded(light, PHOTONS[name], rng))
    image = _image(np.stack(channels, axis=1), "tcyx", t=INTERVAL, channels=[*kinds])
    return layer_data(image, "cells")


def pairs() -> list[LayerData]:
    """Return noisy images, one a frame, and what they should have been: to train a model with."""
    from debcr_plugins.simulation.pair import simulate_pair
    from debcr_plugins.simulation.parameters import Simulation

    parameters = Simulation(seed=SEED, shape=(SIDE // 2, SIDE // 2))
    made = [simulate_pair(parameters, number) for number in range(PAIRS)]
    targets = _image(np.stack([pair.clean for pair in made]), "tyx")
    inputs = _image(np.stack([pair.input for pair in made]), "tyx")
    return [*layer_data(targets, "training targets"), *layer_data(inputs, "training inputs")]


def _drawn(kind: Structure, side: int, rng: np.random.Generator) -> np.ndarray:
    """Draw structures: float32, maximum 1."""
    label = kind.draw((side, side), rng)
    return label / max(float(label.max()), 1e-12)


def _recorded(light: np.ndarray, photons: float, rng: np.random.Generator) -> np.ndarray:
    """Return what a camera of 16 bits records, whose brightest pixel has so many photons."""
    camera = _camera()
    expected = np.asarray(light * (photons / light.max()), np.float32)
    return camera.digitise(camera.record(expected, rng))


def _camera() -> Camera:
    from debcr_plugins.simulation.camera import Camera

    return Camera(gain=2.0, offset=100.0, bit_depth=16, read_noise=1.5)


def _image(
    pixels: np.ndarray, dims: str, *, channels: list[str] | None = None, **steps: float
) -> xr.DataArray:
    """Return an image whose pixels have a size; along other axes as given."""
    sizes = {"y": PIXEL, "x": PIXEL, **steps}
    units = {dim: "second" if dim == "t" else "micrometer" for dim in sizes}
    return make_image(pixels, dims, pixel_size=sizes, unit=units, channels=channels)
