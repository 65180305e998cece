"""Errors keep what they are when they are said in other words."""

from __future__ import annotations

import pytest

from debcr_core.errors import DebcrError, UntrustedCodeError, UsageError, reworded
from debcr_core.files.guessed_axes import NamelessAxesError


class OddError(DebcrError):
    """Of a plugin, with a signature of its own."""

    def __init__(self, number: int, *, colour: str) -> None:
        super().__init__(f"{number} is odd.", advice="Add one.")
        self.colour = colour


@pytest.mark.parametrize(
    "error",
    [
        UsageError("It is too small.", advice="Take less.", kind="size"),
        NamelessAxesError("Which is t?", "tyx", advice="--axes tyx"),
        UntrustedCodeError("net.zip", "TorchScript"),
        OddError(3, colour="red"),
    ],
)
def test_an_error_in_other_words_keeps_its_class_kind_facts_and_advice(error) -> None:
    made = reworded(error, lambda fact: f"a.tif: {fact}")
    assert type(made) is type(error)
    assert str(made) == f"a.tif: {error}"
    assert vars(made) == {**vars(error), "fact": f"a.tif: {error.fact}"}
    assert made.kind == error.kind
