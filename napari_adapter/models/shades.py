"""Colours that can be read on the viewer's background, dark or light."""

from __future__ import annotations

from typing import Literal

from qtpy.QtWidgets import QWidget

Shade = Literal["good", "doubtful", "bad", "link", "quiet"]

ON_DARK: dict[Shade, str] = {
    "good": "#6fcf97",
    "doubtful": "#f2c14e",
    "bad": "#ff8a80",
    "link": "#7cc0ff",
    "quiet": "#b8bcc4",
}
ON_LIGHT: dict[Shade, str] = {
    "good": "#1b6e3c",
    "doubtful": "#8a5300",
    "bad": "#b3261e",
    "link": "#0b5cad",
    "quiet": "#565a61",
}


def shade(widget: QWidget, name: Shade) -> str:
    """Return a colour as ``#RRGGBB``, by whether the widget's own text is light or dark."""
    light_text = widget.palette().windowText().color().lightness() > 127
    return (ON_DARK if light_text else ON_LIGHT)[name]
