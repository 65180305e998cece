"""No public name goes or changes unseen: docs/policy.md says what is public, and how it changes."""

from __future__ import annotations

from pathlib import Path

from public_names import STORED, VARIABLES, public_names

POLICY = Path(__file__).parents[2] / "docs" / "policy.md"


def test_names_and_signatures_are_those_that_are_stored():
    stored, found = STORED.read_text(encoding="utf-8").splitlines(), public_names()
    gone, new = sorted({*stored} - {*found}), sorted({*found} - {*stored})
    assert not gone, f"Gone or changed, which takes two minor versions (docs/policy.md): {gone}"
    assert not new, f"Public from now on? python {STORED.with_suffix('.py').name} stores: {new}"


def test_the_policy_names_each_variable():
    text = POLICY.read_text(encoding="utf-8")
    assert [name for name in VARIABLES if name not in text] == []
