"""Every kind of structure, also at the ends of what its parameters may be."""

import numpy as np
import pytest
from pydantic import ValidationError

from debcr_plugins.simulation.parameters import ALL_KINDS
from debcr_plugins.simulation.ranges import settle
from debcr_plugins.simulation.structures import Structure

SETTINGS = [
    (type(kind), field)
    for kind in ALL_KINDS
    for field in type(kind).model_fields
    if field != "kind"
]


@pytest.mark.parametrize("structure", ALL_KINDS, ids=lambda structure: structure.kind)
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


@pytest.mark.parametrize("structure", ALL_KINDS, ids=lambda structure: structure.kind)
def test_what_an_image_draws_can_be_known_beforehand(structure: Structure) -> None:
    settled = settle(structure, np.random.default_rng(2))
    again = settle(settled, np.random.default_rng(3))
    for field in set(type(structure).model_fields) - {"kind"}:
        low, high = getattr(structure, field)
        chosen = getattr(settled, field)
        assert low * 0.999 <= chosen[0] <= chosen[1] <= high * 1.001
        assert getattr(again, field) == pytest.approx(chosen)
