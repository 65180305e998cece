"""Degrade images that are taken for the truth: what a microscope and a camera would make of them.

The camera is that of `debcr simulate` (`debcr_plugins.simulation.camera`, `recording`); in place of
its structures stands an image.
"""

from typing import Annotated, Literal, NamedTuple, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from debcr_plugins.simulation.camera import BIT_DEPTH, BitDepth, Camera
from debcr_plugins.simulation.coarse import binned
from debcr_plugins.simulation.fields import Image, uneven_background
from debcr_plugins.simulation.ranges import Limits, LogRange, Range, ShareRange, settle, within
from debcr_plugins.simulation.recording import Recording, record


class Degraded(NamedTuple):
    """What was made of a truth, both float32, of its shape, in counts of one camera.

    Attributes
    ----------
    input : numpy.ndarray
        What the camera recorded.
    target : numpy.ndarray
        What it should have been.
    """

    input: Image
    target: Image


class Halo(BaseModel):
    """Light out of focus: a share of all, and how far it is spread."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    share: ShareRange = Field((0, 0.5), description="Share of the light.")
    width: Annotated[Limits, within(0, 100)] = Field(
        (5, 30),
        description="Standard deviation of the Gaussian that spreads it, pixels; above the blur's.",
    )

    def mixed(self, focus: Image, light: Image) -> Image:
        """Return light in focus, a share of it out of focus instead; of ranges, the low ends."""
        share = self.share[0]
        return np.asarray((1 - share) * focus + share * _blurred(light, self.width[0]), np.float32)


class Degradation(BaseModel):
    """Ranges [low, high] from which each degraded image draws; equal ends fix a value."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    black_level: float = Field(
        0.0,
        ge=-1e6,
        le=1e6,
        description="Counts of the truth where no light arrived, such as the offset of the camera "
        "that took it.",
    )
    target: Literal["clean", "sharp"] = Field(
        "clean",
        description="clean: the input without noise, for denoising; sharp: the truth, without "
        "the background and the coarse pixels below and with less of the blur, for deblurring.",
    )
    photons: Annotated[Limits, within(1e-3)] = Field(
        (2, 400),
        description="Expected photons in the brightest pixel of the truth. Drawn evenly on a "
        "logarithmic scale, as all ranges with a positive low end.",
    )
    read_noise: Range = Field(
        (0.1, 4), description="Electrons, standard deviation, where there is any."
    )
    without_read_noise: float = Field(
        0.3,
        ge=0,
        le=1,
        description="Share of the draws that have none, as detectors that count photons.",
    )
    blur: Annotated[Limits, within(0, 100)] = Field(
        (0, 0), description="Standard deviation of a Gaussian, pixels."
    )
    kept_blur: float = Field(
        0.0,
        ge=0,
        le=1,
        description="Share of that standard deviation that is left in a sharp target: to ask for "
        "less invites invention.",
    )
    halo: Halo | None = Field(
        None, description="Light that is spread much farther, out of focus; null: none."
    )
    background: Range = Field(
        (0, 0), description="Light from everywhere, as a share of the brightest pixel."
    )
    background_contrast: LogRange = Field((0, 0.8), description="Log-contrast of the background.")
    camera_pixel: Annotated[Limits, within(0.01, 64)] = Field(
        (1, 1),
        description="Side of the camera's pixels in pixels of the truth, rounded, at least one: it "
        "records that coarsely, and its pixels are repeated.",
    )
    gain: Annotated[Limits, within(1e-6)] = Field((1, 1), description="Counts per electron.")
    offset: Range = Field((0, 0), description="Counts where no photon arrives.")
    bit_depth: BitDepth = Field(None, description=BIT_DEPTH)
    hot_pixels: Annotated[Limits, within(0, 0.1)] = Field(
        (0, 0), description="Share of pixels with extra signal."
    )
    hot_signal: Annotated[Limits, within(1e-3)] = Field(
        (200, 200), description="Mean extra signal of a hot pixel, electrons."
    )

    @model_validator(mode="after")
    def _keeps_blur_in_a_target_without_it(self) -> Self:
        if self.kept_blur and self.target == "clean":
            raise ValueError("kept_blur is of sharp targets: add target: sharp, or leave it out")
        return self

    @model_validator(mode="after")
    def _halo_is_wider_than_the_blur(self) -> Self:
        if self.halo and self.halo.width[0] <= self.blur[1]:
            raise ValueError(
                f"the width of the halo must begin above the widest blur, {self.blur[1]:g} pixels, "
                f"or it would be none; it begins at {self.halo.width[0]:g}"
            )
        return self

    def degrade(self, truth: np.ndarray, brightest: float, rng: np.random.Generator) -> Degraded:
        """Draw from the ranges, and degrade an image accordingly.

        Parameters
        ----------
        truth
            Any real dtype, axes ``…, y, x``, not below the black level. Planes are degraded alike,
            each with noise of its own.
        brightest
            Counts of the brightest pixel; of the whole image where `truth` is part of one.
        rng
            Decides.
        """
        drawn = settle(self, rng)
        without = rng.random() < self.without_read_noise
        if self.halo:
            drawn = drawn.model_copy(update={"halo": settle(self.halo, rng)})
        camera = Camera(
            gain=drawn.gain[0],
            offset=drawn.offset[0],
            bit_depth=drawn.bit_depth,
            hot_pixels=drawn.hot_pixels[0],
            hot_signal=drawn.hot_signal[0],
            read_noise=0.0 if without else drawn.read_noise[0],
        )
        light = _light(truth, self.black_level, brightest)
        planes = light.reshape(-1, *light.shape[-2:])
        made = [_record(plane, drawn, camera, rng) for plane in planes]
        degraded, clean = (
            np.reshape(np.stack(side), light.shape) for side in zip(*made, strict=True)
        )
        if self.target == "sharp":
            sharp = np.stack([_blurred(p, drawn.kept_blur * drawn.blur[0]) for p in planes])
            clean = camera.expected(drawn.photons[0] * sharp.reshape(light.shape))
        return Degraded(degraded.astype(np.float32), clean)


def _light(truth: np.ndarray, black: float, brightest: float) -> Image:
    """Return the truth as a share of its brightest pixel, float32."""
    span = max(brightest - black, 1e-12)
    return np.asarray((truth.astype(np.float32) - np.float32(black)) / np.float32(span))


def _record(
    light: Image, drawn: Degradation, camera: Camera, rng: np.random.Generator
) -> Recording:
    """Record a plane with what was drawn."""
    shape = (light.shape[0], light.shape[1])
    side = max(1, round(drawn.camera_pixel[0]))
    focus = _blurred(light, drawn.blur[0])
    imaged = drawn.halo.mixed(focus, light) if drawn.halo else focus
    seen = binned(imaged + _haze(shape, drawn, rng), side)
    return record(camera, drawn.photons[0] * seen, side, shape, rng)


def _blurred(light: Image, width: float) -> Image:
    if width == 0:
        return light
    from scipy.ndimage import gaussian_filter

    return np.asarray(gaussian_filter(light, width, mode="reflect"), np.float32)


def _haze(
    shape: tuple[int, int], drawn: Degradation, rng: np.random.Generator
) -> Image | np.float32:
    level, contrast = drawn.background[0], drawn.background_contrast[0]
    return uneven_background(shape, level, contrast, rng) if level else np.float32(0)
