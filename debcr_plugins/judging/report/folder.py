"""The folder of a report: what lies in it, and when it may be replaced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from debcr_core.errors import UsageError
from debcr_core.files.whole import check_output
from debcr_plugins.judging.judgement import Judgement
from debcr_plugins.judging.methods import Method
from debcr_plugins.judging.report.box_plots import box_plots
from debcr_plugins.judging.report.examples import EXAMPLES, draw_examples
from debcr_plugins.judging.report.frc_band import frc_band
from debcr_plugins.judging.report.html import as_html
from debcr_plugins.judging.report.tables import summary_json, write_csv
from debcr_plugins.judging.report.text import report_text

if TYPE_CHECKING:
    from debcr_core.trained import TrainedModel
    from debcr_plugins.pairs.image_pair import ImagePair

TEXTS = ("report.md", "report.html", "figures.csv", "summary.json")
PICTURES = ("box_plots.png", "frc.png", *(f"{label}.png" for label in EXAMPLES))
FILES = {*TEXTS, *PICTURES}


def check_replaceable(out: Path, *, overwrite: bool) -> None:
    """Refuse a folder that cannot be written, or holds anything but an earlier report.

    Raises
    ------
    UsageError
        If it exists, and holds other files or may not be replaced.
    WriteError
        If its parent is missing or cannot be written to.
    """
    check_output(out, overwrite=overwrite)
    # Replacing a folder deletes all that is in it.
    if out.exists() and not (out.is_dir() and {path.name for path in out.iterdir()} <= FILES):
        raise UsageError(
            f"{out} holds other files than an earlier report, so it is not replaced. Choose "
            "another name."
        )


def write_report(
    judgement: Judgement,
    models: Mapping[str, TrainedModel],
    methods: Sequence[Method],
    pairs: Sequence[ImagePair],
) -> None:
    """Write tables, pictures and texts to ``judgement.folder``, which is made.

    Parameters
    ----------
    judgement : Judgement
        What was found.
    models : mapping of str to TrainedModel
        Their cards are quoted.
    methods, pairs
        As judged: examples are restored again rather than all kept in memory.
    """
    folder = judgement.folder
    folder.mkdir()
    pictures = {}
    if box_plots(judgement, folder / "box_plots.png"):
        pictures["Every plane is a dot; the line in a box is the median."] = "box_plots.png"
    if frc_band(judgement, folder / "frc.png"):
        pictures["Fourier ring correlation with the target: mean ± standard deviation."] = "frc.png"
    pictures |= draw_examples(judgement, methods, pairs, folder)
    text = report_text(judgement, models, pictures)
    (folder / "report.md").write_text(text, encoding="utf-8")
    (folder / "report.html").write_text(as_html(text, folder, "Judgement"), encoding="utf-8")
    (folder / "summary.json").write_text(summary_json(judgement), encoding="utf-8")
    write_csv(judgement, folder / "figures.csv")
