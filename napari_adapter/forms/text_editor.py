"""Edit what is text, and what is written as text: lists, and whatever has no editor of its own."""

from __future__ import annotations

from typing import Any

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QLineEdit

from debcr_core.yaml.strict import MAX_CHARACTERS, load_yaml
from napari_adapter.forms.parameter import (
    UNSET,
    Parameter,
    as_text,
    may_be_none,
    placeholder,
    plain,
)


class TextEditor(QLineEdit):
    """A line of text; empty is the default.

    Parameters
    ----------
    parameter : Parameter
        What it edits. Text of a parameter that is no plain text is read as YAML, ``64`` and
        ``null``; of a list, the outer brackets need not be written: ``64, 64``.
    """

    changed = Signal()

    def __init__(self, parameter: Parameter) -> None:
        super().__init__()
        self._key = parameter.key
        kinds = {option.get("type") for option in parameter.options}
        self._plain_text = kinds == {"string"} and not may_be_none(parameter)
        # How empty text is written, where nothing at all means another default.
        self._empty = "" if parameter.default == "" else '""'
        self._only_lists, self._lists = kinds == {"array"}, "array" in kinds
        self._shown, self._given = "", UNSET
        self.setPlaceholderText(placeholder(parameter))
        self.setMaxLength(MAX_CHARACTERS)
        self.textChanged.connect(lambda _: self.changed.emit())

    def entered(self) -> Any:
        """Return the value, `UNSET` for the default.

        Raises
        ------
        ReadError
            If it is not valid YAML.
        """
        text = self.text()
        # What was given may say more than its text.
        if text == self._shown:
            return self._given
        if not text or not (text.strip() or self._plain_text):
            return UNSET
        if self._plain_text:
            return "" if text == self._empty else text
        text = f"[{text}]" if self._is_open_list(text) else text
        return load_yaml(text, f'Parameter "{self._key}"')

    def _is_open_list(self, text: str) -> bool:
        """Say whether text is a list whose brackets were not written."""
        if text.lstrip().startswith(("[", "{")):
            return False
        return self._only_lists or (self._lists and "," in text)

    def set_entered(self, value: Any) -> None:
        """Show a value; for `UNSET`, the default."""
        self._given = value
        self.blockSignals(True)
        self.setText(self._text(value))
        self.blockSignals(False)
        self._shown = self.text()
        self.changed.emit()

    def _text(self, value: Any) -> str:
        if value is UNSET:
            return ""
        if self._plain_text:
            return str(plain(value)) or self._empty
        return as_text(value)
