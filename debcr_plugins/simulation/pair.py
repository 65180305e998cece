"""One simulated pair: what a microscope records, and what it should have been."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from debcr_plugins.simulation.camera import Camera
from debcr_plugins.simulation.coarse import binned
from debcr_plugins.simulation.fields import Image
from debcr_plugins.simulation.kinds import AnyStructure
from debcr_plugins.simulation.micrograph import Micrograph
from debcr_plugins.simulation.parameters import Sharp, Simulation
from debcr_plugins.simulation.ranges import draw, settle
from debcr_plugins.simulation.recording import record

Layers = list[tuple[float, AnyStructure]]


@dataclass(frozen=True)
class SimulatedPair:
    """Images of one field on one grid, axes ``y, x``, all in counts of the same camera.

    Attributes
    ----------
    input : numpy.ndarray
        What the camera recorded: uint16, or float32 where it has no bit depth.
    clean : numpy.ndarray
        Expected counts, float32: the input without noise, rounding and saturation.
    sharp : numpy.ndarray
        Expected counts under a sharper microscope, float32.
    pixel_size : float or None
        Side of a pixel in µm.
    drawn : dict
        What was drawn from the parameters' ranges, as plain values.
    """

    input: Image | NDArray[np.uint16]
    clean: Image
    sharp: Image
    pixel_size: float | None
    drawn: dict[str, Any]


def simulate_pair(parameters: Simulation, index: int) -> SimulatedPair:
    """Simulate one pair.

    Parameters
    ----------
    parameters
        What to simulate.
    index
        Which pair; it depends on the parameters, their seed and this number alone.

    Raises
    ------
    UsageError
        If a library that the parameters ask for is not installed.
    """
    rng = np.random.default_rng([parameters.seed, index])
    micrograph, sharp = settle(parameters.micrograph, rng), settle(parameters.sharp, rng)
    micrograph = micrograph.model_copy(update={"psf": settle(micrograph.psf, rng)})
    layers = _layers(micrograph, rng)
    label = _superposed(layers, parameters.shape, rng)
    blurred = micrograph.psf.blur(label, rng)
    sharper = _sharper(label, blurred, sharp, micrograph.psf.narrowest)
    # As in `Micrograph.scene`: the background counts in units of the blurred structures' peak.
    unit = max(float(blurred.max()), 1e-12)
    haze = micrograph.haze(parameters.shape, rng)
    side = 1
    if parameters.camera_pixel is not None:
        side = max(1, round(draw(parameters.camera_pixel, rng)))
    seen = binned(blurred / unit + haze, side)
    own = None
    if parameters.target_photons is not None:
        own = draw(parameters.target_photons, rng)
        seen = _with_own_noise(seen, own, rng)
    scale = micrograph.peak_photons[0] / max(float(seen.max()), 1e-12)
    camera = Camera(read_noise=micrograph.read_noise[0], **parameters.readout.model_dump())
    recorded = record(camera, scale * seen, side, parameters.shape, rng)
    return SimulatedPair(
        input=recorded.input,
        clean=recorded.clean,
        sharp=camera.expected(scale * (sharper / unit + sharp.background[0] * haze)),
        pixel_size=micrograph.psf.pixel_size,
        drawn={**_summary(micrograph, layers, sharp), "target_photons": own, "camera_pixel": side},
    )


def _summary(micrograph: Micrograph, layers: Layers, sharp: Sharp) -> dict[str, Any]:
    """Return what was drawn, as plain values."""
    apart = {"structures", "psf", "kinds_per_image", "relative_brightness"}
    return {
        "structures": [
            {"brightness": brightness, **_plain(structure)} for brightness, structure in layers
        ],
        "psf": _plain(micrograph.psf),
        **_plain(micrograph, leave_out=apart),
        "sharp": _plain(sharp),
    }


def _layers(micrograph: Micrograph, rng: np.random.Generator) -> Layers:
    """Choose kinds of structure, and how bright each is."""
    count = max(1, round(micrograph.kinds_per_image[0]))
    layers = []
    for k in range(count):
        chosen = micrograph.structures[rng.integers(len(micrograph.structures))]
        brightness = 1.0 if k == 0 else draw(micrograph.relative_brightness, rng)
        layers.append((brightness, settle(chosen, rng)))
    return layers


def _superposed(layers: Layers, shape: tuple[int, int], rng: np.random.Generator) -> Image:
    image = np.zeros(shape, np.float32)
    for brightness, structure in layers:
        label = structure.draw(shape, rng)
        image += brightness * label / max(float(label.max()), 1e-12)
    return image


def _with_own_noise(seen: Image, photons: float, rng: np.random.Generator) -> Image:
    """Return an image as if its brightest pixel had collected that many photons."""
    scale = photons / max(float(seen.max()), 1e-12)
    return np.asarray(rng.poisson(seen * scale) / scale, np.float32)


def _sharper(label: Image, blurred: Image, sharp: Sharp, own_width: float) -> Image:
    """Return the structures as a sharper microscope shows them."""
    from scipy.ndimage import gaussian_filter

    width = min(max(sharp.width[0], sharp.relative_width * own_width), own_width)
    narrow = gaussian_filter(label, width, mode="reflect")
    return np.asarray((1 - sharp.pedestal) * narrow + sharp.pedestal * blurred, np.float32)


def _plain(settled: Any, leave_out: set[str] | None = None) -> dict[str, Any]:
    """Return settled parameters as plain values, with one number for a range without width."""
    values = settled.model_dump(mode="json", exclude=leave_out)
    return {
        name: value[0] if isinstance(value, list) and value[0] == value[-1] else value
        for name, value in values.items()
    }
