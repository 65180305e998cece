"""Where the keyboard is: napari's themes show it on hardly any control."""

from __future__ import annotations

COLOUR = "#0a84d6"
"""Stands out by more than three to one from the grounds of both of napari's themes."""

FOCUS_STYLE = f"""
QPushButton:focus {{ border: 2px solid {COLOUR}; padding: 2px; }}
QToolButton:focus {{ border: 2px solid {COLOUR}; border-radius: 2px; }}
QComboBox:focus {{ border: 2px solid {COLOUR}; padding: 1px 8px 1px 6px; }}
QLineEdit:focus {{ border: 2px solid {COLOUR}; padding: 0px; }}
QAbstractSpinBox:focus {{ border: 1px solid {COLOUR}; padding: 0px 9px; }}
QCheckBox::indicator:focus {{ border: 2px solid {COLOUR}; padding: -1px; }}
QAbstractItemView:focus, QTextEdit:focus, QPlainTextEdit:focus {{ border: 2px solid {COLOUR}; }}
QLabel:focus, QScrollArea:focus {{ border: 1px solid {COLOUR}; }}
QTabBar::tab:focus {{ border: 2px solid {COLOUR}; text-decoration: underline; }}
QSlider::handle:focus {{ border: 2px solid {COLOUR}; }}
QComboBox QLineEdit:focus, QAbstractSpinBox QLineEdit:focus {{ border: 0px; }}
"""
"""For a whole dock; what a border takes is taken from the padding, so that nothing jumps."""
