"""What recipes, files and catalogs need of the plugins: to name and to make components.

`debcr_core.plugins.Plugins` is one. Those that only ask know this much of it, so that plugins can
offer what is defined in terms of recipes and catalogs without importing each other in a circle.
"""

from __future__ import annotations

from typing import Any, Protocol

from debcr_core.components import Component

GROUP = "debcr"
"""Entry points under this name announce plugins."""


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
