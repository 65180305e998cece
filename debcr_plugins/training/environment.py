"""What a training run depends on beside its configuration."""

from __future__ import annotations

import platform
import subprocess
import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from debcr_core.components import Component
    from debcr_core.registry import Registry

LIBRARIES = ("debcr-zoo", "lightning", "numpy", "torch")


def environment(components: Mapping[str, Component], plugins: Registry) -> dict[str, Any]:
    """Return versions, platform and the state of the git repository of the working folder.

    Parameters
    ----------
    components : mapping of str to Component
        What the run is made of, by kind: its recipe's parts, the loss and the like.
    plugins : Registry
        Which distributions they come from.
    """
    return {
        "components": {
            kind: {
                "name": plugins.qualified_name(component),
                "version": plugins.provenance(component).version,
            }
            for kind, component in components.items()
        },
        "python": sys.version.split()[0],
        "platform": platform.platform(),
        "libraries": {name: _version(name) for name in LIBRARIES},
        "git": _git(),
    }


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return ""


def _git() -> dict[str, Any] | None:
    """Return commit and cleanliness of the working folder; None where it is no repository."""
    commands = {"commit": ("rev-parse", "HEAD"), "changes": ("status", "--porcelain")}
    found = {}
    for name, command in commands.items():
        try:
            done = subprocess.run(
                ("git", *command), capture_output=True, text=True, timeout=10, check=True
            )
        except (OSError, subprocess.SubprocessError):
            return None
        found[name] = done.stdout.strip()
    return {"commit": found["commit"], "clean": not found["changes"]}
