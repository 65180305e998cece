"""Edit a number."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QAbstractSpinBox

from napari_adapter.forms.parameter import UNSET, Parameter, Schema, placeholder
from napari_adapter.forms.wheel import only_with_focus


class NumberEditor(QAbstractSpinBox):
    """A spin box of Python's own numbers: as large and as exact as they are; empty is the default.

    Its arrows stay within the bounds. What is typed is taken as it is, so that the model can say
    what is wrong with it, in place of a number that nobody typed.

    Parameters
    ----------
    parameter : Parameter
        Whose value is an integer or a float.
    """

    changed = Signal()

    def __init__(self, parameter: Parameter) -> None:
        super().__init__()
        self._schema = parameter.options[0]
        self._number: type[int | float] = int if self._schema["type"] == "integer" else float
        self._default = parameter.default
        self.lineEdit().textChanged.connect(lambda _: self.changed.emit())
        self.lineEdit().setPlaceholderText(placeholder(parameter))
        only_with_focus(self)

    def entered(self) -> Any:
        """Return the number, `UNSET` for the default, or what was typed in its place."""
        text = self.lineEdit().text().strip()
        if not text:
            return UNSET
        try:
            return self._number(text)
        except ValueError:
            return text

    def set_entered(self, value: Any) -> None:
        """Show a number; for `UNSET`, the default."""
        self.lineEdit().setText("" if value is UNSET else repr(self._number(value)))

    def stepBy(self, steps: int) -> None:  # noqa: N802
        """Go up or down, within the bounds."""
        now = self._now()
        # Decimal, lest 0.1 + 0.2 be 0.30000000000000004; whole numbers may be longer than it is.
        exact = int if isinstance(now, int) else Decimal
        size = step_size(now, self._schema)
        value = self._number(exact(repr(now)) + steps * exact(repr(size)))
        value = min(value, self._schema.get("maximum", value))
        value = max(value, self._schema.get("minimum", value))
        low = self._schema.get("exclusiveMinimum", -math.inf)
        if low < value < self._schema.get("exclusiveMaximum", math.inf):
            self.set_entered(value)

    def stepEnabled(self) -> QAbstractSpinBox.StepEnabledFlag:  # noqa: N802
        """Say in which directions the arrows work: both; at a bound they change nothing."""
        return (
            QAbstractSpinBox.StepEnabledFlag.StepUpEnabled
            | QAbstractSpinBox.StepEnabledFlag.StepDownEnabled
        )

    def _now(self) -> int | float:
        """Return the number to step from."""
        for value in (self.entered(), self._default):
            if isinstance(value, int | float) and math.isfinite(value):
                # A default of 1 may be one of a float.
                return self._number(value)
        return self._number(self._schema.get("minimum", 0))


def step_size(value: int | float, schema: Schema) -> int | float:
    """Return by how much one step changes a number: for a float, a tenth of its leading digit.

    Examples
    --------
    >>> step_size(0.25, {"type": "number"}), step_size(65535.0, {"type": "number"})
    (0.01, 1000.0)
    >>> step_size(7, {"type": "integer"})
    1
    """
    if "multipleOf" in schema:
        return schema["multipleOf"]  # type: ignore[no-any-return]
    if schema["type"] == "integer":
        return 1
    return 10.0 ** (math.floor(math.log10(abs(value))) - 1) if value else 0.1
