"""Components that fail are named, with their distribution: in an error, or in a warning."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.metadata import Distribution, EntryPoints, entry_points
from itertools import takewhile

from debcr_core.components import KINDS, Component
from debcr_core.errors import Cancelled, DebcrError, PluginError, said, sentence_of
from debcr_core.notices import say
from debcr_core.registry import GROUP

INTERRUPTS = (KeyboardInterrupt, GeneratorExit)
"""What is no fault of a component, in whose code it comes up.

`SystemExit` is one, which would end the program without a word, and the panic of a library in Rust.
"""


def named(component: Component | type[Component]) -> str:
    """Return a component's kind, name and distribution: ``blender "hann" of debcr-zoo 0.1.0``."""
    own = component if isinstance(component, type) else type(component)
    # The one kind that is not among the parts of the flow.
    kind = next((kind for kind, base in KINDS.items() if issubclass(own, base)), "catalog")
    origin = distribution_of(own)
    where = " ".join(origin) if origin else f"the module {own.__module__}"
    return f'{kind} "{component.name}" of {where}'


def distribution_of(component: type[Component]) -> tuple[str, str] | None:
    """Return the name and version of the distribution that a component's class comes with.

    None where no installed distribution announces it, as in a notebook.
    """
    return _announcing(component.__module__, tuple(sys.path))


@cache
def _announcing(module: str, path: tuple[str, ...]) -> tuple[str, str] | None:
    """Return the distribution that announces a module; asked once, since metadata are read.

    They are those of the path, and that of code which is imported does not change.
    """
    shared: dict[int, Distribution] = {}
    parts = module.split(".")
    for entry in _entries(path):
        # Several distributions may share a namespace: the nearest module tells.
        pairs = zip(entry.value.partition(":")[0].strip().split("."), parts, strict=False)
        length = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
        if entry.dist is not None and length:
            shared.setdefault(length, entry.dist)
    if not shared:
        return None
    # Each time they are asked for, a file is parsed: of this distribution alone, and once.
    metadata = shared[max(shared)].metadata
    return metadata["Name"], metadata["Version"]


@cache
def _entries(path: tuple[str, ...]) -> EntryPoints:  # noqa: ARG001
    return entry_points(group=GROUP)


@contextmanager
def calling(component: Component | type[Component]) -> Iterator[None]:
    """Turn what a component raises in the block, and is no sentence yet, into one that names it.

    Raises
    ------
    PluginError
        In place of any exception but our own, `MemoryError` and an interrupt.
    """
    try:
        yield
    except (DebcrError, MemoryError, *INTERRUPTS):
        raise
    except BaseException as error:
        raise PluginError(
            f"The {named(component)} failed: {type(error).__name__}: {said(error)}."
        ) from error


@contextmanager
def leaving_out(component: Component | type[Component], task: str) -> Iterator[None]:
    """Leave a component out of the block where it fails; who did not name it, works on.

    Parameters
    ----------
    component : Component or type
        What is called in the block.
    task : str
        What it was asked: ``it was asked for its models``.

    Warns
    -----
    DebcrWarning
        Naming the component and its distribution.
    """
    try:
        yield
    except (Cancelled, MemoryError, *INTERRUPTS):
        raise
    except BaseException as error:
        say(
            f"The {named(component)} is left out: it failed when {task}: {sentence_of(error)}",
            kind="left-out",
        )
