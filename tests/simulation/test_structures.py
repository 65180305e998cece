"""Every kind of structure, also at the ends of what its parameters may be."""

import numpy as np
import pytest
from pydantic import ValidationError

from debcr_plugins.simulation.bricks import Bricks
from debcr_plugins.simulation.gradient import Gradient
from debcr_plugins.simulation.grain import Grain
from debcr_plugins.simulation.leaves import Leaves
from debcr_plugins.simulation.parameters import ALL_KINDS, Simulation
from debcr_plugins.simulation.ranges import settle
from debcr_plugins.simulation.stripes import Stripes
from debcr_plugins.simulation.structures import Structure

NEVER_BY_DEFAULT = (Grain(), Bricks(), Leaves(), Gradient(), Stripes())
EVERY_KIND = (*ALL_KINDS, *NEVER_BY_DEFAULT)
SETTINGS = [
    (type(kind), field)
    for kind in EVERY_KIND
    for field in type(kind).model_fields
    if field != "kind"
]


@pytest.mark.parametrize("structure", EVERY_KIND, ids=lambda structure: structure.kind)
def test_every_structure_marks_something(structure: Structure) -> None:
    for seed in range(5):
        image = structure.draw((96, 80), np.random.default_rng(seed))
        assert image.shape == (96, 80)
        assert image.dtype == np.float32
        assert image.min() >= 0
        assert np.isfinite(image).all()
        assert image.std() > 0


@pytest.mark.parametrize("value", [0, 1, 5])
@pytest.mark.parametrize(("structure", "field"), SETTINGS)
def test_a_value_at_an_end_is_refused_or_draws_something(
    structure: type[Structure], field: str, value: float
) -> None:
    try:
        drawn = structure.model_validate({field: (value, value)})
    except ValidationError as error:
        assert "must stay between" in str(error)  # noqa: PT017 either outcome is right
        return
    with np.errstate(divide="raise", invalid="raise"):
        image = drawn.draw((48, 40), np.random.default_rng(1))
    assert np.isfinite(image).all()
    assert image.min() >= 0


@pytest.mark.parametrize("structure", EVERY_KIND, ids=lambda structure: structure.kind)
def test_what_an_image_draws_can_be_known_beforehand(structure: Structure) -> None:
    settled = settle(structure, np.random.default_rng(2))
    again = settle(settled, np.random.default_rng(3))
    for field in set(type(structure).model_fields) - {"kind"}:
        low, high = getattr(structure, field)
        chosen = getattr(settled, field)
        assert low * 0.999 <= chosen[0] <= chosen[1] <= high * 1.001
        assert getattr(again, field) == pytest.approx(chosen)


def test_kinds_that_came_later_are_drawn_where_they_are_named_alone() -> None:
    # Else the recipes of earlier weights would no longer make the images that they were trained on.
    kinds = {structure.kind for structure in Simulation().micrograph.structures}
    assert kinds.isdisjoint({structure.kind for structure in NEVER_BY_DEFAULT})
    named = {"micrograph": {"structures": [{"kind": s.kind} for s in NEVER_BY_DEFAULT]}}
    assert Simulation.model_validate(named).micrograph.structures == NEVER_BY_DEFAULT


def spectrum(image: np.ndarray) -> np.ndarray:
    return np.abs(np.fft.fft2(np.log(image) - np.log(image).mean())) ** 2


def test_grain_has_its_wavelength_and_no_coarser_one() -> None:
    grain = Grain(wavelength=(4, 4), bandwidth=(0.2, 0.2), alignment=(3, 3))
    power = spectrum(grain.draw((128, 128), np.random.default_rng(0)))
    frequency = np.hypot(*np.meshgrid(*[np.fft.fftfreq(128)] * 2))
    assert np.average(frequency, weights=power) == pytest.approx(1 / 4, rel=0.1)
    assert power[frequency < 1 / 8].sum() < 0.01 * power.sum()


def test_combed_grain_varies_in_one_direction() -> None:
    combed = Grain(alignment=(0.1, 0.1)).draw((128, 128), np.random.default_rng(1))
    slopes = np.stack(np.gradient(np.log(combed)))
    small, large = np.linalg.eigvalsh(np.cov(slopes.reshape(2, -1)))
    assert large > 5 * small


@pytest.mark.parametrize(("brightness", "darker"), [(0.1, True), (3, False)])
def test_joints_are_darker_or_brighter_than_bricks(brightness: float, darker: bool) -> None:
    even = {"brightness_spread": (0, 0), "contrast": (0, 0), "joint": (3, 3)}
    even |= {"height": (20, 20), "width": (40, 40)}
    bricks = Bricks(joint_brightness=(brightness, brightness), **even)
    image = bricks.draw((96, 96), np.random.default_rng(0))
    assert np.median(image) == pytest.approx(1, abs=0.01)
    assert (image.min() < 0.2 and image.max() <= 1.01) == darker


def test_leaves_cover_the_field_with_sharp_edges() -> None:
    even = Leaves(contrast=(0, 0)).draw((128, 128), np.random.default_rng(0))
    assert np.mean(even == 1) < 0.1
    steps = np.abs(np.diff(np.log(even), axis=1))
    assert np.median(steps) < 1e-3
    assert np.quantile(steps, 0.99) > 0.1


def test_a_gradient_is_smooth() -> None:
    for seed in range(5):
        image = Gradient().draw((128, 96), np.random.default_rng(seed))
        steepest = max(np.abs(np.diff(image, axis=axis)).max() for axis in (0, 1))
        assert steepest < 0.08 * np.ptp(image)


def test_stripes_have_their_wavelength_and_depth() -> None:
    stripes = Stripes(wavelength=(16, 16), depth=(0.4, 0.4), sharpness=(1, 1))
    drawn = [stripes.draw((128, 128), np.random.default_rng(seed)) for seed in range(20)]
    for image in drawn:
        assert image.max() == pytest.approx(1, abs=0.01)
        assert image.min() == pytest.approx(0.6, abs=0.01)
        frequency = np.hypot(*np.meshgrid(*[np.fft.fftfreq(128)] * 2))
        assert frequency.flat[np.argmax(spectrum(image))] == pytest.approx(1 / 16, abs=1 / 128)
    straight = [image for image in drawn if min(np.ptp(image, axis=a).max() for a in (0, 1)) < 1e-5]
    assert 4 < len(straight) < 16


def test_steep_stripes_are_plateaus() -> None:
    image = Stripes(wavelength=(32, 32), depth=(1, 1), sharpness=(8, 8)).draw(
        (128, 128), np.random.default_rng(0)
    )
    assert np.mean((image > 0.95) | (image < 0.05)) > 0.8
