"""The form of a component, from its own description."""

from __future__ import annotations

from pydantic import ValidationError
from qtpy.QtCore import Signal
from qtpy.QtWidgets import QLabel, QVBoxLayout, QWidget

from debcr_core.components import KINDS, Component
from debcr_core.yaml.faults import explain_each
from napari_adapter.forms.entry_error import EntryError
from napari_adapter.forms.fields import Fields, fault_label, say


class ComponentForm(QWidget):
    """Edits the parameters of a component; what is wrong with them is said beside them.

    Parameters
    ----------
    component_class : type of Component
        Any: its fields say what can be entered.
    value : Component, optional
        What is shown at first; by default the component's defaults.

    Attributes
    ----------
    changed : Signal
        Emitted when something was entered, valid or not.
    fields : Fields
        The editors.
    """

    changed = Signal()

    def __init__(self, component_class: type[Component], *, value: Component | None = None) -> None:
        super().__init__()
        self._class = component_class
        self.fields = Fields(component_class)
        self._fault = fault_label()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.fields)
        if not component_class.model_fields:
            layout.addWidget(QLabel("It has no parameters."))
        layout.addWidget(self._fault)
        self.fields.changed.connect(self._judge)
        if value is not None:
            self.set_value(value)

    def value(self) -> Component:
        """Return the component with the parameters that are entered.

        Raises
        ------
        UsageError
            If they are not valid.
        """
        source = f'{_kind(self._class)} "{self._class.name}"'
        try:
            return self._class(**self.fields.entered())
        except ValidationError as error:
            raise EntryError(explain_each(error, source, self._class)) from None

    def set_value(self, component: Component) -> None:
        """Show a component's parameters.

        Parameters
        ----------
        component : Component
            Of the form's class.
        """
        given = component.model_fields_set
        # All at once: in between they may contradict each other.
        self.fields.blockSignals(True)
        self.fields.set_entered({name: value for name, value in component if name in given})
        self.fields.blockSignals(False)
        self._judge()

    def _judge(self) -> None:
        try:
            self.value()
        except EntryError as error:
            say(self._fault, self.fields.show_faults(error.faults))
        else:
            say(self._fault, self.fields.show_faults([]))
        self.changed.emit()


def _kind(component_class: type[Component]) -> str:
    kinds = (kind for kind, base in KINDS.items() if issubclass(component_class, base))
    return next(kinds, "component")
