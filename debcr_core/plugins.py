"""Find plugins, keep what they offer, and say plainly which of them are broken.

Built-in and third-party plugins come through the same door: the entry-point group ``debcr``,
one entry per module. One broken plugin never takes the others down.
"""

from __future__ import annotations

import os
import threading
import warnings
from dataclasses import replace
from functools import partial
from typing import Any, NoReturn

from debcr_core.components import Component
from debcr_core.errors import DebcrWarning, PluginError, UsageError, nearest
from debcr_core.offering.announced import Announced, announced, plain
from debcr_core.offering.asking import Asking, Taken
from debcr_core.offering.importing import import_plugin
from debcr_core.offering.index import Index, Listed
from debcr_core.offering.listing import Brought, Listing, listed
from debcr_core.offering.missing import why_missing
from debcr_core.offering.offer import Command, Offer, Status
from debcr_core.provenance import Provenance

STRICT = "DEBCR_STRICT_PLUGINS"
BLOCK = "DEBCR_BLOCK_PLUGINS"

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
        self._listing = Listing()
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
        known = index.look_up(plugin)
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
            if known is None or _is_strict():
                known = self._import(plugin)
                index.note(plugin, known)
            self._list(plugin, known)
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
        self._listing.remove(plugin.entry.name, plugin.origin.distribution)
        _warn(f"{name} and left out: {error} Everything else works.")

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
        return listed(taken, remarks, imported.seconds)

    def _list(self, plugin: Announced, known: Listed) -> None:
        """Put on the list what a plugin offers."""
        load = partial(self._load, plugin)
        added, remarks = self._add(Brought.of(known, plugin.entry.name, plugin.origin, load))
        self._statuses[plugin.key] = replace(
            self._statuses[plugin.key],
            offers=added.names,
            remarks=(*known.remarks, *remarks),
            seconds=known.seconds,
        )

    def _add(self, brought: Brought) -> tuple[Brought, list[str]]:
        """Put on the list what a plugin brings, but for verbs that are taken.

        Returns what was added, and what is to be said of those verbs.
        """
        self._listing.check_new(brought)
        taken = self._listing.taken_verbs(brought)
        for command in brought.commands:
            if command.verb in taken:
                _refuse(
                    f'The command "{command.verb}" of the plugin "{command.plugin}" '
                    f"({command.provenance}) is left out: {taken[command.verb]} All else of it "
                    "works."
                )
        added = brought.without(taken)
        self._listing.add(added)
        return added, [f'its command "{verb}" is left out: {by}' for verb, by in taken.items()]

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

    def _load(self, plugin: Announced, kind: str, name: str) -> Any:
        found = self._awake(plugin).get(kind, name)
        if found is None:
            gone = f"{plugin.key} no longer offers the {kind} {name}: try again."
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
        try:
            added, _ = self._add(Brought.of(listed(taken), name, provenance, taken.get))
        except PluginError:
            self._asking.forget(key)
            raise
        self._taken[key] = taken
        return added.names

    def offers(self, kind: str | None = None) -> list[Offer]:
        """Return what is on offer, of one kind or of all, in order of kind and name.

        No plugin is imported for it.
        """
        return self._listing.sorted(kind)

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
        return dict(sorted(self._listing.commands.items()))

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
        for offer in self._listing.offers:
            # Only of one with its name a plugin has to be imported.
            if offer.name == component.name and type(component) in self._loaded(offer):
                return offer
        raise UsageError(f"No plugin offers {type(component).__name__}: register it first.")


def _is_strict() -> bool:
    return os.environ.get(STRICT, "") not in ("", "0")


def _warn(sentence: str) -> None:
    warnings.warn(sentence, DebcrWarning, stacklevel=2)


def _refuse(sentence: str) -> None:
    """Warn, or raise in strict mode."""
    if _is_strict():
        raise PluginError(sentence)
    _warn(sentence)
