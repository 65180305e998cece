"""A component as a user names it: ready made, in words, or as a recipe writes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from debcr_core.components import KINDS, Component
from debcr_core.errors import ReadError, UsageError
from debcr_core.yaml.strict import load_yaml

if TYPE_CHECKING:
    from debcr_core.registry import Registry

Named = Component | str | Mapping[str, Any]
"""What stands for a component; `named_component` makes it of each."""


def named_component(kind: str, given: Named, plugins: Registry, called: str | None = None) -> Any:
    """Return the component that is given or named.

    Parameters
    ----------
    kind : str
        ``normalizer``, ``tiler``, ``blender``, ``reader``…
    given : Component, str or mapping
        The component; words such as ``percentile low=1 high=99``; or ``{"name": "percentile",
        "low": 1}``.
    plugins : Registry
        Where components are found.
    called : str, optional
        What the user calls it, for errors; by default its kind.

    Raises
    ------
    UsageError
        If it is of another kind, or the name, a parameter or a value is not valid.
    """
    called = called or kind
    if isinstance(given, Component):
        if not isinstance(given, KINDS[kind]):
            raise UsageError(f"{called} was given {type(given).__name__}, which is no {kind}.")
        return given
    part = spelled_out(given, called, kind)
    return plugins.create(kind, part.pop("name"), **part)


def spelled_out(
    given: str | Mapping[str, Any], called: str, kind: str = "component"
) -> dict[str, Any]:
    """Return what a user says of a component as a recipe writes it: ``{"name": …, "low": 1}``.

    Parameters
    ----------
    given : str or mapping
        Words such as ``percentile low=1 high=99``, or the mapping itself.
    called : str
        What the user calls it, for errors.
    kind : str
        Its kind, for errors.

    Raises
    ------
    UsageError
        If it names nothing, or a word is no ``key=value``.
    """
    if isinstance(given, str):
        return _of_words(given, called, kind)
    if not isinstance(given, Mapping) or not isinstance(given.get("name"), str):
        raise UsageError(f'{called} must be a name, or a mapping with the key "name".')
    return {str(key): value for key, value in given.items()}


def _of_words(text: str, called: str, kind: str) -> dict[str, Any]:
    name, *words = text.split() or [""]
    if not name:
        raise UsageError(f"{called} names no {kind}.")
    part: dict[str, Any] = {"name": name}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals:
            raise UsageError(f'{called} {text}: "{word}" should be written key=value.')
        try:
            part[key] = load_yaml(value, f"{called} {key}") if value else ""
        except ReadError as error:
            raise UsageError(str(error)) from None
    return part
