"""Rows of editors for the fields of a pydantic model."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel
from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QFormLayout, QGroupBox, QLabel, QVBoxLayout, QWidget

from debcr_core.errors import ReadError
from napari_adapter.fold import Fold
from napari_adapter.forms.choice_editor import CheckEditor, ChoiceEditor, choices
from napari_adapter.forms.entry_error import EntryError, Fault
from napari_adapter.forms.number_editor import NumberEditor
from napari_adapter.forms.parameter import UNSET, Parameter, as_text, may_be_none, parameters
from napari_adapter.forms.text_editor import TextEditor


class Fields(QWidget):
    """Rows of editors: first those that most people need, the advanced ones folded below.

    Parameters
    ----------
    model : type of pydantic.BaseModel
        Whose fields they are.
    defaults : pydantic.BaseModel, optional
        One of the kind, whose values are the defaults in place of the model's own.
    around : tuple of type
        Models that this one is nested in; such a one is not nested in it again.

    Attributes
    ----------
    editors : dict of str to QWidget
        By name of the field. Each has a signal ``changed``; ``entered()``, which returns what was
        entered, or `UNSET` for the default; and ``set_entered(value)``, which shows it.
    advanced : Fold or None
        Holds the advanced ones.
    """

    changed = Signal()

    def __init__(
        self,
        model: type[BaseModel],
        defaults: BaseModel | None = None,
        around: tuple[type[BaseModel], ...] = (),
    ) -> None:
        super().__init__()
        self.editors: dict[str, Any] = {}
        self._faults: dict[str, QLabel] = {}
        self._parameters = parameters(model, defaults)
        self._around = (*around, model)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        common = [each for each in self._parameters if not each.advanced]
        rest = [each for each in self._parameters if each.advanced]
        layout.addWidget(self._rows(common))
        self.advanced = Fold("Advanced", self._rows(rest)) if rest else None
        if self.advanced is not None:
            layout.addWidget(self.advanced)

    def _rows(self, parameters: list[Parameter]) -> QWidget:
        rows = QWidget()
        layout = QFormLayout(rows)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        layout.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for parameter in parameters:
            self._add(parameter, layout)
        return rows

    def _add(self, parameter: Parameter, layout: QFormLayout) -> None:
        editor = self._editor(parameter)
        editor.setAccessibleName(parameter.label)
        editor.setAccessibleDescription(parameter.description)
        editor.setToolTip(tooltip(parameter.description))
        editor.changed.connect(self.changed)
        fault = fault_label()
        self.editors[parameter.name], self._faults[parameter.key] = editor, fault
        with_fault = stacked(editor, fault)
        if isinstance(editor, CheckEditor):
            editor.setText(parameter.label)
        if isinstance(editor, CheckEditor | Section):
            layout.addRow(with_fault)
            return
        label = QLabel(parameter.label)
        label.setBuddy(editor)
        label.setToolTip(editor.toolTip())
        layout.addRow(label, with_fault)

    def _editor(self, parameter: Parameter) -> Any:
        if parameter.section is not None and parameter.section not in self._around:
            return Section(parameter, self._around)
        kinds = [option.get("type") for option in parameter.options]
        if choices(parameter):
            two = not parameter.nullable and isinstance(parameter.default, bool)
            return (
                CheckEditor(parameter) if two and kinds == ["boolean"] else ChoiceEditor(parameter)
            )
        if kinds in (["integer"], ["number"]) and not may_be_none(parameter):
            return NumberEditor(parameter)
        return TextEditor(parameter)

    def entered(self) -> dict[str, Any]:
        """Return what was entered, by key, without what is left at its default.

        Raises
        ------
        EntryError
            If some text is not valid YAML.
        """
        values, faults = dict[str, Any](), list[Fault]()
        for each in self._parameters:
            try:
                values[each.key] = self.editors[each.name].entered()
            except EntryError as error:
                faults += [((each.key, *place), sentence) for place, sentence in error.faults]
            except ReadError as error:
                faults.append(((each.key,), str(error)))
        if faults:
            raise EntryError(faults)
        return {key: value for key, value in values.items() if value is not UNSET}

    def defaults(self) -> dict[str, Any]:
        """Return the defaults, by key."""
        known = [each for each in self._parameters if each.default is not UNSET]
        return {each.key: each.default for each in known}

    def set_entered(self, values: Mapping[str, Any]) -> None:
        """Show values, by name of the field; the others at their defaults."""
        for parameter in self._parameters:
            value = values.get(parameter.name, UNSET)
            if not parameter.required and parameter.default is not UNSET:
                value = UNSET if as_text(value) == as_text(parameter.default) else value
            self.editors[parameter.name].set_entered(value)

    def show_faults(self, faults: Iterable[Fault]) -> list[str]:
        """Show sentences beside the fields that they are about.

        Parameters
        ----------
        faults : iterable of (place, sentence)
            As `debcr_core.yaml.faults.explain_each` gives them.

        Returns
        -------
        list of str
            The sentences that are about no field, or not about one alone.
        """
        said: dict[str, list[Fault]] = {key: [] for key in self._faults}
        others = []
        for place, sentence in faults:
            if place and place[0] in said:
                said[str(place[0])].append((place[1:], sentence))
            else:
                others.append(sentence)
        for parameter in self._parameters:
            self._show(parameter, said[parameter.key])
        return others

    def _show(self, parameter: Parameter, faults: list[Fault]) -> None:
        editor = self.editors[parameter.name]
        if isinstance(editor, Section):
            sentences = editor.show_faults(faults)
        else:
            sentences = [sentence for _, sentence in faults]
        say(self._faults[parameter.key], sentences)
        if sentences and parameter.advanced and self.advanced is not None:
            self.advanced.unfold()


class Section(QGroupBox):
    """The fields of a nested model.

    Parameters
    ----------
    parameter : Parameter
        Whose value is a model; where None is valid, too, the whole can be switched off.
    around : tuple of type
        Models that it is nested in.
    """

    changed = Signal()

    def __init__(self, parameter: Parameter, around: tuple[type[BaseModel], ...]) -> None:
        super().__init__(parameter.label)
        assert parameter.section is not None
        self._default = parameter.default
        self._has_values = isinstance(parameter.default, BaseModel)
        values = parameter.default if self._has_values else None
        self.fields = Fields(parameter.section, values, around)
        layout = QVBoxLayout(self)
        layout.addWidget(self.fields)
        if parameter.nullable:
            self.setCheckable(True)
            self.setChecked(self._has_values)
            self.toggled.connect(lambda _: self.changed.emit())
        self.fields.changed.connect(self.changed)

    def entered(self) -> Any:
        """Return what was entered, by key, None if it is off, `UNSET` for the default.

        Raises
        ------
        EntryError
            As `Fields.entered`.
        """
        if self.isCheckable() and not self.isChecked():
            return UNSET if self._default is None else None
        values = self.fields.entered()
        if self._has_values:
            return self.fields.defaults() | values if values else UNSET
        return values if values or self.isCheckable() else UNSET

    def set_entered(self, value: Any) -> None:
        """Show a model's values, None, or for `UNSET` the default."""
        value = self._default if value is UNSET else value
        known = isinstance(value, BaseModel)
        if self.isCheckable():
            self.setChecked(known)
        self.fields.set_entered(dict(value) if known else {})

    def show_faults(self, faults: Iterable[Fault]) -> list[str]:
        """Show sentences beside the nested fields; return the others."""
        return self.fields.show_faults(faults)


def stacked(*widgets: QWidget) -> QWidget:
    """Return one widget with some others, one below the other."""
    whole = QWidget()
    layout = QVBoxLayout(whole)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(2)
    for widget in widgets:
        layout.addWidget(widget)
    return whole


def fault_label() -> QLabel:
    """Return a label for what is wrong, hidden as long as there is nothing."""
    label = QLabel()
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setTextFormat(Qt.TextFormat.PlainText)
    # Seen on dark and on light; the sentence is in the theme's own colour.
    label.setStyleSheet("border-left: 3px solid #d9534f; padding-left: 5px;")
    label.hide()
    return label


def say(label: QLabel, sentences: list[str]) -> None:
    """Show sentences, or hide the label if there are none."""
    label.setText(" ".join(sentences))
    label.setVisible(bool(sentences))


def tooltip(text: str) -> str:
    """Return text that Qt breaks into lines, as it does with rich text alone."""
    return f"<qt>{html.escape(text)}</qt>" if text else ""
