"""What became of each image, as text."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

from napari_adapter.batch.queue import Item

COLUMNS = ("name", "output", "status", "sentence", "seconds", "warnings")


def written(items: Sequence[Item], path: Path) -> str:
    """Return what a report's file holds: a table where its name ends with ``.csv``, else text."""
    return as_csv(items) if path.suffix.lower() == ".csv" else as_text(items)


def as_csv(items: Sequence[Item]) -> str:
    """Return a table with a row for each item, as spreadsheets read it."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(map(_row, items))
    return text.getvalue()


def as_text(items: Sequence[Item]) -> str:
    """Return a paragraph for each item, as people read it."""
    return "\n".join(map(_paragraph, items))


def _row(item: Item) -> tuple[str, ...]:
    standing = item.standing
    return (
        item.name,
        str(standing.output or ""),
        standing.state,
        standing.sentence,
        f"{standing.seconds:.1f}",
        " ".join(standing.warnings),
    )


def _paragraph(item: Item) -> str:
    name, output, state, sentence, seconds, _ = _row(item)
    lines = [f"{name}: {state}" + (f" in {seconds} s" if item.standing.seconds else "")]
    lines += [f"  to {output}"] if output else []
    lines += [f"  {sentence}"] if sentence else []
    lines += [f"  Warning: {warning}" for warning in item.standing.warnings]
    return "\n".join(lines) + "\n"
