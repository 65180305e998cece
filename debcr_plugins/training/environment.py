"""What a training run depends on beside its configuration."""

from __future__ import annotations

import platform
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import Any

LIBRARIES = ("debcr-zoo", "lightning", "numpy", "torch")


def environment() -> dict[str, Any]:
    """Return versions, platform and the state of the git repository of the working folder."""
    return {
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
