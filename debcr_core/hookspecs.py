"""The questions that plugins answer: which classes of each kind do you offer.

A plugin is a module (or object) that answers some of them:

>>> from debcr_core.hookspecs import hookimpl
>>> @hookimpl
... def debcr_normalizers():
...     return [MyNormalizer]

and is announced under the entry-point group ``debcr``. Nothing is computed through a hook:
answers are classes, so the order in which plugins answer never matters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from collections.abc import Callable

    from debcr_core.catalogs import Catalog
    from debcr_core.components import (
        Backend,
        Blender,
        Loss,
        Metric,
        Model,
        Normalizer,
        Reader,
        Tiler,
        Writer,
    )

PROJECT = "debcr"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def debcr_readers() -> list[type[Reader]]:
    """Return the file formats that can be read."""
    raise NotImplementedError


@hookspec
def debcr_writers() -> list[type[Writer]]:
    """Return the file formats that can be written."""
    raise NotImplementedError


@hookspec
def debcr_normalizers() -> list[type[Normalizer]]:
    """Return ways to bring intensities to a network's scale."""
    raise NotImplementedError


@hookspec
def debcr_tilers() -> list[type[Tiler]]:
    """Return ways to divide an image into tiles."""
    raise NotImplementedError


@hookspec
def debcr_blenders() -> list[type[Blender]]:
    """Return ways to weigh overlapping tiles."""
    raise NotImplementedError


@hookspec
def debcr_models() -> list[type[Model]]:
    """Return network architectures."""
    raise NotImplementedError


@hookspec
def debcr_backends() -> list[type[Backend]]:
    """Return what computes networks."""
    raise NotImplementedError


@hookspec
def debcr_metrics() -> list[type[Metric]]:
    """Return measures of image quality."""
    raise NotImplementedError


@hookspec
def debcr_losses() -> list[type[Loss]]:
    """Return what training can minimise."""
    raise NotImplementedError


@hookspec
def debcr_catalogs() -> list[type[Catalog]]:
    """Return places where trained models are found."""
    raise NotImplementedError


@hookspec
def debcr_commands() -> dict[str, Callable[..., None]]:
    """Return further verbs of the ``debcr`` command: functions that typer understands.

    A parameter of type `typer.Context` receives the `Plugins` as its ``obj``.
    """
    raise NotImplementedError
