"""Says whether the chosen model suits the image, before any work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psygnal import Signal
from qtpy.QtCore import QEvent, Qt
from qtpy.QtGui import QShowEvent
from qtpy.QtWidgets import QGridLayout, QLabel, QWidget

from debcr_core.errors import DebcrError
from debcr_core.stopping import heeding
from napari_adapter.log.viewers_words import in_viewers_words
from napari_adapter.models.judging import Judgement, Level, judge
from napari_adapter.models.labels import plain_label
from napari_adapter.models.shades import Shade, shade
from napari_adapter.models.strangers_text import shown

if TYPE_CHECKING:
    import xarray as xr

    from debcr_core.trained import TrainedModel
    from napari_adapter.context import Context
    from napari_adapter.work import Work

WORDS: dict[Level, tuple[str, Shade, str]] = {
    "fits": ("✓", "good", "Fits."),
    "unknown": ("✓", "quiet", "Nothing speaks against it."),
    "doubtful": ("⚠", "doubtful", "Doubtful because:"),
    "unfit": ("✗", "bad", "Does not fit:"),
}
"""Sign, colour and word of each level; the word alone says it, too."""
LONGEST = 500


class _Judged:
    """Tells of a judgement, and outlives the widget."""

    judged = Signal()


class VerdictLabel(QWidget):
    """A sign, a word, the reasons, and the noise that was measured in the image.

    Parameters
    ----------
    context : Context
        Where it is worked and told what went wrong.

    Attributes
    ----------
    judged : Signal
        Emitted, without arguments, when the image was judged or could not be.
    """

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._log, self._works = context.log, context.works()
        self._tells = _Judged()
        self.judged = self._tells.judged
        self._verdict: Judgement | None = None
        self._asked: tuple[xr.DataArray, TrainedModel] | None = None
        self._work: Work[Judgement] | None = None
        self.sign = QLabel()
        self.sign.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.word = plain_label("Whether the model suits the image")
        self.word.setStyleSheet("font-weight: bold;")
        self.reasons = plain_label("Why, and how noisy the image is")
        self.setToolTip("The image was measured and compared with what the model was trained on.")
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setVerticalSpacing(2)
        layout.setColumnStretch(1, 1)
        layout.addWidget(self.sign, 0, 0)
        layout.addWidget(self.word, 0, 1)
        layout.addWidget(self.reasons, 1, 1)
        self._say("", "quiet", "", "")

    @property
    def verdict(self) -> Judgement | None:
        """What was found; None where nothing was judged, or not yet."""
        return self._verdict

    @property
    def running(self) -> bool:
        """Whether an image is being judged."""
        return self._work is not None

    def judge(self, image: xr.DataArray | None, trained: TrainedModel | None) -> None:
        """Judge whether a model suits an image; what was judged before is dropped.

        Parameters
        ----------
        image : xarray.DataArray or None
            As `debcr_core.image` describes; None for nothing to judge.
        trained : TrainedModel or None
            The model; None likewise.
        """
        self._drop()
        self._asked = None if image is None or trained is None else (image, trained)
        if self._asked is None:
            self._say("", "quiet", "", "")
        else:
            self._begin(*self._asked)

    def _drop(self) -> None:
        if self._work is not None:
            self._work.forget()
        self._work, self._verdict = None, None

    def _begin(self, image: xr.DataArray, trained: TrainedModel) -> None:
        def do(work: Work[Judgement]) -> Judgement:
            with heeding(work.stop):
                return judge(image, trained)

        self._say("…", "quiet", "Comparing the image with the model…", "")
        self._work = self._works.begin(do, done=self._done, failed=self._failed, ended=self._ended)

    def _done(self, verdict: Judgement) -> None:
        self._verdict = verdict
        self._show(verdict)

    def _show(self, verdict: Judgement) -> None:
        sign, colour, word = WORDS[verdict.level]
        sentences = map(in_viewers_words, (*verdict.sentences, verdict.noise))
        told = [shown(each, LONGEST) for each in sentences]
        point = "• " if len(verdict.sentences) > 1 else ""
        self._say(sign, colour, word, "\n".join(f"{point}{each}" for each in told))

    def _failed(self, error: Exception) -> None:
        self._log.error(error)
        known = isinstance(error, DebcrError)
        reason = in_viewers_words(str(error)) if known else "The log says why."
        self._say("✗", "bad", "The image could not be compared with the model.", reason)

    def _ended(self) -> None:
        self._work = None
        self.judged.emit()

    def _say(self, sign: str, colour: Shade, word: str, reasons: str) -> None:
        self._colour: Shade = colour
        self.sign.setText(sign)
        self.word.setText(word)
        self.reasons.setText(reasons)
        self.reasons.setVisible(bool(reasons))
        self.setVisible(bool(word))
        self._paint()

    def _paint(self) -> None:
        self.sign.setStyleSheet(f"color: {shade(self, self._colour)}; font-weight: bold;")

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """Go on with what ended when the widget was closed."""
        super().showEvent(event)
        self._paint()
        if self._asked is not None and self._work is not None and not self._work.running:
            self.judge(*self._asked)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Colour the sign anew where the theme changed."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.PaletteChange):
            self._paint()
