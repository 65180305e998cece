"""What a component of any kind must hold."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from functools import cache, wraps
from importlib.util import find_spec
from typing import Any, ClassVar
from unittest import SkipTest

from pydantic import ValidationError

from debcr_core.components import Component
from debcr_core.offering.checking import NAME
from debcr_core.plugins import Plugins
from debcr_core.yaml.strict import dump_yaml, load_yaml

HEAVY = ("jax", "monai", "onnxruntime", "scipy", "skimage", "tensorflow", "torch")
"""What listing a component must not import."""
PROBE = """
import io, json, sys
from contextlib import redirect_stdout
with redirect_stdout(io.StringIO()) as printed:
    import {module}
print(json.dumps([sorted({heavy!r} & sys.modules.keys()), printed.getvalue()]))
"""


class Deviation(SkipTest):
    """Raised in place of a failure that a component declares (`Component.deviations`)."""


class ComponentTests:
    """Tests of one component; each kind has a class of its own that adds to these.

    Attributes
    ----------
    component : type
        The component's class.
    kind : str
        Its kind.
    """

    component: ClassVar[type[Any]]
    kind: ClassVar[str]

    def __init_subclass__(cls) -> None:
        """Turn the checks that the component says it does not pass into ones that must fail."""
        component = vars(cls).get("component")
        for check, reason in getattr(component, "deviations", {}).items():
            setattr(cls, check, _must_fail(getattr(cls, check), reason))

    def made(self) -> Any:
        """Return the component to try: its class's `example`."""
        return self.component.example()

    def test_its_name_is_lower_case_words_joined_by_hyphens(self) -> None:
        """Recipes and command lines name it."""
        assert NAME.fullmatch(self.component.name), f"its name is {self.component.name!r}"

    def test_its_docstring_says_in_a_sentence_what_it_is(self) -> None:
        """Lists show the first sentence."""
        text = (self.component.__doc__ or "").strip()
        assert text, "it has no docstring"
        inherited = {base.__doc__ for base in self.component.__mro__[1:]}
        assert self.component.__doc__ not in inherited, "its docstring is its base's"
        assert text.split("\n\n")[0].rstrip().endswith("."), "its first line is no whole sentence"

    def test_each_parameter_is_described(self) -> None:
        """Forms, command line and documentation show the descriptions."""
        silent = [name for name, field in _fields(self.component) if not field.description]
        assert not silent, f"these have no description in their Field(…): {', '.join(silent)}"

    def test_each_number_among_its_parameters_has_a_bound(self) -> None:
        """A form needs to know where a number ends, at one side at least."""
        properties = self.component.model_json_schema().get("properties", {})
        free = [name for name, schema in properties.items() if _is_unbounded(schema)]
        assert not free, f"these have no bounds (ge=, gt=, le=, lt=): {', '.join(free)}"

    def test_it_does_not_change_and_takes_no_parameter_it_does_not_know(self) -> None:
        """One description serves many images, threads and machines."""
        made = self.made()
        config = self.component.model_config
        assert config.get("frozen"), "it can be changed: keep frozen=True in its model_config"
        try:
            self.component.model_validate({**made.model_dump(), "no_such_parameter": 1})
        except ValidationError:
            return
        raise AssertionError('it takes unknown parameters: keep extra="forbid"')

    def test_it_comes_back_from_yaml(self) -> None:
        """Recipes are written and read again."""
        made = self.made()
        text = dump_yaml({"part": made.model_dump(mode="json")})
        again = self.component.model_validate(dict(load_yaml(text, "yaml"))["part"])
        assert again == made, f"{made!r} comes back as {again!r}"

    def test_its_import_is_quick_and_silent(self) -> None:
        """Listing imports its module; what computes belongs into functions."""
        heavy, printed = _import(self.component.__module__)
        assert not heavy, f"importing {self.component.__module__} imports {', '.join(heavy)}"
        assert not printed, f"importing {self.component.__module__} prints {printed[:60]!r}"

    def test_it_is_offered_and_no_other_plugin_offers_its_name(self) -> None:
        """A short name is of use while it is unique."""
        offers = [o for o in installed().offers(self.kind) if o.name == self.component.name]
        own = [offer for offer in offers if offer.component is self.component]
        if not own:
            raise SkipTest("no installed plugin offers it")
        others = [offer.origin for offer in offers if offer not in own]
        assert not others, f"{', '.join(others)} offers that name, too: choose another"


def _must_fail(check: Callable[[Any], None], reason: str) -> Callable[[Any], None]:
    """Return a check that a component declares not to pass, which must be so."""

    @wraps(check)
    def checked(self: Any) -> None:
        try:
            check(self)
        except AssertionError:
            raise Deviation(reason) from None
        raise AssertionError("it passes, but its class says in `deviations` that it does not")

    return checked


@cache
def installed() -> Plugins:
    """Return what is installed."""
    return Plugins.discover()


def _fields(component: type[Component]) -> Any:
    return component.model_fields.items()


def _is_unbounded(schema: dict[str, Any]) -> bool:
    """Say whether a parameter is a number, or one of several types is, without any bound."""
    options = schema.get("anyOf", [schema])
    bounds = {"minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "enum", "const"}
    return any(
        option.get("type") in ("integer", "number") and not bounds & option.keys()
        for option in options
    )


@cache
def _import(module: str) -> tuple[list[str], str]:
    """Return what of `HEAVY` a module imports, and what it prints, in a process of its own."""
    try:
        there = find_spec(module) is not None
    except (ImportError, ValueError):
        there = False
    if not there or module == "__main__":
        raise SkipTest(f"{module} cannot be imported elsewhere")
    code = PROBE.format(module=module, heavy=set(HEAVY))
    done = subprocess.run(
        [sys.executable, "-c", code],
        # What is found here is found there.
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"importing {module} fails: {done.stderr.strip()[-200:]}"
    heavy, printed = json.loads(done.stdout.splitlines()[-1])
    return heavy, printed
