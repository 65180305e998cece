"""What `debcr prepare` did, for people: a page of Markdown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from debcr_core.files.private_paths import without_folders
from debcr_plugins.pairs.report import NOUNS
from debcr_plugins.pairs.splitting import CALLED, PARTS

if TYPE_CHECKING:
    import xarray as xr

    from debcr_core.components import Normalization
    from debcr_plugins.pairs.config import DataConfig
    from debcr_plugins.pairs.opening import Data

PATCHES_MAY_OVERLAP = (
    "Patches of an NPZ may overlap their neighbours, so each part is a run of them. Where parts "
    "meet, some pixels may still belong to both: give validation and test files of their own to "
    "be sure."
)


def report_text(config: DataConfig, data: Data) -> str:
    """Return the page: what was found, what was left out and why, shifts, split, normalisation."""
    sections = [
        "# Training data",
        _counts(data),
        *([PATCHES_MAY_OVERLAP] if config.npz is not None else []),
        *_remarks(data),
        *(f"## {CALLED[part].capitalize()}\n\n{_table(data, part)}" for part in PARTS),
    ]
    return "\n\n".join(sections) + "\n"


def _counts(data: Data) -> str:
    return f"{data.counts} Pixels are raw; `data.yaml` reads them back in this split."


def _remarks(data: Data) -> list[str]:
    sections = []
    for kind, (noun, what) in NOUNS.items():
        lines = [f"- {without_folders(str(remark))}" for remark in data.report.of(kind)]
        if lines:
            sections.append(f"## {noun.capitalize()}s {what}\n\n" + "\n".join(lines))
    return sections


def _table(data: Data, part: str) -> str:
    """Return a row for each pair: shape, shift where it can be told, what was fitted."""
    rows = [
        (
            each.pair.name,
            _extent(each.pair.input),
            _shift(data, each.pair.name),
            _fitted(each.input_map),
            _fitted(each.target_map),
        )
        for each in getattr(data, part)
    ]
    if not rows:
        return "None."
    head = ("name", "input", "shift of target (y, x)", "input's normalisation", "target's")
    return "\n".join(_row(cells) for cells in [head, ("---",) * len(head), *rows])


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _extent(image: xr.DataArray) -> str:
    return f"{'×'.join(map(str, image.shape))} {''.join(map(str, image.dims))}, {image.dtype}"


def _shift(data: Data, name: str) -> str:
    region = data.split.regions.get(name)
    shift = data.report.shifts.get(region.image if region else name)
    return f"{shift[0]:+.1f}, {shift[1]:+.1f}" if shift else "cannot be told"


def _fitted(fitted: Normalization) -> str:
    return ", ".join(f"{key} {value}" for key, value in fitted.record().items())
