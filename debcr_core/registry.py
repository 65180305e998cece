"""What recipes, files and catalogs need of the plugins: to name and to make components.

`debcr_core.plugins.Plugins` is one. Those that only ask know this much of it, so that plugins can
offer what is defined in terms of recipes and catalogs without importing each other in a circle.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from debcr_core.components import Component

if TYPE_CHECKING:
    from debcr_core.provenance import Provenance

GROUP = "debcr"
"""Entry points under this name announce plugins."""
OURS = "debcr-zoo"
"""The distribution of what is built in."""


class Registry(Protocol):
    """Components by kind and name."""

    def classes(self, kind: str) -> list[type[Any]]:
        """Return the component classes of one kind, in order of name."""
        ...

    def create(self, kind: str, name: str, /, **parameters: Any) -> Any:
        """Return a component with the given parameters.

        Raises
        ------
        UsageError
            If the name or a parameter is unknown, or a value is out of bounds.
        """
        ...

    def qualified_name(self, component: Component) -> str:
        """Return the name by which a component's class is found, now and later.

        Raises
        ------
        UsageError
            If no plugin offers the class.
        """
        ...

    def provenance(self, component: Component) -> Provenance:
        """Return the distribution that offers a component's class.

        Raises
        ------
        UsageError
            If no plugin offers the class.
        """
        ...
