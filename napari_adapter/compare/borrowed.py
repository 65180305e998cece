"""What of the user's is changed for a while, and given back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class _Change:
    owner: Any
    name: str
    before: Any
    after: Any

    @property
    def stands(self) -> bool:
        """Whether nobody else has changed it since."""
        return bool(getattr(self.owner, self.name) == self.after)


class Borrowed:
    """Attributes of layers and of the viewer that are changed for a while."""

    def __init__(self) -> None:
        self._changes: dict[tuple[int, str], _Change] = {}

    def set(self, owner: Any, name: str, value: Any) -> None:
        """Change an attribute, and remember what it was before the first change of ours."""
        key = (id(owner), name)
        earlier = self._changes.get(key)
        before = earlier.before if earlier and earlier.stands else getattr(owner, name)
        setattr(owner, name, value)
        self._changes[key] = _Change(owner, name, before, getattr(owner, name))

    def give_back(self) -> None:
        """Change all back, the last first, but what somebody else has changed meanwhile."""
        while self._changes:
            _, change = self._changes.popitem()
            if change.stands:
                setattr(change.owner, change.name, change.before)
