"""Shows a model's card."""

from __future__ import annotations

from qtpy.QtCore import QEvent, Qt, QUrl
from qtpy.QtGui import QDesktopServices
from qtpy.QtWidgets import QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from napari_adapter.models import card_text
from napari_adapter.models.opening import Opened
from napari_adapter.models.shades import shade
from napari_adapter.models.strangers_text import link_of


def browse(address: str) -> None:
    """Open a web address in the browser."""
    QDesktopServices.openUrl(QUrl(address))


class CardView(QWidget):
    """What a model does and works on; on request all that its makers say of it."""

    def __init__(self) -> None:
        super().__init__()
        self._opened: Opened | None = None
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.RichText)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        self.text.setAccessibleDescription("The model's card")
        self.text.setToolTip("What the model's makers say of it.")
        # Links of a stranger's card: none is followed that is no web address.
        self.text.setOpenExternalLinks(False)
        self.text.linkActivated.connect(self._follow)
        self.text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self.more = QPushButton()
        self.more.setCheckable(True)
        self.more.setAccessibleName("Show the model's whole card")
        self.more.setToolTip("Training data, limits, licence, authors and what to cite.")
        self.more.toggled.connect(self._render)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.text)
        layout.addWidget(self.more, alignment=Qt.AlignmentFlag.AlignLeft)
        self._render()

    def show_model(self, opened: Opened | None) -> None:
        """Show a model's card, folded; or nothing."""
        if opened is self._opened:
            return
        self._opened = opened
        self.more.setChecked(False)
        self._render()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Colour links anew where the theme changed."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.PaletteChange):
            self._render()

    def _render(self, *_: object) -> None:
        opened = self._opened
        self.setVisible(opened is not None)
        if opened is None:
            return
        self.more.setVisible(card_text.says_more(opened))
        unfolded = self.more.isChecked()
        self.more.setText("Less" if unfolded else "More…")
        html = card_text.whole(opened, shade(self, "link")) if unfolded else card_text.brief(opened)
        if html != self.text.text():
            self.text.setText(html)

    def _follow(self, address: str) -> None:
        if link_of(address):
            browse(address)
