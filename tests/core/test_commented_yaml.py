"""Parameters as commented YAML: what is written is read back, what is not set shows its keys."""

from __future__ import annotations

import re
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field

from debcr_core.yaml.commented import commented_yaml
from debcr_core.yaml.strict import load_yaml


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Ring(Part):
    width: tuple[int, int] = Field((5, 30), description="Pixels.")


class Lens(Part):
    kind: Literal["lens"] = "lens"
    ring: Ring | None = Field(None, description="Around it.")


class Mirror(Part):
    kind: Literal["mirror"] = "mirror"


class Camera(Part):
    gain: float = Field(description="Counts per electron.")


class Microscope(Part):
    lens: Lens | None = Field(None, description="In front.")
    camera: Camera | None = Field(None, description="Behind.")
    either: Annotated[Mirror | Lens, Field(discriminator="kind")] | None = None
    spare: Lens = Field(Lens(), description="In the drawer.")
    spares: tuple[Lens, ...] = Field((Lens(),), description="In the cupboard.")
    name: str | None = Field(None, description="What it is called.")
    sizes: tuple[Ring, ...] | None = Field(None, description="Of stops.")


def uncommented(text: str, name: str) -> str:
    """Return the text after the first # of each line below a section was removed."""
    block = re.search(rf"(?m)^( *){name}:  #.*\n((?:\1#   .*\n)+)", text)
    assert block is not None
    return text.replace(block[2], re.sub(f"(?m)^{block[1]}# ", block[1], block[2]), 1)


def read(text: str) -> Microscope:
    return Microscope.model_validate(load_yaml(text, "scope.yaml"))


@pytest.mark.parametrize("unset", [False, True])
@pytest.mark.parametrize("scope", [Microscope(), Microscope(lens=Lens(ring=Ring(width=(1, 2))))])
def test_what_is_written_is_read_back(scope: Microscope, unset: bool) -> None:
    assert read(commented_yaml(scope, unset=unset)) == scope


def test_without_being_asked_it_writes_values_alone() -> None:
    assert "lens: null\n" in commented_yaml(Microscope())
    assert "width" not in commented_yaml(Microscope())


def test_a_section_that_is_not_set_is_set_by_removing_a_comment_sign_from_each_line() -> None:
    text = uncommented(commented_yaml(Microscope(), unset=True), "lens")
    assert read(text).lens == Lens()
    assert read(uncommented(text, "ring")).lens == Lens(ring=Ring())


def test_sections_within_others_and_in_lists_show_their_keys_too() -> None:
    text = commented_yaml(Microscope(), unset=True)
    before, spare, after = text.partition("spare:")
    within = read(before + spare + uncommented(after, "ring"))
    assert (within.spare, within.spares) == (Lens(ring=Ring()), (Lens(),))
    before, spares, after = text.partition("spares:")
    listed = read(before + spares + uncommented(after, "ring"))
    assert (listed.spare, listed.spares) == (Lens(), (Lens(ring=Ring()),))


def test_of_several_kinds_the_first_is_shown() -> None:
    assert read(uncommented(commented_yaml(Microscope(), unset=True), "either")).either == Mirror()


def test_what_a_section_requires_is_asked_for() -> None:
    text = uncommented(commented_yaml(Microscope(), unset=True), "camera")
    assert load_yaml(text, "x")["camera"] == {"gain": None}


def test_what_is_no_section_stays_null() -> None:
    text = commented_yaml(Microscope(), unset=True)
    assert "\nname: null\n" in text
    assert "\nsizes: null\n" in text
