"""The list of what is on offer: components by kind and qualified name, commands by verb."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from debcr_core.errors import PluginError
from debcr_core.offering.asking import Taken, twice
from debcr_core.offering.describing import help_of, summary_of
from debcr_core.offering.index import Listed
from debcr_core.offering.kinds import COMPONENTS
from debcr_core.offering.offer import Command, Offer
from debcr_core.offering.own_verbs import OWN_VERBS
from debcr_core.provenance import Provenance

Load = Callable[[str, str], Any]
"""Returns what a plugin offers of a kind by a name; of the kind ``command``, by a verb."""


@dataclass(frozen=True)
class Brought:
    """What one plugin brings.

    Attributes
    ----------
    offers : list of Offer
        Its components.
    commands : list of Command
        Its verbs.
    """

    offers: list[Offer]
    commands: list[Command]

    @classmethod
    def of(cls, listed: Listed, plugin: str, provenance: Provenance, load: Load) -> Brought:
        """Make it of what a plugin was listed with.

        Parameters
        ----------
        listed : Listed
            Names and summaries.
        plugin : str
            Its name.
        provenance : Provenance
            Its distribution.
        load : callable
            Returns components and commands themselves.
        """
        return cls(
            [
                Offer(kind, name, said, plugin, provenance, partial(load, kind, name))
                for kind, name, said in listed.offers
            ],
            [
                Command(verb, said, plugin, provenance, partial(load, "command", verb))
                for verb, said in listed.commands
            ],
        )

    @property
    def names(self) -> tuple[str, ...]:
        """What it is called in lists: ``reader tiff``, ``command demo``."""
        return (
            *(f"{offer.kind} {offer.name}" for offer in self.offers),
            *(f"command {command.verb}" for command in self.commands),
        )

    def without(self, verbs: Iterable[str]) -> Brought:
        """Return the same without some of its commands."""
        left_out = set(verbs)
        return Brought(self.offers, [c for c in self.commands if c.verb not in left_out])


@dataclass
class Listing:
    """What is on offer.

    Attributes
    ----------
    offers : list of Offer
        Components, in the order in which they came.
    commands : dict
        Commands by verb.
    """

    offers: list[Offer] = field(default_factory=list)
    commands: dict[str, Command] = field(default_factory=dict)

    def taken_verbs(self, brought: Brought) -> dict[str, str]:
        """Return those of a plugin's verbs that are taken, each with a sentence: by whom."""
        return {c.verb: whose for c in brought.commands if (whose := self._whose(c.verb))}

    def _whose(self, verb: str) -> str:
        if verb in OWN_VERBS:
            return "debcr has that verb itself."
        if verb in self.commands:
            return f"{self.commands[verb].provenance} has that verb already."
        return ""

    def check_new(self, brought: Brought) -> None:
        """Refuse a plugin of which a component is on the list.

        Raises
        ------
        PluginError
            If one is.
        """
        there = {(offer.kind, offer.qualified_name) for offer in self.offers}
        for offer in brought.offers:
            if (offer.kind, offer.qualified_name) in there:
                raise PluginError(twice(offer.kind, offer.qualified_name))

    def add(self, brought: Brought) -> None:
        """Put on the list what a plugin brings."""
        self.offers += brought.offers
        self.commands |= {command.verb: command for command in brought.commands}

    def remove(self, plugin: str, distribution: str) -> None:
        """Take off the list what a plugin brought."""

        def kept(offered: Offer | Command) -> bool:
            return (offered.plugin, offered.provenance.distribution) != (plugin, distribution)

        self.offers = [offer for offer in self.offers if kept(offer)]
        self.commands = {verb: c for verb, c in self.commands.items() if kept(c)}

    def sorted(self, kind: str | None) -> list[Offer]:
        """Return the components of one kind or of all, in order of kind and name."""
        kinds = list(COMPONENTS)
        chosen = [offer for offer in self.offers if kind in (None, offer.kind)]
        return sorted(chosen, key=lambda o: (kinds.index(o.kind), o.name, o.origin))


def listed(taken: Taken, remarks: Iterable[str] = (), seconds: float = 0.0) -> Listed:
    """Return names and summaries of what a plugin offers, which was imported in some seconds."""
    return Listed(
        [(kind, name, summary_of(c)) for (kind, name), c in taken.classes.items()],
        [(verb, help_of(command)) for verb, command in taken.commands.items()],
        list(remarks),
        seconds,
    )
