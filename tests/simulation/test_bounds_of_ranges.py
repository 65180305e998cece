"""A range out of bounds is refused with the bounds that it really has."""

from __future__ import annotations

import re
from typing import get_args

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from debcr_plugins.pairs.degrading import DegradeConfig
from debcr_plugins.simulation.degradation import Halo
from debcr_plugins.simulation.gibson_lanni import GibsonLanniPSF
from debcr_plugins.simulation.kinds import AnyStructure
from debcr_plugins.simulation.micrograph import Micrograph
from debcr_plugins.simulation.parameters import Sharp, Simulation
from debcr_plugins.simulation.psf import GaussianPSF

STRUCTURES = get_args(get_args(AnyStructure)[0])
OTHERS = (DegradeConfig, Halo, GaussianPSF, GibsonLanniPSF, Micrograph, Sharp, Simulation)
RANGES = [
    pytest.param(model, name, id=f"{model.__name__}.{name}")
    for model in (*STRUCTURES, *OTHERS)
    for name, field in model.model_fields.items()
    if tuple[float, float] in (field.annotation, *get_args(field.annotation))
]


@pytest.mark.parametrize(("model", "name"), RANGES)
@pytest.mark.parametrize("limits", [(-1, 1e9), (-1, -1), (1e9, 1e9)])
def test_the_bounds_that_a_message_names_are_those_that_hold(
    model: type[BaseModel], name: str, limits: tuple[float, float]
) -> None:
    field = model.model_fields[name]
    only = TypeAdapter(field.rebuild_annotation())
    with pytest.raises(ValidationError) as raised:
        only.validate_python(limits)
    named = re.search(r"must stay between (\S+) and (\S+) \[", str(raised.value))
    assert named is not None
    lowest, highest = float(named[1]), float(named[2])
    assert only.validate_python((lowest, highest)) == (lowest, highest)
    for beyond in ((lowest * 0.99 - 1e-9, highest), (lowest, highest * 1.01)):
        with pytest.raises(ValidationError):
            only.validate_python(beyond)


def test_the_width_of_a_halo_ends_at_a_hundred_pixels() -> None:
    with pytest.raises(ValidationError, match="must stay between 0 and 100"):
        Halo(width=(5, 300))
