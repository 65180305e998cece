"""What is public (docs/policy.md), one line each with its signature; `test_public_names` keeps it.

Run as a program, this file writes `public_names.txt` anew: after a change that the policy allows.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel

STORED = Path(__file__).with_name("public_names.txt")
MODULES = ("debcr_core", "debcr_core.testing")
VARIABLES = tuple(
    f"DEBCR_{word}" for word in ("BLOCK_PLUGINS", "CACHE", "DEBUG", "OFFLINE", "STRICT_PLUGINS")
)


def public_names() -> list[str]:
    """Return all that is public: names with signatures, hooks, environment variables."""
    from debcr_core import hookspecs

    hooks = [f"hook {name}{_signature(spec)}" for name, spec in _specs(hookspecs)]
    names = [line for module in MODULES for line in _of_module(module)]
    return sorted(names) + sorted(hooks) + [f"variable {name}" for name in VARIABLES]


def _specs(module: Any) -> Iterator[tuple[str, Any]]:
    for name, value in vars(module).items():
        if name.startswith("debcr_"):
            yield name, value


def _of_module(name: str) -> Iterator[str]:
    module = importlib.import_module(name)
    for each in module.__all__:
        value = getattr(module, each)
        place = f"{name}.{each}"
        if inspect.isclass(value):
            yield f"{place}({', '.join(base.__name__ for base in value.__bases__)})"
            yield from (f"{place}.{line}" for line in _members(value))
        else:
            # Signatures of what is pluggy's own are pluggy's.
            own = callable(value) and value.__module__.startswith("debcr_")
            yield place + (_signature(value) if own else f": {type(value).__name__}")


def _members(kind: type[Any]) -> Iterator[str]:
    """Return what a class itself adds to its bases, as far as it is public."""
    fields = kind.model_fields if issubclass(kind, BaseModel) else {}
    for name, said in inspect.get_annotations(kind).items():
        if not name.startswith("_"):
            value = fields[name].get_default() if name in fields else vars(kind).get(name)
            yield f"{name}: {said}" + ("" if value is None else f" = {_shown(value)}")
    for name, value in vars(kind).items():
        if name == "__init__" and value.__module__ == kind.__module__ and not _is_made(value):
            yield f"{name}{_signature(value)}"
        if name.startswith("_") or name in inspect.get_annotations(kind):
            continue
        if isinstance(value, property):
            yield f"{name}: property"
        elif isinstance(value, classmethod | staticmethod):
            yield f"{name}{_signature(value.__func__)}"
        elif inspect.isfunction(value):
            yield f"{name}{_signature(value)}"


def _is_made(function: Any) -> bool:
    """Say whether a dataclass made it of fields that are told already."""
    return getattr(function, "__qualname__", "").startswith("__create_fn__") or (
        getattr(getattr(function, "__code__", None), "co_filename", "") == "<string>"
    )


def _signature(function: Any) -> str:
    return str(inspect.signature(function))


def _shown(value: Any) -> str:
    text = repr(value)
    return "…" if " at 0x" in text or "PydanticUndefined" in text else text


if __name__ == "__main__":
    STORED.write_text("\n".join(public_names()) + "\n", encoding="utf-8")
