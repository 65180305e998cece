"""What is wrong in nested parameters is said with the keys of the level it is wrong on."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from debcr_core.yaml.faults import explain, explain_each


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Lens(Part):
    kind: Literal["lens"] = "lens"
    aperture: float = Field(1.2, gt=0)


class Mirror(Part):
    kind: Literal["mirror"] = "mirror"
    radius: float = 1.0


class Camera(Part):
    gain: float = 1.0
    lowest: float = 0.0
    name: str = Field("camera", min_length=3, max_length=9)

    @field_validator("gain")
    @classmethod
    def _not_thirteen(cls, gain: float) -> float:
        if gain == 13:
            raise ValueError("13 brings bad luck")
        return gain

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.lowest > self.gain:
            raise ValueError("lowest is above gain")
        return self


class Microscope(Part):
    elements: tuple[Annotated[Lens | Mirror, Field(discriminator="kind")], ...] = Field(
        (), min_length=1
    )
    camera: Camera | None = None
    spares: dict[str, Camera] = {}
    size: tuple[int, int] = (1, 1)
    steps: int | tuple[int, ...] = 1


def said(**values: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        Microscope.model_validate(values)
    return explain(caught.value, "own/scope.yaml", Microscope)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (
            {"camara": {}},
            'own/scope.yaml has no parameter "camara". Did you mean "camera"? '
            "Known: camera, elements, size, spares, steps.",
        ),
        (
            {"camera": {"gian": 1}},
            '"camera" in own/scope.yaml has no parameter "gian". Did you mean "gain"? '
            "Known: gain, lowest, name.",
        ),
        (
            {"spares": {"old": {"gian": 1}}},
            '"spares.old" in own/scope.yaml has no parameter "gian". Did you mean "gain"? '
            "Known: gain, lowest, name.",
        ),
        (
            {"elements": [{"kind": "mirror", "aperture": 1}]},
            '"elements.0.mirror" in own/scope.yaml has no parameter "aperture". '
            "Known: kind, radius.",
        ),
        (
            {"elements": [{"kind": "miror"}]},
            '"elements.0" in own/scope.yaml: there is no kind "miror". Did you mean "mirror"? '
            "Known: lens, mirror.",
        ),
        (
            {"elements": [{}]},
            'Parameter "elements.0" of own/scope.yaml needs the key "kind".',
        ),
        ({"elements": []}, 'Parameter "elements" of own/scope.yaml must not be empty; it is [].'),
        ({"size": [1]}, '"size" in own/scope.yaml has too few values.'),
        (
            {"camera": {"gain": 13}},
            'Parameter "gain" of "camera" in own/scope.yaml: 13 brings bad luck; it is 13.',
        ),
        (
            {"camera": {"name": "ab"}},
            'Parameter "name" of "camera" in own/scope.yaml must have 3 characters or more; '
            "it is 'ab'.",
        ),
        (
            {"camera": {"lowest": 2}},
            'Parameter "camera" of own/scope.yaml: lowest is above gain.',
        ),
        (
            {"camera": 3},
            'Parameter "camera" of own/scope.yaml must hold keys with values; it is 3.',
        ),
    ],
)
def test_a_fault_names_its_place_and_what_is_valid_there(
    values: dict[str, Any], sentence: str
) -> None:
    assert said(**values) == sentence


def test_the_types_that_were_tried_are_not_named_like_keys() -> None:
    text = said(steps="many")
    assert 'Parameter "steps" of own/scope.yaml must be a valid integer' in text
    assert 'Parameter "steps" of own/scope.yaml must be a list in square brackets' in text


def test_each_fault_has_a_sentence_of_its_own() -> None:
    text = said(camera={"gain": "much"}, size=[1, "b"])
    assert 'Parameter "gain" of "camera" in own/scope.yaml must be a valid number' in text
    assert 'Parameter "size.1" of own/scope.yaml must be a valid integer' in text


def test_the_same_fault_of_several_values_of_a_list_is_one_sentence():
    assert said(elements=[Lens()], size=["a", "b"]) == (
        'Parameters "size.0", "size.1" of own/scope.yaml must be a valid integer, unable to parse '
        "string as an integer; they are 'a', 'b'."
    )


def test_of_a_long_list_only_some_values_are_named():
    sentence = said(elements=[Lens()], steps=["a"] * 1000)
    assert '"steps.2" and 997 more of own/scope.yaml' in sentence
    assert len(sentence) < 400


def test_each_sentence_comes_with_the_place_of_what_it_is_about() -> None:
    with pytest.raises(ValidationError) as raised:
        Camera(gain=13, name="no", size=3)
    told = explain_each(raised.value, "camera", Camera)
    assert [place for place, _ in told] == [("gain",), ("name",), ("size",)]
    assert " ".join(sentence for _, sentence in told) == explain(raised.value, "camera", Camera)
