"""Find plugins, keep what they offer, and say plainly which of them are broken.

Built-in and third-party plugins come through the same door: the entry-point group ``debcr``,
one entry per module. One broken plugin never takes the others down.
"""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import Any, NoReturn

from debcr_core.components import Component
from debcr_core.errors import DebcrWarning, PluginError, UsageError, nearest
from debcr_core.offering.announced import Announced, announced, plain
from debcr_core.offering.asking import OFFERED, Asking, Taken, twice
from debcr_core.offering.describing import help_of, summary_of
from debcr_core.offering.importing import import_plugin
from debcr_core.offering.index import Index, Listed
from debcr_core.offering.missing import why_missing
from debcr_core.offering.offer import Command, Offer, Status
from debcr_core.provenance import Provenance

STRICT = "DEBCR_STRICT_PLUGINS"
BLOCK = "DEBCR_BLOCK_PLUGINS"

CORE_VERBS = ("restore", "replay", "info", "models", "plugins", "backends", "cache", "check")
SLOW, TOO_SLOW = 0.5, 3.0  # seconds: what lists name, and what is said at once
SHOWN = 80  # characters of what a plugin printed


class Plugins:
    """What is on offer, by kind and name.

    An instance starts empty; `discover` fills one from the installed distributions, `register`
    adds a module by hand. A plugin is imported when something of it is asked for; listing asks an
    index of what was found before.

    Examples
    --------
    >>> plugins = Plugins.discover()
    >>> plugins.create("normalizer", "percentile", high=99.5)
    Percentile(per='frame', hold_back=True, low=0.1, high=99.5, clip=True)
    """

    def __init__(self) -> None:
        self._asking = Asking()
        self._offers: list[Offer] = []
        self._commands: dict[str, Command] = {}
        self._taken: dict[str, Taken] = {}
        self._statuses: dict[str, Status] = {}
        self._alone = False
        self._index: Index | None = None
        # Viewers ask from several threads.
        self._lock = threading.RLock()

    @classmethod
    def discover(cls, *, alone: bool = False) -> Plugins:
        """Find every plugin that an installed distribution announces.

        ``DEBCR_BLOCK_PLUGINS=a,b`` leaves plugins out before they are imported, named by entry
        point or by distribution; ``DEBCR_STRICT_PLUGINS=1`` imports all, and raises where one is
        broken.

        Parameters
        ----------
        alone : bool
            Whether nothing else goes on in this process: what the C code of plugins prints when
            they are imported is then kept from the standard output as well.

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
        plugins._alone = alone
        found = announced()
        blocked = {plain(name) for name in os.environ.get(BLOCK, "").split(",")} - {""}
        plugins._index = index = Index(found)
        values: dict[str, str] = {}
        for each in found:
            plugins._find(each, index, blocked, values.setdefault(each.entry.value, each.key))
        index.store()
        names = {plain(n) for e in found for n in (e.entry.name, e.provenance.distribution)}
        for name in sorted(blocked - names):
            _warn(f'{BLOCK} names "{name}", but no such plugin is installed.')
        return plugins

    @property
    def statuses(self) -> list[Status]:
        """How each plugin fared that was discovered, in the order in which they were."""
        return list(self._statuses.values())

    def _find(self, plugin: Announced, index: Index, blocked: set[str], first: str) -> None:
        """Take in one plugin: from the index, or by its import.

        The first one that announces its module may be another.
        """
        status = Status(plugin.entry.name, str(plugin.provenance), "active")
        # Of one that is blocked the index keeps what it knows, for the next time.
        listed = index.look_up(plugin)
        if plugin.is_called(blocked):
            status = replace(status, state="blocked", reason=f"listed in {BLOCK}")
            self._statuses[plugin.key] = status
            return
        self._statuses[plugin.key] = status
        try:
            if first != plugin.key:
                raise PluginError(
                    f"{first} announces {plugin.entry.value} as well: once is enough."
                )
            if listed is None or _is_strict():
                listed = self._import(plugin)
                index.note(plugin, listed)
            self._list(plugin, listed)
        except PluginError as error:
            self._break(plugin, error)

    def _break(self, plugin: Announced, error: PluginError) -> None:
        """Leave a plugin out, and say so."""
        if self._index is not None:
            self._index.forget(plugin)
        status = self._statuses[plugin.key]
        name = f'Plugin "{status.plugin}" of {status.origin or "an unknown distribution"} is broken'
        if _is_strict():
            raise PluginError(f"{name}: {error}") from error
        self._asking.forget(plugin.key)
        self._taken.pop(plugin.key, None)
        self._statuses[plugin.key] = replace(
            status, state="broken", reason=str(error), offers=(), remarks=()
        )
        self._offers = [each for each in self._offers if not self._is_of(each, plugin)]
        self._commands = {v: c for v, c in self._commands.items() if not self._is_of(c, plugin)}
        _warn(f"{name} and left out: {error} Everything else works.")

    @staticmethod
    def _is_of(offered: Offer | Command, plugin: Announced) -> bool:
        origin = plugin.provenance.distribution or plugin.entry.name
        return (offered.plugin, offered.provenance.distribution) == (plugin.entry.name, origin)

    def _import(self, plugin: Announced) -> Listed:
        """Import a plugin, and return what it offers."""
        ask = partial(self._asking.ask, plugin.key)
        imported = import_plugin(plugin.entry, ask, alone=self._alone)
        self._taken[plugin.key] = taken = imported.taken
        remarks = []
        name = f'Plugin "{plugin.entry.name}" of {plugin.provenance}'
        if text := " ".join(imported.printed.split()):
            remarks.append(f'printed when it was imported: "{text[:SHOWN]}"')
            _warn(f"{name} {remarks[-1]}. That was kept from the output.")
        if imported.seconds >= SLOW and not plugin.is_ours:
            remarks.append(f"took {imported.seconds:.1f} s to import")
        if imported.seconds >= TOO_SLOW and not plugin.is_ours:
            _warn(f"{name} {remarks[-1]}: its author should import heavy libraries in functions.")
        return Listed(
            [(kind, name, summary_of(c)) for (kind, name), c in taken.classes.items()],
            [(verb, help_of(command)) for verb, command in taken.commands.items()],
            remarks,
            imported.seconds,
        )

    def _list(self, plugin: Announced, listed: Listed) -> None:
        """Put on the list what a plugin offers."""
        origin = replace(
            plugin.provenance, distribution=plugin.provenance.distribution or plugin.entry.name
        )
        offers = [
            Offer(
                kind,
                name,
                said,
                plugin.entry.name,
                origin,
                partial(self._class, plugin, kind, name),
            )
            for kind, name, said in listed.offers
        ]
        commands = [
            Command(verb, said, plugin.entry.name, origin, partial(self._command, plugin, verb))
            for verb, said in listed.commands
        ]
        self._check_unique(offers)
        remarks = [*listed.remarks, *self._add(offers, commands)]
        status = self._statuses[plugin.key]
        names = _names(offers, [command for command in commands if self._has(command)])
        self._statuses[plugin.key] = replace(
            status, offers=names, remarks=tuple(remarks), seconds=listed.seconds
        )

    def _has(self, command: Command) -> bool:
        return self._commands.get(command.verb) is command

    def _awake(self, plugin: Announced) -> Taken:
        """Return what an announced plugin offers, for which it is imported if it has not been."""
        with self._lock:
            if plugin.key not in self._taken:
                try:
                    self._import(plugin)
                except PluginError as error:
                    self._break_late(plugin, error)
            return self._taken[plugin.key]

    def _break_late(self, plugin: Announced, error: PluginError) -> NoReturn:
        """Leave out a plugin that is not as it was listed, and have it listed anew next time."""
        with self._lock:
            # Others may hold offers of it that was left out already.
            if self._statuses[plugin.key].state != "broken":
                self._break(plugin, error)
            if self._index is not None:
                self._index.store()
        raise error

    def _class(self, plugin: Announced, kind: str, name: str) -> type[Component]:
        found = self._awake(plugin).classes.get((kind, name))
        if found is None:
            gone = f"{plugin.key} no longer offers the {kind} {name}: try again."
            self._break_late(plugin, PluginError(gone))
        return found

    def _command(self, plugin: Announced, verb: str) -> Any:
        found = self._awake(plugin).commands.get(verb)
        if found is None:
            gone = f"{plugin.key} no longer offers the command {verb}: try again."
            self._break_late(plugin, PluginError(gone))
        return found

    def register(
        self, plugin: object, *, name: str, origin: str = "", version: str = ""
    ) -> tuple[str, ...]:
        """Take in one plugin, wholly or not at all.

        Parameters
        ----------
        plugin : object
            A module, or any object, with functions marked ``@hookimpl``.
        name : str
            Name of the plugin.
        origin, version : str
            Distribution it belongs to; by default its own name, without a version.

        Returns
        -------
        tuple of str
            What it offers, such as ``reader tiff`` or ``command demo``.

        Warns
        -----
        DebcrWarning
            If a verb is taken: the plugin keeps all else.

        Raises
        ------
        PluginError
            If it answers a question that nobody asks, or offers what is no component.
        """
        key = f"{origin}/{name}" if origin else name
        taken = self._asking.ask(key, plugin)
        provenance = Provenance(origin or name, version)
        offers = [
            Offer(kind, each, summary_of(c), name, provenance, partial(_same, c))
            for (kind, each), c in taken.classes.items()
        ]
        commands = [
            Command(verb, help_of(c), name, provenance, partial(_same, c))
            for verb, c in taken.commands.items()
        ]
        try:
            self._check_unique(offers)
        except PluginError:
            self._asking.forget(key)
            raise
        self._taken[key] = taken
        self._add(offers, commands)
        return _names(offers, [command for command in commands if self._has(command)])

    def _check_unique(self, offers: Iterable[Offer]) -> None:
        taken = {(offer.kind, offer.qualified_name) for offer in self._offers}
        for offer in offers:
            if (offer.kind, offer.qualified_name) in taken:
                raise PluginError(twice(offer.kind, offer.qualified_name))

    def _add(self, offers: list[Offer], commands: list[Command]) -> list[str]:
        """Put offers and commands on the list; return what is to be said of taken verbs."""
        self._offers += offers
        remarks = []
        for command in commands:
            if reason := self._is_taken(command.verb):
                remarks.append(f'its command "{command.verb}" is left out: {reason}')
                _refuse(
                    f'The command "{command.verb}" of the plugin "{command.plugin}" '
                    f"({command.provenance}) is left out: {reason} All else of it works."
                )
            else:
                self._commands[command.verb] = command
        return remarks

    def _is_taken(self, verb: str) -> str:
        """Say whose a verb is already; nobody's if that is empty."""
        if verb in CORE_VERBS:
            return "debcr has that verb itself."
        if verb in self._commands:
            return f"{self._commands[verb].provenance} has that verb already."
        return ""

    def offers(self, kind: str | None = None) -> list[Offer]:
        """Return what is on offer, of one kind or of all, in order of kind and name.

        No plugin is imported for it.
        """
        kinds = list(OFFERED)
        chosen = [offer for offer in self._offers if kind in (None, offer.kind)]
        return sorted(chosen, key=lambda o: (kinds.index(o.kind), o.name, o.origin))

    def classes(self, kind: str) -> list[type[Any]]:
        """Return the component classes of one kind, in order of name.

        Warns
        -----
        DebcrWarning
            For a plugin that can no longer be imported, and is left out.
        """
        return [component for offer in self.offers(kind) for component in self._loaded(offer)]

    @staticmethod
    def _loaded(offer: Offer) -> list[type[Any]]:
        """Return what is offered; nothing where its plugin cannot be imported any more."""
        try:
            return [offer.component]
        except PluginError:
            # It was said when its plugin was left out.
            if _is_strict():
                raise
            return []

    def commands(self) -> dict[str, Command]:
        """Return the verbs that plugins add to the command line; none is imported for it."""
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
        PluginError
            If its plugin can no longer be imported.
        """
        offers = self.offers(kind)
        matches = [o for o in offers if name in (o.name, o.qualified_name)]
        if len(matches) == 1:
            return matches[0].component
        if matches:
            names = ", ".join(offer.qualified_name for offer in matches)
            raise UsageError(
                f'The {kind} "{name}" is offered by several plugins. Name the one meant: {names}.'
            )
        if "/" in name:
            raise UsageError(why_missing(kind, name, offers, self.statuses))
        known = nearest(name, [offer.name for offer in offers])
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
        return self._offer_of(component).qualified_name

    def provenance(self, component: Component) -> Provenance:
        """Return the distribution that offers this component's class.

        Raises
        ------
        UsageError
            If no plugin offers the class.
        """
        return self._offer_of(component).provenance

    def _offer_of(self, component: Component) -> Offer:
        for offer in self._offers:
            # Only of one with its name a plugin has to be imported.
            if offer.name == component.name and type(component) in self._loaded(offer):
                return offer
        raise UsageError(f"No plugin offers {type(component).__name__}: register it first.")


def _names(offers: Iterable[Offer], commands: Iterable[Command]) -> tuple[str, ...]:
    return (
        *(f"{offer.kind} {offer.name}" for offer in offers),
        *(f"command {command.verb}" for command in commands),
    )


def _same(component: Any) -> Any:
    return component


def _is_strict() -> bool:
    return os.environ.get(STRICT, "") not in ("", "0")


def _warn(sentence: str) -> None:
    warnings.warn(sentence, DebcrWarning, stacklevel=2)


def _refuse(sentence: str) -> None:
    """Warn, or raise in strict mode."""
    if _is_strict():
        raise PluginError(sentence)
    _warn(sentence)
