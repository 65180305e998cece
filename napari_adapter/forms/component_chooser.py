"""Choose a component of a kind, and its parameters."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Sequence

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QComboBox, QVBoxLayout, QWidget

from debcr_core.components import Component
from napari_adapter.fold import Fold
from napari_adapter.forms.component_form import ComponentForm
from napari_adapter.forms.fields import tooltip
from napari_adapter.forms.tab_order import lead_on
from napari_adapter.forms.wheel import only_with_focus


class ComponentChooser(QWidget):
    """A list of what is on offer, the model's own first, and the form of what is chosen, folded.

    Parameters
    ----------
    kind : str
        ``normalizer``, ``tiler``, ``blender``…
    classes : sequence of type
        What is on offer, as `Plugins.classes` gives it.
    own : Component, optional
        The model's own, which is taken where nothing else is chosen.

    Attributes
    ----------
    changed : Signal
        Emitted when something else is chosen or entered.
    combo : QComboBox
        The list.
    form : ComponentForm or None
        The form of what is chosen; None for the model's own.
    """

    changed = Signal()

    def __init__(
        self, kind: str, classes: Sequence[type[Component]], *, own: Component | None = None
    ) -> None:
        super().__init__()
        self._kind, self._classes, self._own = kind, list(classes), own
        self.form: ComponentForm | None = None
        self._fold: Fold | None = None
        self.combo = QComboBox()
        self.combo.setAccessibleName(kind)
        only_with_focus(self.combo)
        self.combo.addItems(["", *_names(self._classes)])
        for place, each in enumerate(self._classes, 1):
            self.combo.setItemData(place, tooltip(_summary(each)), Qt.ItemDataRole.ToolTipRole)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.combo)
        self.set_own(own)
        self.combo.currentIndexChanged.connect(self._choose)

    def chosen(self) -> Component | None:
        """Return what is chosen, None for the model's own.

        Raises
        ------
        UsageError
            If what is entered is not valid.
        """
        return None if self.form is None else self.form.value()

    def set_chosen(self, component: Component | None) -> None:
        """Show a component, of one of the classes, or for None the model's own."""
        self.blockSignals(True)
        place = 0 if component is None else self._classes.index(type(component)) + 1
        self.combo.setCurrentIndex(place)
        if self.form is not None and component is not None:
            self.form.set_value(component)
        self.blockSignals(False)
        self.changed.emit()

    def set_own(self, own: Component | None) -> None:
        """Say what the model's own is, after another model was chosen."""
        self._own = own
        name = f" ({own.name})" if own is not None else ""
        self.combo.setItemText(0, f"the model's own{name}")
        self._describe()

    def _choose(self, place: int) -> None:
        if self._fold is not None:
            self._fold.hide()
            self.layout().removeWidget(self._fold)
            self._fold.deleteLater()
        self.form = self._fold = None
        if place > 0:
            self._show_form(self._classes[place - 1])
        self._describe()
        self.changed.emit()

    def _show_form(self, chosen: type[Component]) -> None:
        # Whoever chooses what the model has wants to change a little of it.
        value = self._own if type(self._own) is chosen else None
        self.form = ComponentForm(chosen, value=value)
        self.form.changed.connect(self.changed)
        self._fold = Fold("Parameters", self.form)
        self._fold.setVisible(bool(chosen.model_fields))
        self.layout().addWidget(self._fold)
        lead_on(self.combo, self._fold)

    def _describe(self) -> None:
        place = self.combo.currentIndex()
        own = type(self._own) if self._own is not None else None
        chosen = self._classes[place - 1] if place > 0 else own
        self.combo.setToolTip(tooltip(_summary(chosen) if chosen else f"The {self._kind}."))


def _names(classes: Sequence[type[Component]]) -> list[str]:
    """Return the names, with the package where two plugins offer the same one."""
    count = Counter(each.name for each in classes)
    packages = [each.__module__.partition(".")[0] for each in classes]
    return [
        each.name if count[each.name] == 1 else f"{each.name} ({package})"
        for each, package in zip(classes, packages, strict=True)
    ]


def _summary(component_class: type[Component]) -> str:
    return (inspect.getdoc(component_class) or component_class.name).partition("\n\n")[0]
