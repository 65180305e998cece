"""Which plugins the installed distributions announce, before any is imported."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from importlib.metadata import Distribution, EntryPoint, entry_points

from debcr_core.provenance import Provenance
from debcr_core.registry import GROUP, OURS


@dataclass(frozen=True)
class Announced:
    """A plugin as its distribution announces it.

    Attributes
    ----------
    entry : EntryPoint
        Its name and module.
    provenance : Provenance
        Name and version of its distribution; both empty where its metadata are damaged.
    """

    entry: EntryPoint
    provenance: Provenance

    @property
    def key(self) -> str:
        """Name that is unique among all plugins."""
        origin = self.provenance.distribution
        return f"{origin}/{self.entry.name}" if origin else self.entry.name

    @property
    def origin(self) -> Provenance:
        """Its distribution; where that has no name, the plugin's own stands for it."""
        return replace(
            self.provenance, distribution=self.provenance.distribution or self.entry.name
        )

    @property
    def is_ours(self) -> bool:
        """Whether it is built in."""
        return self.provenance.distribution == OURS

    def is_called(self, names: set[str]) -> bool:
        """Say whether it or its distribution has one of these names, as `plain` writes them."""
        return bool(names & {plain(self.entry.name), plain(self.provenance.distribution)})


def announced() -> list[Announced]:
    """Return all plugins: ours first, so that none can take their place, then by both names."""
    entries = entry_points(group=GROUP)
    # Asked once of each distribution: every question parses all its metadata.
    origins = {each: _provenance(each) for each in {entry.dist for entry in entries}}
    found = [Announced(entry, origins[entry.dist]) for entry in entries]
    return sorted(found, key=lambda each: (not each.is_ours, each.key))


def plain(name: str) -> str:
    """Return a name as packaging tools compare it: ``My_Plugin`` is ``my-plugin``."""
    return re.sub(r"[-_.]+", "-", name.strip()).lower()


def _provenance(distribution: Distribution | None) -> Provenance:
    # A distribution whose metadata are damaged has no name, or no version, or they are no text.
    try:
        name = (distribution.name or "") if distribution else ""
        return Provenance(name, (distribution.version or "") if distribution and name else "")
    except UnicodeDecodeError:
        return Provenance("", "")
