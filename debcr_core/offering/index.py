"""What plugins offered when they were imported last, so that listing needs no import.

It holds for a folder of installed distributions as long as nothing is installed there, or removed:
the folder's own time tells. What is installed for editing is imported each time.
"""

from __future__ import annotations

import json
import sys
import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib.metadata import Distribution, version
from pathlib import Path
from typing import Any

from debcr_core.errors import DebcrError
from debcr_core.files.cache import cache_folder, cache_root
from debcr_core.offering.announced import Announced
from debcr_core.registry import OURS

FOLDER, FILE = "plugins", "index.json"


@dataclass(frozen=True)
class Listed:
    """What one plugin offers.

    Attributes
    ----------
    offers : sequence of (str, str, str)
        Kind, name and summary of each component.
    commands : sequence of (str, str)
        Verb and docstring of each command.
    remarks : sequence of str
        What its author should know.
    seconds : float
        How long importing it took.
    """

    offers: Sequence[tuple[str, str, str]]
    commands: Sequence[tuple[str, str]]
    remarks: Sequence[str]
    seconds: float

    @classmethod
    def of(cls, content: dict[str, Any]) -> Listed:
        """Make it of what was stored.

        Raises
        ------
        ValueError, TypeError, KeyError
            If that is something else.
        """
        return cls(
            [(str(kind), str(name), str(said)) for kind, name, said in content["offers"]],
            [(str(verb), str(said)) for verb, said in content["commands"]],
            [str(remark) for remark in content["remarks"]],
            float(content["seconds"]),
        )


class Index:
    """What is known of plugins without importing them.

    Parameters
    ----------
    plugins : sequence of Announced
        Those that are installed now.
    """

    def __init__(self, plugins: Sequence[Announced]) -> None:
        distributions = {each.entry.dist for each in plugins}
        self._states = {dist: _state(dist) for dist in distributions if dist is not None}
        self._stored = _read()
        self._known: dict[str, Any] = {}

    def look_up(self, plugin: Announced) -> Listed | None:
        """Return what a plugin offers; None where only its import can tell."""
        state = self._state_of(plugin)
        stored = self._stored.get(plugin.key)
        if state is None or not isinstance(stored, dict) or stored.get("state") != state:
            return None
        try:
            listed = Listed.of(stored)
        except (ValueError, TypeError, KeyError):
            return None
        self._known[plugin.key] = stored
        return listed

    def note(self, plugin: Announced, listed: Listed) -> None:
        """Note what a plugin offered when it was imported."""
        if (state := self._state_of(plugin)) is not None:
            self._known[plugin.key] = {"state": state, **asdict(listed)}

    def forget(self, plugin: Announced) -> None:
        """Forget a plugin that is not as was noted."""
        self._known.pop(plugin.key, None)

    def store(self) -> None:
        """Write down what is known, if that changed; where that cannot be done, nothing is lost."""
        # As JSON has it: tuples are lists.
        known = json.loads(json.dumps(self._known))
        if known == self._stored:
            return
        with suppress(OSError, DebcrError):
            folder = cache_folder(FOLDER)
            made = folder / f"{FILE}.{uuid.uuid4().hex[:8]}"
            try:
                made.write_text(json.dumps(known), encoding="utf-8")
                made.replace(folder / FILE)
            finally:
                made.unlink(missing_ok=True)
            self._stored = known

    def _state_of(self, plugin: Announced) -> list[Any] | None:
        dist = plugin.entry.dist
        state = None if dist is None else self._states.get(dist)
        return None if state is None else [plugin.entry.value, *state]


def _state(distribution: Distribution) -> list[Any] | None:
    """Return what must be the same for a plugin to be the same; None where nothing can tell."""
    # Whoever installs writes RECORD; what lies elsewhere can be edited unseen.
    folder = Path(str(distribution.locate_file("")))
    try:
        if distribution.read_text("direct_url.json") and _is_editable(distribution):
            return None
        if distribution.read_text("RECORD") is None:
            return None
        changed, its_version = folder.stat().st_mtime_ns, distribution.version
    # What is no text was not written by an installer.
    except (OSError, UnicodeDecodeError):
        return None
    python = list(sys.version_info[:3])
    return [str(folder), changed, its_version, version(OURS), python]


def _is_editable(distribution: Distribution) -> bool:
    try:
        said = json.loads(distribution.read_text("direct_url.json") or "{}")
        return bool(said.get("dir_info", {}).get("editable"))
    except (ValueError, AttributeError):
        return True


def _read() -> dict[str, Any]:
    """Return what was stored; nothing where it is missing or damaged."""
    try:
        content = json.loads((cache_root() / FOLDER / FILE).read_text(encoding="utf-8"))
    except (OSError, DebcrError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}
