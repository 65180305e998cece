"""Where a component comes from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Provenance:
    """Where a component comes from.

    Attributes
    ----------
    distribution : str
        Name of the distribution; the plugin's own where it has none.
    version : str
        The distribution's; empty where it has none.
    """

    distribution: str
    version: str = ""

    def __str__(self) -> str:
        return f"{self.distribution} {self.version}".strip()
