"""Formats that outputs can have."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from debcr_core.components import Writer
from debcr_core.errors import WriteError
from debcr_core.image import make_image
from debcr_core.plugins import Plugins

DEFAULT = ".ome.tif"


@dataclass(frozen=True)
class Format:
    """A format, as a list of them shows it.

    Attributes
    ----------
    title : str
        What the user reads.
    suffix : str or None
        Of the outputs; None for that of each input.
    """

    title: str
    suffix: str | None


AS_INPUT = Format("As the input", None)


def formats_of(plugins: Plugins) -> list[Format]:
    """Return the formats that hold what networks return, in order of name."""
    return [
        Format(f"{writer.name} ({writer.suffixes[0]})", writer.suffixes[0])
        for writer in plugins.classes("writer")
        if _holds_floats(writer())
    ]


def _holds_floats(writer: Writer) -> bool:
    """Say whether a format holds the pixel type of what networks return."""
    try:
        writer.check(make_image(np.zeros((1, 1), np.float32), "yx"))
    except WriteError:
        return False
    return True
