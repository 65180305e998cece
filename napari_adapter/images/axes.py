"""Which axis of a layer is which."""

from __future__ import annotations

from typing import TYPE_CHECKING

from debcr_core.errors import UsageError
from debcr_core.image import DIMS, SECONDS, unit_name
from napari_adapter.images.facts import facts_of

if TYPE_CHECKING:
    from napari.layers import Image

WORDS = {
    "t": ("t", "time", "timepoint", "frame"),
    "c": ("c", "channel", "ch", "wavelength"),
    "z": ("z", "depth", "plane", "slice"),
    "y": ("y", "row", "height"),
    "x": ("x", "column", "col", "width"),
}
"""What people call axes, in the singular and lower case."""
COMMONEST = "xyztc"
"""Which axes nameless ones are, the commonest first: ``yx``, ``zyx``, ``tzyx``, ``tczyx``."""


def axes_of(layer: Image) -> str:
    """Return a letter of ``t c z y x`` for each axis of a layer's data.

    What the layer's metadata say of them counts, then the layer's own labels (letters, or words
    such as ``time``) and units of time; nameless ones are taken as `COMMONEST` has it, in the
    order ``t c z y x``. Of RGB layers, the last axis is that of the colours.

    Parameters
    ----------
    layer : napari.layers.Image
        The layer.

    Raises
    ------
    UsageError
        If it has more than five axes, or two of one name.
    """
    colours = "c" if layer.rgb else ""
    known = str(facts_of(layer).get("axes", ""))
    if len(known) == layer.ndim + len(colours) and known.endswith(colours):
        return known
    named = [_letter(label) or _of_unit(unit) for label, unit in zip(*_told(layer), strict=True)]
    return _filled(named, colours, layer) + colours


def _told(layer: Image) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the label and the unit of each axis."""
    return tuple(map(str, layer.axis_labels)), tuple(map(str, layer.units))


def _letter(label: str) -> str:
    """Return the axis that a label means, or nothing."""
    word = label.strip().lower()
    singular = word.removesuffix("s")
    return next((letter for letter, words in WORDS.items() if {word, singular} & {*words}), "")


def _of_unit(unit: str) -> str:
    return "t" if unit_name(unit) in SECONDS else ""


def _filled(named: list[str], colours: str, layer: Image) -> str:
    """Return all letters, of which some are known."""
    used = [*filter(None, named), *colours]
    free = [letter for letter in COMMONEST if letter not in used]
    nameless = named.count("")
    if len(set(used)) < len(used) or nameless > len(free):
        raise UsageError(
            f'The axes of the layer "{layer.name}" are called '
            f"{', '.join(map(str, layer.axis_labels))}, and it is not clear which is which: an "
            f"image has up to five axes, each of {', '.join(DIMS)} once. Say which they are, a "
            'letter each, such as "tzyx".'
        )
    letters = iter(sorted(free[:nameless], key=DIMS.index))
    return "".join(letter or next(letters) for letter in named)
