"""A component as it is named on the command line, and in Python."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from debcr_core.components import Component
    from debcr_core.registry import Registry


def words_of(kind: str, component: Component, plugins: Registry) -> list[str]:
    """Return a component's name and those parameters that are not the usual ones.

    Parameters
    ----------
    kind : str
        ``normalizer``, ``reader``…
    component : Component
        The component.
    plugins : Registry
        Where its name is found.

    Returns
    -------
    list of str
        Such as ``["percentile", "low=1.0"]``; no value has a space in it.
    """
    values = _parameters(component)
    return [
        name_of(kind, component, plugins),
        *(f"{key}={_value(value)}" for key, value in values.items()),
    ]


def call_of(kind: str, component: Component, plugins: Registry) -> str | dict[str, Any]:
    """Return a component as `debcr_core.restore` takes it: a name, or a mapping with parameters."""
    name, values = name_of(kind, component, plugins), _parameters(component)
    return {"name": name, **values} if values else name


def name_of(kind: str, component: Component, plugins: Registry) -> str:
    """Return a component's name: the short one, unless several plugins offer one of that name."""
    same = [each for each in plugins.classes(kind) if each.name == component.name]
    return component.name if len(same) == 1 else plugins.qualified_name(component)


def _parameters(component: Component) -> dict[str, Any]:
    return component.model_dump(mode="json", exclude_defaults=True)


def _value(value: Any) -> str:
    """Return a value as YAML reads it, without a space."""
    return json.dumps(value, separators=(",", ":")).replace(" ", "\\u0020")
