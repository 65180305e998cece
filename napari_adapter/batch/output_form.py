"""Where the outputs go: folder, format, pixel type; kept between sessions."""

from __future__ import annotations

from pathlib import Path

from qtpy.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QWidget,
)

from debcr_core.errors import UsageError
from debcr_core.files.pixel_types import INPUT
from napari_adapter.batch import asking
from napari_adapter.batch.formats import AS_INPUT, DEFAULT, Format
from napari_adapter.batch.goal import Goal
from napari_adapter.settings import Settings

PIXEL_TYPES = {
    "float32, which loses nothing": None,
    "As the input": INPUT,
    "uint16": "uint16",
    "uint8": "uint8",
}


class OutputForm(QWidget):
    """Asks where the outputs go, and in which form.

    Whether they replace others is asked anew in each session.
    """

    def __init__(self) -> None:
        super().__init__()
        self._settings = Settings()
        self.folder = QLineEdit(self._settings.get_alike("batch.folder", ""))
        self.browse = QPushButton("Choose…")
        self.format, self.pixels = QComboBox(), QComboBox()
        self.overwrite = QCheckBox("Replace outputs that exist")
        self.show_formats([])
        for title, name in PIXEL_TYPES.items():
            self.pixels.addItem(title, name)
        self._select(self.pixels, self._settings.get("batch.dtype", None))
        self._name()
        self._lay_out()
        self.browse.clicked.connect(self._ask)
        self.folder.editingFinished.connect(lambda: self._keep("folder", self.folder.text()))
        self.format.activated.connect(lambda: self._keep("format", self.format.currentData() or ""))
        self.pixels.activated.connect(lambda: self._keep("dtype", self.pixels.currentData()))

    def show_formats(self, formats: list[Format]) -> None:
        """Offer some formats; before they are known, the default alone."""
        self.format.clear()
        first = [each for each in formats if each.suffix == DEFAULT] or [Format(DEFAULT, DEFAULT)]
        others = [each for each in formats if each.suffix != DEFAULT]
        for each in (*first, AS_INPUT, *others):
            self.format.addItem(each.title, each.suffix)
        self._select(self.format, self._settings.get_alike("batch.format", DEFAULT) or None)

    def goal(self) -> Goal:
        """Return what is asked for.

        Raises
        ------
        UsageError
            If no folder is named.
        """
        folder = self.folder.text().strip()
        if not folder:
            raise UsageError("There is no output folder: choose one.")
        place = Path(folder).expanduser().absolute()
        suffix, dtype = self.format.currentData(), self.pixels.currentData()
        return Goal(place, suffix, dtype, self.overwrite.isChecked())

    def _ask(self) -> None:
        folder = asking.ask_folder(self, "Output folder", self.folder.text())
        if folder:
            self.folder.setText(folder)
            self._keep("folder", folder)

    def _keep(self, key: str, value: str | None) -> None:
        self._settings.set(f"batch.{key}", value)

    @staticmethod
    def _select(box: QComboBox, value: str | None) -> None:
        box.setCurrentIndex(max(0, box.findData(value)))

    def _name(self) -> None:
        self.folder.setPlaceholderText("made if it is missing")
        for widget, name, tip in (
            (self.folder, "Output folder", "Each output goes there, under its image's name."),
            (self.browse, "Choose the output folder", "Choose the output folder."),
            (self.format, "Output format", "A plate stays one OME-Zarr whatever is chosen."),
            (self.pixels, "Pixel type", "Integers are rounded and clipped."),
            (
                self.overwrite,
                "Replace outputs that exist",
                "Otherwise those that exist are named before anything begins.",
            ),
        ):
            widget.setAccessibleName(name)
            widget.setToolTip(tip)
        for box in (self.format, self.pixels):
            box.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
            box.setMinimumContentsLength(8)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.addWidget(self.folder, stretch=1)
        row.addWidget(self.browse)
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow("Folder", row)
        form.addRow("Format", self.format)
        form.addRow("Pixels", self.pixels)
        form.addRow(self.overwrite)
