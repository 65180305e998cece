"""Edit what is one of a few values."""

from __future__ import annotations

from typing import Any

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QCheckBox, QComboBox

from napari_adapter.forms.parameter import UNSET, Parameter, plain
from napari_adapter.forms.wheel import only_with_focus

WORDS = {"None": "none", "True": "yes", "False": "no"}


class ChoiceEditor(QComboBox):
    """A list to choose from.

    Parameters
    ----------
    parameter : Parameter
        Whose `choices` are the values.
    """

    changed = Signal()

    def __init__(self, parameter: Parameter) -> None:
        super().__init__()
        values = choices(parameter)
        # Qt would take 1, 1.0 and True for the same.
        self._values = [*values, None] if parameter.nullable else values
        self._default = plain(parameter.default) if parameter.default is not UNSET else UNSET
        if self._place(self._default) < 0:
            self._values.insert(0, UNSET)
        self.addItems([_word(value, parameter) for value in self._values])
        self.set_entered(UNSET)
        only_with_focus(self)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        self.currentIndexChanged.connect(lambda _: self.changed.emit())

    def entered(self) -> Any:
        """Return the value that is chosen, `UNSET` for the default."""
        value = self._values[self.currentIndex()]
        return UNSET if _same(value, self._default) else value

    def set_entered(self, value: Any) -> None:
        """Choose a value; for `UNSET`, the default."""
        wanted = self._default if value is UNSET else plain(value)
        self.setCurrentIndex(max(self._place(wanted), 0))

    def _place(self, value: Any) -> int:
        return next((i for i, each in enumerate(self._values) if _same(each, value)), -1)


class CheckEditor(QCheckBox):
    """A box to tick; as it is by default, it counts as not given.

    Parameters
    ----------
    parameter : Parameter
        Whose value is a boolean, with a default.
    """

    changed = Signal()

    def __init__(self, parameter: Parameter) -> None:
        super().__init__()
        self._default = bool(parameter.default)
        self.setChecked(self._default)
        self.toggled.connect(lambda _: self.changed.emit())

    def entered(self) -> Any:
        """Return whether it is ticked, `UNSET` where that is the default."""
        ticked = bool(self.isChecked())
        return UNSET if ticked is self._default else ticked

    def set_entered(self, value: Any) -> None:
        """Tick it or not; for `UNSET`, as by default."""
        self.setChecked(self._default if value is UNSET else value)


def choices(parameter: Parameter) -> list[Any]:
    """Return the values of which it is one; none if there are endlessly many."""
    found: list[Any] = []
    for option in parameter.options:
        values = [True, False] if option.get("type") == "boolean" else option.get("enum")
        values = [option["const"]] if "const" in option else values
        if values is None:
            return []
        found += values
    return found


def _same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and (one is other or bool(one == other))


def _word(value: Any, parameter: Parameter) -> str:
    if value is UNSET:
        return "(choose)" if parameter.required else "(default)"
    return WORDS.get(repr(value), str(value))
