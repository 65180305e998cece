"""The point-spread function of an objective: width, sum and symmetry as theory says."""

import numpy as np
import pytest

from debcr_plugins.simulation import GaussianPSF, GibsonLanniPSF

FOCUS = {"defocus": (0, 0), "halo_share": (0, 0), "depth": (0, 0)}
LENSES = [(1.4, 1.515), (1.2, 1.33), (0.8, 1.0), (0.3, 1.0)]


@pytest.fixture(scope="module", autouse=True)
def psfmodels() -> None:
    pytest.importorskip("psfmodels", reason='the extra "simulate" is not installed')


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def lens(aperture: float, index: float, **others: object) -> GibsonLanniPSF:
    """A lens that samples its focus by 40 pixels."""
    size = 0.51 * 0.6 / aperture / 40
    values = {**FOCUS, "wavelength": (0.6, 0.6), "pixel_size": size, **others}
    return GibsonLanniPSF.model_validate(
        {"numerical_aperture": aperture, "immersion_index": index, **values}
    )


def width(profile: np.ndarray) -> float:
    """Full width at half maximum of a symmetric peak, in samples."""
    half = profile[len(profile) // 2 :] / profile.max()
    last = int(np.argmax(half < 0.5)) - 1
    return 2 * (last + (half[last] - 0.5) / (half[last] - half[last + 1]))


@pytest.mark.parametrize(("aperture", "index"), LENSES)
def test_the_focus_is_half_a_wavelength_over_the_aperture_wide(
    aperture: float, index: float
) -> None:
    kernel = lens(aperture, index).kernel(1000, rng())
    assert width(kernel[len(kernel) // 2]) == pytest.approx(40, rel=0.02)


@pytest.mark.parametrize(("aperture", "index"), LENSES)
@pytest.mark.parametrize("others", [{}, {"defocus": (1, 1)}, {"halo_share": (0.5, 0.5)}])
def test_a_kernel_adds_up_to_one_and_is_centred(
    aperture: float, index: float, others: dict[str, tuple[float, float]]
) -> None:
    kernel = lens(aperture, index, **others).kernel(150, rng())
    assert kernel.sum() == pytest.approx(1)
    assert kernel.min() >= 0
    for mirrored in (kernel[::-1], kernel[:, ::-1], kernel.T):
        np.testing.assert_allclose(mirrored, kernel, atol=1e-12)


def test_defocus_widens_and_a_halo_spreads() -> None:
    peaks = [
        lens(1.2, 1.33, **others).kernel(300, rng()).max()
        for others in ({}, {"halo_share": (0.4, 0.4)}, {"defocus": (0.5, 0.5)})
    ]
    assert peaks == sorted(peaks, reverse=True)
    assert peaks[1] == pytest.approx(0.6 * peaks[0], rel=0.1)


def test_depth_blurs_only_where_refractive_indices_differ() -> None:
    def peak(index: float, depth: float) -> float:
        sample = {"sample_index": index, "depth": (depth, depth)}
        return float(lens(1.2, 1.33, **sample).kernel(200, rng()).max())

    assert peak(1.33, 20) == pytest.approx(peak(1.33, 0), rel=0.01)
    assert peak(1.40, 20) < 0.8 * peak(1.40, 0)


@pytest.mark.parametrize("psf", [GaussianPSF(), GibsonLanniPSF()], ids=lambda psf: psf.kind)
def test_an_even_image_stays_even_up_to_its_borders(psf: GaussianPSF | GibsonLanniPSF) -> None:
    even = np.full((40, 56), 3, np.float32)
    np.testing.assert_allclose(psf.blur(even, rng()), even, rtol=1e-4)
