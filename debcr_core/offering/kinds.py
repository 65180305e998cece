"""Which kinds of things plugins offer, and how each is spoken of."""

from __future__ import annotations

from debcr_core.catalogs import Catalog
from debcr_core.components import KINDS, Component

COMPONENTS: dict[str, type[Component]] = {**KINDS, "catalog": Catalog}
"""The base class of each kind of component."""
EVERY_KIND = (*COMPONENTS, "command")
"""All that a plugin can offer."""


def plural(kind: str) -> str:
    """Return what several of a kind are called: of hooks, of the kit's modules, of pages.

    Examples
    --------
    >>> plural("loss"), plural("reader")
    ('losses', 'readers')
    """
    return f"{kind}es" if kind.endswith("s") else f"{kind}s"
