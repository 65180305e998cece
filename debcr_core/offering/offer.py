"""What plugins offer, where it comes from, and how each of them fared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from debcr_core.components import Component
from debcr_core.provenance import Provenance


@dataclass(frozen=True)
class Offer:
    """A component class and where it comes from.

    Attributes
    ----------
    kind : str
        ``reader``, ``writer``, ``normalizer``, ``tiler``, ``blender``, ``model``, ``backend``,
        ``metric``, ``loss`` or ``catalog``.
    name : str
        The component's short name.
    summary : str
        The first sentence of its docstring.
    plugin : str
        Name of the plugin that offers it.
    provenance : Provenance
        Its distribution.
    load : callable
        Returns the class, for which its plugin is imported if it has not been.
    """

    kind: str
    name: str
    summary: str
    plugin: str
    provenance: Provenance
    load: Callable[[], type[Any]] = field(repr=False, compare=False)

    @property
    def component(self) -> type[Component]:
        """The class.

        Raises
        ------
        PluginError
            If its plugin cannot be imported, or no longer offers it.
        """
        return self.load()

    @property
    def origin(self) -> str:
        """Name of the distribution."""
        return self.provenance.distribution

    @property
    def qualified_name(self) -> str:
        """Name that is unique among all plugins: ``origin/name``."""
        return f"{self.origin}/{self.name}"


@dataclass(frozen=True)
class Command:
    """A further verb of `debcr`.

    Attributes
    ----------
    verb : str
        What it is called.
    help : str
        What it does: its docstring.
    plugin : str
        Name of the plugin that offers it.
    provenance : Provenance
        Its distribution.
    load : callable
        Returns the function, or the `typer.Typer` with several.
    """

    verb: str
    help: str
    plugin: str
    provenance: Provenance
    load: Callable[[], Any] = field(repr=False, compare=False)


@dataclass(frozen=True)
class Status:
    """How a plugin fared.

    Attributes
    ----------
    plugin : str
        Its name: the entry point's.
    origin : str
        Its distribution with version, or empty.
    state : str
        ``active``, ``broken`` or ``blocked``.
    reason : str
        Why it is broken or blocked; empty otherwise.
    offers : tuple of str
        What it offers, such as ``reader tiff`` or ``command demo``.
    remarks : tuple of str
        What its author should know: a verb that was taken, text that was printed, a slow import.
    seconds : float
        How long importing it took.
    """

    plugin: str
    origin: str
    state: str
    reason: str = ""
    offers: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def distribution(self) -> str:
        """Name of its distribution, without the version."""
        return self.origin.split(" ")[0]
