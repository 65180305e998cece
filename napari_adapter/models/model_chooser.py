"""Choose a model, and read its card."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtGui import QDragEnterEvent, QDropEvent, QShowEvent
from qtpy.QtWidgets import QHBoxLayout, QLabel, QMenu, QPushButton, QVBoxLayout, QWidget

from debcr_core.catalogs import DEFAULT_MODEL
from debcr_core.errors import DebcrError
from debcr_core.signature import Signature
from debcr_core.trained import TrainedModel
from napari_adapter.engine import Choice
from napari_adapter.models import asking
from napari_adapter.models.card_view import CardView
from napari_adapter.models.chosen import Chosen
from napari_adapter.models.model_names import ModelNames
from napari_adapter.models.opening import at_hand, listed_models
from napari_adapter.models.recent import Recent
from napari_adapter.models.state_view import StateView
from napari_adapter.models.trust_box import TrustBox
from napari_adapter.settings import Settings

if TYPE_CHECKING:
    from napari_adapter.context import Context
    from napari_adapter.work import Work

Listed = tuple[list[str], list[DebcrError], str]


class ModelChooser(QWidget):
    """The models at hand; others can be typed, opened or dropped. All that is slow is in threads.

    Parameters
    ----------
    context : Context
        Opens models, and tells what went wrong.

    Attributes
    ----------
    changed : Signal
        Emitted, without arguments, after another model was chosen, and after it is open or is known
        not to be.
    """

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._works = context.works()
        self._chosen = Chosen(context)
        self.changed = self._chosen.changed
        self._recent = Recent(Settings())
        self._listed = [DEFAULT_MODEL]
        self._listing: Work[Listed] | None = None
        self.names = ModelNames()
        self.open_button = self._make_open_button()
        self.trust = TrustBox()
        self.state = StateView(self._chosen)
        self.card = CardView()
        self._lay_out()
        self.setAcceptDrops(True)
        self.names.activated.connect(self._picked)
        self.names.lineEdit().editingFinished.connect(self._typed)
        self.trust.changed.connect(self._chosen.trust)
        self.changed.connect(self._show)
        self._show()
        self._list()

    def choice(self) -> Choice:
        """Return what is chosen, whether it is open or not."""
        return self._chosen.choice

    @property
    def trained(self) -> TrainedModel | None:
        """The chosen model; None while it is being opened, or where it cannot be."""
        opened = self._chosen.opened
        return None if opened is None else opened.trained

    @property
    def signature(self) -> Signature | None:
        """What the chosen model's network takes and gives; None where `trained` is."""
        opened = self._chosen.opened
        return None if opened is None else opened.signature

    def choose(self, reference: str) -> None:
        """Choose a model.

        Parameters
        ----------
        reference : str
            A name, file, folder, URL or id, as the user typed it.
        """
        if not reference.strip():
            self._show()
            return
        self._chosen.choose(reference)
        self._recent.add(self.choice().model, self._listed)
        self._show()

    def _picked(self, number: int) -> None:
        self.names.lineEdit().setModified(False)
        self.choose(self.names.itemText(number))

    def _typed(self) -> None:
        if self.names.lineEdit().isModified():
            self.names.lineEdit().setModified(False)
            self.choose(self.names.currentText())

    def _list(self) -> None:
        """Find the models at hand, then open the one that was chosen last time."""
        engine, before = self._context.engine, self._recent.chosen

        def do(_: Work[Listed]) -> Listed:
            names, faults = listed_models(engine.plugins)
            # What is not on this computer is fetched only when it is asked for.
            return names, faults, next(iter(at_hand([before], names)), DEFAULT_MODEL)

        self._listing = self._works.begin(do, done=self._found, ended=self._begin)

    def _found(self, found: Listed) -> None:
        self._listed, faults, first = found
        for fault in faults:
            self._context.log.error(fault)
        if self._chosen.untouched:
            self._chosen.choose(first)
        self._show()

    def _begin(self) -> None:
        # Where no models could be listed, the default says why.
        if self._chosen.untouched:
            self._chosen.choose(DEFAULT_MODEL)

    def _show(self) -> None:
        chosen = self._chosen
        others = [each for each in self._recent.others if each not in self._listed]
        current = chosen.choice.model
        unknown = [] if current in (*self._listed, *others) else [current]
        self.names.set_names([*self._listed, *unknown, *others], current)
        self.state.update_text()
        self.trust.ask(chosen.danger, trusted=chosen.choice.trust_code)
        self.card.show_model(chosen.opened)

    def _make_open_button(self) -> QPushButton:
        button = QPushButton("Open…")
        button.setAccessibleName("Open a model")
        button.setToolTip(
            "Open a bundle, a weights file or the folder of a training run; or drop it here."
        )
        menu = QMenu(button)
        menu.addAction("Bundle or weights file…").triggered.connect(self._ask_file)
        menu.addAction("Folder: bundle or training run…").triggered.connect(self._ask_folder)
        button.setMenu(menu)
        return button

    def _ask_file(self) -> None:
        self.choose(asking.ask_file(self))

    def _ask_folder(self) -> None:
        self.choose(asking.ask_folder(self))

    def _lay_out(self) -> None:
        label = QLabel("Model")
        label.setBuddy(self.names)
        row = QHBoxLayout()
        row.addWidget(label)
        row.addWidget(self.names, stretch=1)
        row.addWidget(self.open_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(row)
        for part in (self.trust, self.state, self.card):
            layout.addWidget(part)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """Go on with what ended when the widget was closed."""
        super().showEvent(event)
        if self._chosen.untouched:
            if self._listing is None or not self._listing.running:
                self._list()
        else:
            self._chosen.resume()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        """Take one file or folder."""
        if len(event.mimeData().urls()) == 1:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        """Choose the model that was dropped."""
        (dropped,) = event.mimeData().urls()
        event.acceptProposedAction()
        self.choose(dropped.toLocalFile() or dropped.toString())
