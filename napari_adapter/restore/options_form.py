"""Settings of a restoration: what takes the place of the model's own parts, and the result."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import psutil
from qtpy.QtCore import Signal
from qtpy.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QWidget,
)

from debcr_core.files.pixel_types import INPUT
from napari_adapter.buttons import button
from napari_adapter.forms.component_chooser import ComponentChooser
from napari_adapter.forms.tab_order import comes_before, lead_on
from napari_adapter.restore.asking import ask_folder
from napari_adapter.restore.request import Place
from napari_adapter.settings import Settings

if TYPE_CHECKING:
    from debcr_core.components import Component
    from debcr_core.plugins import Plugins
    from debcr_core.recipe import Recipe

KINDS = ("normalizer", "tiler", "blender")
DEVICES = ("auto", "cpu", "cuda", "mps")
PIXELS = {"float32": None, "that of the input": INPUT}
"""Pixel types of the result as they are shown, and as `debcr_core.restore` takes them."""
MIB = 2**20
LARGEST_IN_MEMORY = 2048
"""MiB of a result that are kept in memory unless it is said otherwise."""
LARGEST_CHOICE = 2**20


class OptionsForm(QWidget):
    """Shows the settings and remembers them.

    Attributes
    ----------
    changed : Signal
        Emitted when something was set that changes pixels.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._settings = Settings()
        self.choosers: dict[str, ComponentChooser] = {}
        self.stretch = self._make_stretch()
        self.pixels = self._make_pixels()
        self.device = self._make_device()
        self.threshold = self._make_threshold()
        self.folder, self.folder_button = self._make_folder()
        self._rows = QFormLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        self._rows.addRow(self.stretch)
        self._rows.addRow("Pixel type", self.pixels)
        self._rows.addRow("Device", self.device)
        self._rows.addRow("In memory up to", self.threshold)
        beside = QHBoxLayout()
        beside.addWidget(self.folder, stretch=1)
        beside.addWidget(self.folder_button)
        self._rows.addRow("Folder for larger", beside)
        self._remember()

    def offer(self, plugins: Plugins) -> None:
        """Offer the components that are installed, each in place of the model's own."""
        before = comes_before(self.stretch)
        for row, kind in enumerate(KINDS):
            chooser = ComponentChooser(kind, plugins.classes(kind))
            chooser.changed.connect(self.changed)
            self.choosers[kind] = chooser
            self._rows.insertRow(row, kind.capitalize(), chooser)
            lead_on(before, chooser)
            before = chooser.combo

    def set_own(self, recipe: Recipe | None) -> None:
        """Say what the model's own components are."""
        for kind, chooser in self.choosers.items():
            chooser.set_own(None if recipe is None else getattr(recipe, kind))

    def parts(self) -> dict[str, Component]:
        """Return what takes the place of the model's own.

        Raises
        ------
        UsageError
            If what is entered is not valid.
        """
        chosen = {kind: chooser.chosen() for kind, chooser in self.choosers.items()}
        return {kind: part for kind, part in chosen.items() if part is not None}

    def dtype(self) -> str | None:
        """Return the pixel type, as `debcr_core.restore` takes it."""
        return PIXELS[self.pixels.currentText()]

    def place(self) -> Place:
        """Return where large results go."""
        folder = self.folder.text().strip()
        at = Path(folder).expanduser() if folder else None
        return Place(self.threshold.value() * MIB, at)

    def _make_stretch(self) -> QCheckBox:
        box = QCheckBox("Stretch the contrast")
        box.setAccessibleName("Stretch the contrast")
        box.setToolTip(
            "Stretch the result's contrast to the range of its pixel type, for looking at, not "
            "for measuring. It takes a first pass over the whole image."
        )
        box.setChecked(bool(self._settings.get_alike("restore.contrast_stretch", False)))
        box.toggled.connect(lambda _: self.changed.emit())
        return box

    def _make_pixels(self) -> QComboBox:
        combo = QComboBox()
        combo.addItems(list(PIXELS))
        combo.setAccessibleName("Pixel type of the result")
        combo.setToolTip(
            "float32 keeps all that the model says; integers are rounded and clipped to the range "
            "of the input's pixel type."
        )
        combo.setCurrentText(self._settings.get_alike("restore.pixels", next(iter(PIXELS))))
        combo.currentIndexChanged.connect(lambda _: self.changed.emit())
        return combo

    def _make_device(self) -> QComboBox:
        combo = QComboBox()
        combo.setEditable(True)
        combo.addItems(DEVICES)
        combo.setAccessibleName("Device")
        combo.setToolTip(
            "Where the model computes: auto takes a GPU where there is one; a second one is cuda:1."
        )
        combo.setCurrentText(self._settings.get_alike("restore.device", DEVICES[0]))
        combo.currentTextChanged.connect(lambda _: self.changed.emit())
        return combo

    def _make_threshold(self) -> QSpinBox:
        box = QSpinBox()
        box.setRange(0, LARGEST_CHOICE)
        box.setSuffix(" MiB")
        box.setAccessibleName("Largest result in memory")
        box.setToolTip(
            "Larger results are written to an OME-Zarr in the folder below while they are made, "
            "and shown from there."
        )
        quarter = psutil.virtual_memory().total // 4 // MIB
        kept = self._settings.get_alike("restore.memory", min(quarter, LARGEST_IN_MEMORY))
        box.setValue(max(0, min(kept, LARGEST_CHOICE)))
        return box

    def _make_folder(self) -> tuple[QLineEdit, QPushButton]:
        field = QLineEdit(self._settings.get_alike("restore.folder", ""))
        field.setPlaceholderText("choose a folder")
        field.setAccessibleName("Folder for large results")
        field.setToolTip("Results that are too large for memory are written here.")
        name = "Choose the folder for large results"
        return field, button("…", f"{name}.", self._choose_folder, name=name)

    def _choose_folder(self) -> None:
        folder = ask_folder(self, self.folder.text())
        if folder:
            self.folder.setText(folder)

    def _remember(self) -> None:
        keep = self._settings.set
        self.stretch.toggled.connect(lambda on: keep("restore.contrast_stretch", bool(on)))
        self.pixels.currentTextChanged.connect(lambda text: keep("restore.pixels", text))
        self.device.currentTextChanged.connect(lambda text: keep("restore.device", text))
        self.threshold.valueChanged.connect(lambda size: keep("restore.memory", size))
        self.folder.textChanged.connect(lambda text: keep("restore.folder", text))
