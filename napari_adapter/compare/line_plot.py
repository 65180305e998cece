"""Intensities over distance, drawn by Qt: no other library has to be imported for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from qtpy.QtCore import QPointF, QRectF, QSize, Qt
from qtpy.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from qtpy.QtWidgets import QSizePolicy, QWidget

from debcr_core.evaluation import Values

if TYPE_CHECKING:
    from napari_adapter.compare.profile import Profile

# Okabe and Ito's colours, told apart with any colour vision: https://jfly.uni-koeln.de/color/
COLOURS = ("#0072B2", "#D55E00", "#009E73")
INK, GRID = QColor("#333333"), QColor("#dddddd")
LEFT, RIGHT, TOP, BOTTOM = 52, 10, 22, 34
"""Margins in pixels: numbers, legend, distance."""


class LinePlot(QWidget):
    """A curve for each layer, on white in either theme."""

    def __init__(self) -> None:
        super().__init__()
        self._profile: Profile | None = None
        self.setAccessibleName("Line profile")
        self.setToolTip("Intensities along the line.")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.hide()

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return a size that fits into a narrow dock."""
        return QSize(300, 190)

    def show_profile(self, profile: Profile | None) -> None:
        """Draw a profile, or hide."""
        self._profile = profile
        self.setVisible(profile is not None)
        self.update()

    def paintEvent(self, _: QPaintEvent) -> None:  # noqa: N802
        """Draw axes, curves and legend."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), Qt.GlobalColor.white)
        if self._profile is not None:
            low, high = value_range(list(self._profile.intensities.values()))
            inside = QRectF(self.rect()).adjusted(LEFT, TOP, -RIGHT, -BOTTOM)
            self._draw_axes(painter, inside, low, high, self._profile)
            for colour, values in zip(COLOURS, self._profile.intensities.values(), strict=False):
                painter.setPen(QPen(QColor(colour), 1.5))
                for curve in _curves(values, inside, low, high):
                    painter.drawPolyline(curve)
            self._draw_legend(painter, list(self._profile.intensities))
        painter.end()

    def _draw_axes(
        self, painter: QPainter, inside: QRectF, low: float, high: float, profile: Profile
    ) -> None:
        for share in (0.0, 0.5, 1.0):
            y = inside.bottom() - share * inside.height()
            painter.setPen(GRID)
            painter.drawLine(QPointF(inside.left(), y), QPointF(inside.right(), y))
            painter.setPen(INK)
            label = QRectF(0, y - 8, LEFT - 5, 16)
            text = f"{low + share * (high - low):.4g}"
            painter.drawText(label, Qt.AlignmentFlag.AlignRight, text)
        end = float(profile.distance[-1])
        below = QRectF(inside.left(), inside.bottom() + 3, inside.width(), 16)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, "0")
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, f"{end:.4g}")
        caption = below.translated(0, 12)
        painter.drawText(caption, Qt.AlignmentFlag.AlignHCenter, f"distance ({profile.unit})")

    def _draw_legend(self, painter: QPainter, names: list[str]) -> None:
        width = (self.width() - 8) / len(names)
        for number, (name, colour) in enumerate(zip(names, COLOURS, strict=False)):
            painter.setPen(QColor(colour))
            shown = painter.fontMetrics().elidedText(
                name, Qt.TextElideMode.ElideRight, int(width) - 6
            )
            cell = QRectF(6 + number * width, 2, width, 16)
            painter.drawText(cell, Qt.AlignmentFlag.AlignLeft, shown)


def value_range(curves: list[Values]) -> tuple[float, float]:
    """Return the lowest and highest finite intensity, apart even where all are alike."""
    finite = np.concatenate([curve[np.isfinite(curve)] for curve in curves] or [np.empty(0)])
    if not finite.size:
        return 0.0, 1.0
    low, high = float(finite.min()), float(finite.max())
    return (low, high) if low < high else (low - 0.5, high + 0.5)


def _curves(values: Values, inside: QRectF, low: float, high: float) -> list[QPolygonF]:
    """Return the pieces of a curve between which nothing is known."""
    x = np.linspace(inside.left(), inside.right(), len(values))
    y = inside.bottom() - (values - low) / (high - low) * inside.height()
    known = np.flatnonzero(np.isfinite(y))
    pieces = np.split(known, np.flatnonzero(np.diff(known) > 1) + 1)
    return [QPolygonF([QPointF(x[i], y[i]) for i in piece]) for piece in pieces if piece.size]
