"""Whether an output that stands there already is what a run that is resumed would make."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from debcr_core.errors import ReadError, UsageError
from debcr_core.files.damaged_files import damage_explained
from debcr_core.files.reading import choose_reader
from debcr_core.files.unfinished import Unfinished
from debcr_core.files.whole import check_output
from debcr_core.flow.begun import asked_in, check_asked
from debcr_core.flow.growing import Made
from debcr_core.flow.record_form import check_record
from debcr_core.flow.source import Source
from debcr_core.plugins import Plugins
from debcr_core.stopping import Stop


def already_there(
    output: Path, asked: Mapping[str, Any], source: Source, plugins: Plugins, stop: Stop
) -> Made:
    """Return what an earlier run has made, which is whole, if it is what is asked for now.

    Parameters
    ----------
    output : Path
        What stands there.
    asked : mapping
        As `asked_of` returns it.
    source : Source
        The input.
    plugins : Plugins
        Their readers find the record in the output.
    stop : Stop
        Ends the reading of a large input.

    Raises
    ------
    UsageError
        If it was made in another way, or does not say how.
    """
    record = _record(output, plugins)
    if record is None:
        # Refused: there is nothing to compare.
        check_output(output)
    check_record(record, str(output))
    check_asked(asked_in(record), asked, output)
    if source.sha256(stop) != record["input"]["sha256"]:
        raise UsageError(
            f"{output} exists already, made of another input than {source.path}: choose another "
            "name, or replace it (--overwrite)."
        )
    Unfinished(output).sweep(stop)
    return Made(record, 0, 1)


def _record(output: Path, plugins: Plugins) -> Any:
    """Return the record of an output: that which it holds, or that of a run which just ended."""
    unfinished = Unfinished(output)
    if unfinished.renamed:
        return unfinished.record().get("record")
    try:
        reader = choose_reader(output, plugins)
        with damage_explained(output, reader.name):
            text = reader.restoration(output)
    except ReadError:  # what is wrong with it as an image is of no use to who wants to write it
        return None
    return None if text is None else json.loads(text)
