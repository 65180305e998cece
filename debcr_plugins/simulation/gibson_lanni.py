"""The point-spread function of an objective, with the aberrations of coverslip and depth."""

from functools import lru_cache
from typing import Annotated, Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from debcr_core.errors import UsageError
from debcr_plugins.simulation.fields import Image
from debcr_plugins.simulation.psf import PSF
from debcr_plugins.simulation.ranges import Limits, ShareRange, draw, within

HALO_PLANES = 9

Kernel = NDArray[np.float64]


class GibsonLanniPSF(PSF):
    """Scalar model of an objective that looks through immersion medium, coverslip and sample.

    Gibson and Lanni 1992, https://doi.org/10.1364/JOSAA.9.000154, as computed by psfmodels
    (https://github.com/tlambert03/PSFmodels). In focus and without aberration it is an Airy disc
    with a full width at half maximum of 0.51 wavelength / NA.
    """

    kind: Literal["gibson-lanni"] = "gibson-lanni"
    pixel_size: float = Field(0.1, gt=0, le=10, description="Side of a pixel in the sample, µm.")
    numerical_aperture: float = Field(
        1.4, ge=0.05, le=1.7, description="Of the objective; below the index of its immersion."
    )
    wavelength: Annotated[Limits, within(0.2, 2)] = Field(
        (0.5, 0.65), description="Of the emitted light, µm."
    )
    immersion_index: float = Field(
        1.515, ge=1, le=1.8, description="Refractive index: air 1, water 1.33, oil 1.515."
    )
    sample_index: float = Field(1.33, ge=1, le=1.8, description="Refractive index of the sample.")
    depth: Annotated[Limits, within(0, 100)] = Field(
        (0, 2), description="Of the sharpest plane below the coverslip, µm."
    )
    defocus: Annotated[Limits, within(0, 100)] = Field(
        (0, 0.3), description="Distance from the sharpest plane, µm."
    )
    halo_share: ShareRange = Field(
        (0, 0.5), description="Share of the photons that are out of focus."
    )
    halo_depth: Annotated[Limits, within(0, 100)] = Field(
        (1, 4),
        description="How far from focus those arise at most, µm: half a section's thickness.",
    )

    @model_validator(mode="after")
    def _checked(self) -> Self:
        if self.numerical_aperture >= self.immersion_index:
            raise ValueError(
                "must have a numerical_aperture below its immersion_index, "
                f"{self.immersion_index:g}"
            )
        return self

    @property
    def narrowest(self) -> float:
        """0.21 wavelength / NA, for the shortest wavelength."""
        return 0.21 * self.wavelength[0] / self.numerical_aperture / self.pixel_size

    def blur(self, image: Image, rng: np.random.Generator) -> Image:
        """Blur ``image`` (float32, axes ``y, x``); its sum is kept, borders reflect.

        Raises
        ------
        UsageError
            If psfmodels is not installed.
        """
        from scipy.signal import fftconvolve

        kernel = self.kernel(max(image.shape), rng)
        padded = np.pad(image, kernel.shape[0] // 2, mode="symmetric")
        blurred = fftconvolve(padded, kernel, mode="valid")
        # The transform leaves rounding errors below zero where there is no light.
        return np.asarray(np.maximum(blurred, 0), np.float32)

    def kernel(self, largest: int, rng: np.random.Generator) -> Kernel:
        """Return the kernel of one image: the focus, and a halo from the planes around it.

        Parameters
        ----------
        largest
            Radius in pixels at which it is cut off, if not before.
        rng
            Source of wavelength, depth, defocus and halo.

        Returns
        -------
        Kernel
            float64, axes ``y, x``, sides odd, sum 1.
        """
        wavelength, depth = draw(self.wavelength, rng), draw(self.depth, rng)
        defocus, share = draw(self.defocus, rng), draw(self.halo_share, rng)
        away = draw(self.halo_depth, rng)
        radius = min(largest, self._radius(wavelength, max(defocus, away if share else 0)))
        planes = (defocus, *np.linspace(-away, away, HALO_PLANES).tolist())
        focus, *halo = self._planes(wavelength, depth, planes if share else planes[:1], radius)
        mixed = (1 - share) * focus + share * np.mean(halo, axis=0) if share else focus
        return np.asarray(mixed / mixed.sum())

    def _radius(self, wavelength: float, away: float) -> int:
        """Pixels within which all but a few per cent of the light falls, ``away`` µm off focus."""
        cone = np.tan(np.arcsin(self.numerical_aperture / self.immersion_index)) * away
        reach = 4 * wavelength / self.numerical_aperture + 1.2 * cone
        return int(np.ceil(reach / self.pixel_size))

    def _planes(
        self, wavelength: float, depth: float, planes: tuple[float, ...], radius: int
    ) -> Kernel:
        """Return the function in planes at distances (µm) from the sharpest, each of sum 1."""
        lens = (
            ("NA", self.numerical_aperture),
            ("ni", self.immersion_index),
            ("ni0", self.immersion_index),
            ("ns", self.sample_index),
            ("wvl", wavelength),
            ("pz", depth),
        )
        sharpest = _sharpest_plane(lens, depth)
        places = tuple(sharpest + plane for plane in planes)
        return _stack(lens, places, radius, self.pixel_size)


@lru_cache(maxsize=64)
def _sharpest_plane(lens: tuple[tuple[str, float], ...], depth: float) -> float:
    """Return the focus (µm) at which a point at ``depth`` is brightest, as one focuses by eye."""
    places = np.linspace(-1, 2 * depth + 1, 201)
    peaks = _psfmodels().make_psf(
        places, nx=1, dxy=0.01, model="scalar", normalize=False, **dict(lens)
    )
    return float(places[peaks.argmax()])


@lru_cache(maxsize=16)
def _stack(
    lens: tuple[tuple[str, float], ...], places: tuple[float, ...], radius: int, pixel_size: float
) -> Kernel:
    stack = _psfmodels().make_psf(
        np.array(places),
        nx=2 * radius + 1,
        dxy=pixel_size,
        model="scalar",
        normalize=False,
        **dict(lens),
    )
    return np.asarray(stack / stack.sum(axis=(1, 2), keepdims=True))


def _psfmodels() -> Any:
    try:
        import psfmodels
    except ImportError:
        raise UsageError(
            "Gibson-Lanni point-spread functions need psfmodels, which is not installed: "
            'pip install "debcr-zoo[simulate]". The kind "gaussian" needs nothing further.'
        ) from None
    return psfmodels
