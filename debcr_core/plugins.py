"""Find plugins, keep what they offer, and say plainly which of them are broken.

Built-in and third-party plugins come through the same door: the entry-point group ``debcr``,
one entry per module. One broken plugin never takes the others down.
"""

from __future__ import annotations

import inspect
import os
import re
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.metadata import Distribution, EntryPoint, entry_points
from typing import Any

import pluggy

from debcr_core import hookspecs
from debcr_core.catalogs import Catalog
from debcr_core.components import KINDS, Component, Reader, Writer
from debcr_core.errors import DebcrWarning, PluginError, UsageError, nearest
from debcr_core.registry import GROUP

STRICT = "DEBCR_STRICT_PLUGINS"
BLOCK = "DEBCR_BLOCK_PLUGINS"

CORE_VERBS = ("restore", "replay", "info", "models", "plugins", "backends", "cache")

OFFERED: dict[str, type[Component]] = {**KINDS, "catalog": Catalog}


@dataclass(frozen=True)
class Offer:
    """A component class and where it comes from.

    Attributes
    ----------
    kind : str
        ``reader``, ``writer``, ``normalizer``, ``tiler``, ``blender``, ``model``, ``backend``,
        ``metric``, ``loss`` or ``catalog``.
    component : type
        The class.
    plugin : str
        Name of the plugin that offers it.
    origin : str
        Distribution of the plugin; the plugin's own name where it has none.
    """

    kind: str
    component: type[Component]
    plugin: str
    origin: str

    @property
    def qualified_name(self) -> str:
        """Name that is unique among all plugins: ``origin/name``."""
        return f"{self.origin}/{self.component.name}"


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
    """

    plugin: str
    origin: str
    state: str
    reason: str = ""
    offers: tuple[str, ...] = ()


class Plugins:
    """What is on offer, by kind and name.

    An instance starts empty; `discover` fills one from the installed distributions, `register`
    adds a module by hand.

    Examples
    --------
    >>> plugins = Plugins.discover()
    >>> plugins.create("normalizer", "percentile", high=99.5)
    Percentile(per='frame', hold_back=True, low=0.1, high=99.5, clip=True)
    """

    def __init__(self) -> None:
        self._manager = pluggy.PluginManager(hookspecs.PROJECT)
        self._manager.add_hookspecs(hookspecs)
        self._offers: list[Offer] = []
        self._commands: dict[str, Callable[..., None]] = {}
        self.statuses: list[Status] = []

    @classmethod
    def discover(cls) -> Plugins:
        """Load every plugin that an installed distribution announces.

        ``DEBCR_BLOCK_PLUGINS=a,b`` leaves plugins out before they are imported, named by entry
        point or by distribution; ``DEBCR_STRICT_PLUGINS=1`` raises where a plugin is broken.

        Warns
        -----
        DebcrWarning
            Once for each broken plugin, naming it and its distribution.

        Raises
        ------
        PluginError
            For a broken plugin, in strict mode.
        """
        plugins = cls()
        blocked = {_normalized(name) for name in os.environ.get(BLOCK, "").split(",")} - {""}
        announced = _announced()
        for entry, origin in announced:
            plugins._load(entry, origin, blocked)
        present = {_normalized(n) for entry, origin in announced for n in (entry.name, origin.name)}
        for name in sorted(blocked - present):
            warnings.warn(
                f'{BLOCK} names "{name}", but no such plugin is installed.',
                DebcrWarning,
                stacklevel=2,
            )
        return plugins

    def _load(self, entry: EntryPoint, origin: _Origin, blocked: set[str]) -> None:
        version = origin.with_version
        if blocked & {_normalized(entry.name), _normalized(origin.name)}:
            self.statuses.append(Status(entry.name, version, "blocked", f"listed in {BLOCK}"))
            return
        try:
            offers = self.register(_import(entry), name=entry.name, origin=origin.name)
        except PluginError as error:
            if os.environ.get(STRICT, "") not in ("", "0"):
                raise
            self.statuses.append(Status(entry.name, version, "broken", str(error)))
            warnings.warn(
                f'Plugin "{entry.name}" of {version or "an unknown distribution"} is broken and '
                f"left out: {error} Everything else works.",
                DebcrWarning,
                stacklevel=3,
            )
        else:
            self.statuses.append(Status(entry.name, version, "active", offers=offers))

    def register(self, plugin: object, *, name: str, origin: str = "") -> tuple[str, ...]:
        """Take in one plugin, wholly or not at all.

        Parameters
        ----------
        plugin : object
            A module, or any object, with functions marked ``@hookimpl``.
        name : str
            Name of the plugin.
        origin : str
            Distribution it belongs to; by default its own name.

        Returns
        -------
        tuple of str
            What it offers, such as ``reader tiff`` or ``command demo``.

        Raises
        ------
        PluginError
            If it answers a question that nobody asks, or offers what is no component.
        """
        key = f"{origin}/{name}" if origin else name
        if self._manager.has_plugin(key) or self._manager.is_registered(plugin):
            raise PluginError(f'The plugin "{key}" is registered already.')
        try:
            self._manager.register(plugin, name=key)
            self._manager.check_pending()
            offers = self._collect_offers(plugin, name, origin or name)
            commands = self._collect_commands(plugin)
        except (Exception, SystemExit) as error:
            if self._manager.has_plugin(key):
                self._manager.unregister(name=key)
            raise PluginError(_sentence(error)) from error
        self._offers += offers
        self._commands |= commands
        return (
            *(f"{offer.kind} {offer.component.name}" for offer in offers),
            *(f"command {verb}" for verb in commands),
        )

    def _answers(self, plugin: object, question: str) -> list[Any]:
        callers = self._manager.get_hookcallers(plugin) or []
        return [
            implementation.function()
            for caller in callers
            for implementation in caller.get_hookimpls()
            if caller.name == question and implementation.plugin is plugin
        ]

    def _collect_offers(self, plugin: object, name: str, origin: str) -> list[Offer]:
        offers: list[Offer] = []
        for kind, base in OFFERED.items():
            question = f"debcr_{kind}es" if kind.endswith("s") else f"debcr_{kind}s"
            for answer in self._answers(plugin, question):
                if not isinstance(answer, list | tuple):
                    raise PluginError(f"{question} returned {answer!r}, not a list of classes.")
                for component in answer:
                    _check_component(component, base, question)
                    offers.append(Offer(kind, component, name, origin))
        self._check_unique(offers)
        return offers

    def _check_unique(self, offers: Iterable[Offer]) -> None:
        taken = {(offer.kind, offer.qualified_name) for offer in self._offers}
        for offer in offers:
            if (offer.kind, offer.qualified_name) in taken:
                raise PluginError(
                    f'The {offer.kind} "{offer.qualified_name}" is offered twice: rename one.'
                )
            taken.add((offer.kind, offer.qualified_name))

    def _collect_commands(self, plugin: object) -> dict[str, Callable[..., None]]:
        commands: dict[str, Callable[..., None]] = {}
        for answer in self._answers(plugin, "debcr_commands"):
            if not isinstance(answer, dict):
                raise PluginError(f"debcr_commands returned {answer!r}, not a dict of commands.")
            for verb, command in answer.items():
                if verb in CORE_VERBS:
                    raise PluginError(f'The command "{verb}" is the core\'s own.')
                if verb in self._commands:
                    raise PluginError(f'The command "{verb}" is taken by another plugin.')
                if not callable(command):
                    raise PluginError(f'The command "{verb}" is {command!r}, not a function.')
                commands[verb] = command
        return commands

    def offers(self, kind: str | None = None) -> list[Offer]:
        """Return what is on offer, of one kind or of all, in order of kind and name."""
        kinds = list(OFFERED)
        chosen = [offer for offer in self._offers if kind in (None, offer.kind)]
        return sorted(chosen, key=lambda o: (kinds.index(o.kind), o.component.name, o.origin))

    def classes(self, kind: str) -> list[type[Any]]:
        """Return the component classes of one kind, in order of name."""
        return [offer.component for offer in self.offers(kind)]

    def commands(self) -> dict[str, Callable[..., None]]:
        """Return the verbs that plugins add to the command line."""
        return dict(sorted(self._commands.items()))

    def find(self, kind: str, name: str) -> type[Any]:
        """Return the component class of that name.

        Parameters
        ----------
        kind : str
            ``reader``, ``writer``, ``normalizer``, ``tiler``, ``blender``, ``model``, ``backend``,
            ``metric``, ``loss`` or ``catalog``.
        name : str
            Short name while it is unique, else the qualified one, ``origin/name``.

        Raises
        ------
        UsageError
            If no component has that name, or several have.
        """
        offers = self.offers(kind)
        matches = [o for o in offers if name in (o.component.name, o.qualified_name)]
        if len(matches) == 1:
            return matches[0].component
        if matches:
            names = ", ".join(offer.qualified_name for offer in matches)
            raise UsageError(
                f'The {kind} "{name}" is offered by several plugins. Name the one meant: {names}.'
            )
        known = nearest(name, [offer.component.name for offer in offers])
        raise UsageError(f'There is no {kind} "{name}". {known}{self._broken_hint()}')

    def _broken_hint(self) -> str:
        out = [status.plugin for status in self.statuses if status.state != "active"]
        return f" (Left out: {', '.join(out)}; see `debcr plugins`.)" if out else ""

    def create(self, kind: str, name: str, /, **parameters: Any) -> Any:
        """Return a component with the given parameters.

        Raises
        ------
        UsageError
            If the name or a parameter is unknown, or a value is out of bounds.
        """
        from pydantic import ValidationError

        from debcr_core.yaml.faults import explain

        component = self.find(kind, name)
        try:
            return component(**parameters)
        except ValidationError as error:
            raise UsageError(explain(error, f'{kind} "{name}"', component)) from None

    def qualified_name(self, component: Component) -> str:
        """Return the name by which `find` gives this component's class, now and later.

        A short name would become ambiguous as soon as another plugin offers it, too.

        Raises
        ------
        UsageError
            If no plugin offers the class.
        """
        for offer in self._offers:
            if offer.component is type(component):
                return offer.qualified_name
        raise UsageError(f"No plugin offers {type(component).__name__}: register it first.")


@dataclass(frozen=True)
class _Origin:
    """Name of a distribution, and the same with its version; empty where it has none."""

    name: str = ""
    with_version: str = ""

    @classmethod
    def of(cls, distribution: Distribution | None) -> _Origin:
        # A distribution whose metadata are damaged has no name.
        name = (distribution.name or "") if distribution else ""
        return cls(name, f"{name} {distribution.version}") if distribution and name else cls()


def _announced() -> list[tuple[EntryPoint, _Origin]]:
    """Return all entry points with their distributions, in order of both names."""
    entries = entry_points(group=GROUP)
    # Asked once of each distribution: every question parses all its metadata.
    origins = {each: _Origin.of(each) for each in {entry.dist for entry in entries}}
    found = [(entry, origins[entry.dist]) for entry in entries]
    return sorted(found, key=lambda each: (each[1].name, each[0].name))


def _normalized(name: str) -> str:
    """Return a name as packaging tools compare it: ``My_Plugin`` is ``my-plugin``."""
    return re.sub(r"[-_.]+", "-", name.strip()).lower()


def _import(entry: EntryPoint) -> object:
    # A stranger's module can do anything when imported, leaving by SystemExit included.
    try:
        return entry.load()
    except (Exception, SystemExit) as error:
        raise PluginError(f"Importing {entry.value} failed: {_sentence(error)}") from error


def _check_component(component: Any, base: type[Component], question: str) -> None:
    if not (inspect.isclass(component) and issubclass(component, base)):
        raise PluginError(f"{question} offers {component!r}, which is no {base.__name__} class.")
    label = component.__qualname__
    if inspect.isabstract(component):
        missing = ", ".join(sorted(component.__abstractmethods__))
        raise PluginError(f"{question} offers {label}, which does not implement {missing}.")
    name = getattr(component, "name", None)
    if not isinstance(name, str) or not name or "/" in name or name != name.strip():
        raise PluginError(f"{question} offers {label}, whose class has no valid `name`.")
    if issubclass(component, Reader | Writer):
        suffixes = getattr(component, "suffixes", None)
        if not isinstance(suffixes, tuple) or not all(isinstance(s, str) for s in suffixes):
            raise PluginError(f"{question} offers {label}, whose class has no tuple `suffixes`.")


def _sentence(error: BaseException) -> str:
    if isinstance(error, PluginError):
        return str(error)
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}." if text else f"{type(error).__name__}."
