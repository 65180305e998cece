"""Correlation of two images by spatial frequency: Fourier ring correlation (FRC).

Saxton and Baumeister (1982), https://doi.org/10.1111/j.1365-2818.1982.tb00405.x;
van Heel and Schatz (2005), https://doi.org/10.1016/j.jsb.2005.05.009.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from debcr_core.errors import ImageError
from debcr_core.evaluation import Values, paired_values
from debcr_core.image import pixel_size_micrometers
from debcr_core.notices import say
from debcr_plugins.metrics.planes import planes

if TYPE_CHECKING:
    import xarray as xr

Rings = npt.NDArray[np.intp]
Spectrum = npt.NDArray[np.complex128]

ONE_SEVENTH = 1 / 7


@dataclass(frozen=True)
class FrcCurve:
    """How alike two images are at each spatial frequency.

    Attributes
    ----------
    frequency : numpy.ndarray
        Centre of each ring in cycles per pixel; where pixels are not square, per longer side.
    correlation : numpy.ndarray
        -1 to 1 for each ring.
    samples : numpy.ndarray
        Fourier samples in each ring of one plane, a sample and its mirror image counted as two.
    pixel_size : float or None
        Side of a pixel in µm, the longer one where they are not square; None where unknown.
    """

    frequency: Values
    correlation: Values
    samples: Rings
    pixel_size: float | None = None

    @property
    def unit(self) -> str:
        """Unit of resolutions: ``µm``, or ``pixel`` where the pixel size is unknown."""
        return "pixel" if self.pixel_size is None else "µm"

    @property
    def frequency_per_unit(self) -> Values:
        """Centre of each ring in cycles per `unit`: in µm⁻¹ where the pixel size is known."""
        return self.frequency / (self.pixel_size or 1)

    @property
    def half_bit(self) -> Values:
        """Correlation at which a ring carries half a bit of information per sample.

        Van Heel and Schatz (2005), with the number of samples n of the ring:
        ``(0.2071 + 1.9102/√n) / (1.2071 + 0.9102/√n)``.
        """
        ratio = (math.sqrt(2) - 1) / 2
        root = 2 * math.sqrt(ratio)
        share = 1 / np.sqrt(self.samples)
        half_bit: Values = (ratio + (root + 1) * share) / (ratio + 1 + root * share)
        return half_bit

    def resolution(self, threshold: float | Values) -> float:
        """Return the period at which the correlation first falls below a threshold.

        Parameters
        ----------
        threshold : float or numpy.ndarray
            One value, or one for each ring; between rings it is linear, as is the correlation.

        Returns
        -------
        float
            In `unit`. NaN where the correlation stays above up to the highest ring: the images
            agree down to the pixel grid's limit, two pixels. Infinite where it never is above:
            they agree on no detail of any size.
        """
        excess = self.correlation - threshold
        falls = np.flatnonzero((excess[:-1] >= 0) & (excess[1:] < 0))
        if not len(falls):
            return math.nan if excess.max() >= 0 else math.inf
        first = falls[0]
        share = excess[first] / (excess[first] - excess[first + 1])
        low, high = self.frequency_per_unit[first : first + 2]
        return float(1 / (low + share * (high - low)))


def frc_curve(image: xr.DataArray, reference: xr.DataArray, taper: float = 0.25) -> FrcCurve:
    """Correlate two images ring by ring in Fourier space.

    Each plane has its mean subtracted and its borders faded out, so that the jump from one
    border to the opposite one is not taken for detail. Rings are circles of physical
    frequency, whatever the image's shape and its pixels' sides: ring k = 1, 2, … holds the
    frequencies nearest to k times the coarsest frequency step, that of the image's shorter
    side. The zero frequency is left out, as are rings that reach beyond the Nyquist frequency.
    Nothing is smoothed.

    Of a stack, the correlations are averaged over its yx planes; planes in which the reference
    is constant are left out, for they have nothing to resolve. A ring in which an image has no
    power at all correlates to 0.

    Parameters
    ----------
    image, reference : xarray.DataArray
        Two images with the same dims and shape. The curve measures noise-limited resolution
        where they are independent exposures of one field; otherwise, as for a restored image
        and its reference, the finest detail on which they agree.
    taper : float
        Share of each side that fades out, half at either end, along a cosine (Tukey window): 0
        for none, 1 for a Hann window.

    Returns
    -------
    FrcCurve
        With one entry per ring.

    Warns
    -----
    DebcrWarning
        If the two images state different pixel sizes; the reference's is used.

    Raises
    ------
    UsageError
        If image and reference differ in dims or shape.
    ImageError
        If the reference is constant, the planes are too small to hold a ring, or pixels are not
        finite.
    """
    values, target = paired_values(image, reference)
    sides = _pixel_sides(image, reference)
    rings, step = ring_numbers(values.shape[-2:], sides or (1.0, 1.0))
    curves = [
        ring_correlation(spectrum(plane, taper), spectrum(wanted, taper), rings)
        for plane, wanted in zip(planes(values), planes(target), strict=True)
        if wanted.min() < wanted.max()
    ]
    if not curves:
        raise ImageError("The reference is constant: it has no detail to be resolved.")
    samples = np.bincount(rings.ravel())[1:]
    return FrcCurve(
        frequency=step * np.arange(1.0, len(samples) + 1),
        correlation=np.asarray(np.mean(curves, axis=0)),
        samples=samples,
        pixel_size=max(sides) if sides else None,
    )


def ring_numbers(shape: tuple[int, ...], sides: tuple[float, float]) -> tuple[Rings, float]:
    """Assign each Fourier sample of a plane to a ring.

    Parameters
    ----------
    shape : tuple of int
        Pixels along y and x.
    sides : tuple of float
        Sides of a pixel along y and x, in any unit.

    Returns
    -------
    rings : numpy.ndarray
        A number per sample, in the order of `numpy.fft.fft2`: 1, 2, …, and 0 for samples in no
        ring, those around the zero frequency and those beyond the last ring.
    step : float
        Distance between rings, in cycles per longer side of a pixel.

    Raises
    ------
    ImageError
        If the plane is too small to hold a ring.
    """
    longer = max(sides)
    extents = [count * side / longer for count, side in zip(shape, sides, strict=True)]
    # Ring k ends at k + 1/2 steps and must not reach beyond the Nyquist frequency, half a cycle.
    last = math.floor(min(extents) / 2 - 0.5 + 1e-9)
    if last < 1:
        raise ImageError(
            f"Planes of {shape[0]}×{shape[1]} pixels are too small for Fourier rings: the "
            "shorter side must span at least three pixels."
        )
    fy, fx = (
        np.fft.fftfreq(count, side / longer) for count, side in zip(shape, sides, strict=True)
    )
    radius = np.hypot(fy[:, None], fx[None, :]) * min(extents)
    nearest = np.floor(radius + 0.5).astype(np.intp)
    return np.where(nearest > last, 0, nearest), 1 / min(extents)


def spectrum(plane: Values, taper: float) -> Spectrum:
    """Fade out a plane's borders and return its Fourier transform.

    Parameters
    ----------
    plane : numpy.ndarray
        ``(y, x)``; its mean is subtracted first.
    taper : float
        Share of each side that fades out (`scipy.signal.windows.tukey`, its ``alpha``).

    Returns
    -------
    numpy.ndarray
        complex128, in the order of `numpy.fft.fft2`.
    """
    from scipy.signal.windows import tukey

    y, x = (tukey(count, taper) for count in plane.shape)
    # Measured from its smallest pixel, a constant plane is exactly zero and has no power.
    above = plane - plane.min()
    return np.asarray(np.fft.fft2((above - above.mean()) * np.outer(y, x)), np.complex128)


def ring_correlation(first: Spectrum, second: Spectrum, rings: Rings) -> Values:
    """Correlate two spectra over each ring.

    Parameters
    ----------
    first, second : numpy.ndarray
        Fourier transforms of two planes, see `spectrum`.
    rings : numpy.ndarray
        Ring of each sample, from 1 on; samples in ring 0 are left out.

    Returns
    -------
    numpy.ndarray
        ``Re Σ a·b* / √(Σ|a|² Σ|b|²)`` for each ring; 0 where an image has no power.
    """

    def total(values: Values) -> Values:
        return np.asarray(np.bincount(rings.ravel(), values.ravel())[1:], np.float64)

    common = total((first * second.conj()).real)
    scale = np.sqrt(total(np.abs(first) ** 2)) * np.sqrt(total(np.abs(second) ** 2))
    correlation: Values = np.divide(common, scale, out=np.zeros_like(common), where=scale > 0)
    return correlation


def _pixel_sides(image: xr.DataArray, reference: xr.DataArray) -> tuple[float, float] | None:
    own, wanted = _sides(image), _sides(reference)
    if own and wanted and not np.allclose(own, wanted, rtol=0.01):
        say(
            f"The image's pixels are {own[0]:.4g}×{own[1]:.4g} µm and the reference's "
            f"{wanted[0]:.4g}×{wanted[1]:.4g} µm; resolutions are given in the reference's.",
            kind="pixel-size",
        )
    return wanted or own


def _sides(image: xr.DataArray) -> tuple[float, float] | None:
    y, x = (pixel_size_micrometers(image, dim) for dim in "yx")
    return (y, x) if y and x else None
