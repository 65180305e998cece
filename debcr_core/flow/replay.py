"""Do again what a record says, and get the same bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from debcr_core.catalogs import find_model
from debcr_core.components import Reader
from debcr_core.errors import DebcrError, ReadError, UsageError, WrongFileError
from debcr_core.files.damaged_files import damage_explained
from debcr_core.files.reading import choose_reader
from debcr_core.files.text import read_text
from debcr_core.files.whole import check_output
from debcr_core.files.writing import find_writer
from debcr_core.flow.opening import open_source
from debcr_core.flow.output_checks import check_apart
from debcr_core.flow.progress import Callback
from debcr_core.flow.record import (
    check_same_input,
    check_same_machine,
    computing_of,
)
from debcr_core.flow.record_form import check_record
from debcr_core.flow.restoration_job import Job
from debcr_core.flow.runner import Runner
from debcr_core.notices import others_silenced, pass_on
from debcr_core.plugins import Plugins
from debcr_core.stopping import Stop
from debcr_core.trained import TrainedModel


def replay_file(
    record: str | Path | Mapping[str, Any],
    source: str | Path,
    output: str | Path,
    *,
    model: str | None = None,
    any_machine: bool = False,
    overwrite: bool = False,
    trust_code: bool = False,
    progress: Callback | None = None,
    stop: Stop | None = None,
    plugins: Plugins | None = None,
) -> None:
    """Restore a file as a record says, after comparing all checksums.

    Parameters
    ----------
    record : str, Path or mapping
        A record (`Plan.record`), a JSON file of one (``debcr restore --record``), or a restored
        image that holds it.
    source, output : str or Path
        The same input, and where to write.
    model : str, optional
        Where the weights are, if the record's name does not find them: what was a path is recorded
        without its folders.
    any_machine : bool
        Go on where versions, instructions or device differ, so that the bytes may, too.
    overwrite, trust_code, progress, stop, plugins
        As in `debcr_core.restore_file`.

    Raises
    ------
    UsageError
        If weights, input, components or machine are not those of the record.
    DebcrError
        As `debcr_core.restore_file`.
    """
    plugins, stop = plugins or Plugins.discover(), stop or Stop()
    source, output = Path(source), Path(output)
    made = load_record(record, plugins)
    check_apart(source, output)
    check_output(output, overwrite=overwrite)
    writer = find_writer(output, plugins)
    given = made["input"]
    reader = None
    if given.get("reader"):
        parameters = {k: v for k, v in given["reader"].items() if k != "name"}
        reader = plugins.create("reader", given["reader"]["name"], **parameters)
    image, file = open_source(
        source, plugins, reader=reader, axes=given.get("axes"), channel=given.get("channel")
    )
    trained = _found(made, model, plugins, trust_code)
    computing = vars(computing_of(made))
    with Runner(trained, **computing, plugins=plugins, progress=progress, stop=stop) as runner:
        plan = replace(runner.plan(image, fitted=made, progress=progress, stop=stop), source=file)
        if not any_machine:
            check_same_machine(plan, made)
        check_same_input(plan, made, stop)
        for warning in plan.warnings:
            pass_on(warning)
        region = made.get("region") and {d: slice(*ends) for d, ends in made["region"].items()}
        job = Job(
            runner=runner,
            writer=writer,
            plugins=plugins,
            stop=stop,
            parts={},
            region=region,
            dtype=made.get("dtype", "float32"),
            contrast_stretch=made["contrast_stretch"] is not None,
            overwrite=overwrite,
            progress=progress,
        )
        job.write_alone(image, file, output, plan)


def load_record(record: str | Path | Mapping[str, Any], plugins: Plugins) -> dict[str, Any]:
    """Return a record: itself, from a JSON file, or from a restored image that holds it.

    Raises
    ------
    ReadError
        If the file cannot be read, or holds no record.
    UsageError
        If what was given is no record.
    """
    if isinstance(record, Mapping):
        check_record(record, "What was given")
        return dict(record)
    path = Path(record)
    text = read_text(path, "record") if path.suffix.lower() == ".json" else _held(path, plugins)
    try:
        found = json.loads(text)
    except ValueError as error:
        raise ReadError(f"The record {path} is no JSON: {error}.") from error
    _refuse_several(found, path)
    check_record(found, str(path))
    return dict(found)


def _refuse_several(found: Any, path: Path) -> None:
    """Say of the records of several images how to name one: a replay is of one image."""
    records = found.get("images") if isinstance(found, Mapping) else None
    if not isinstance(records, Mapping) or not records:
        return
    name = next(iter(records))
    image = path.with_suffix("") / str(name)
    raise WrongFileError(
        f"{path} holds a record for each of several images: "
        + (
            f"name one of these, such as {image}."
            if image.exists()
            else f'save the one of the image you want ("images", "{name}") as a JSON of its own.'
        )
    )


def _held(path: Path, plugins: Plugins) -> str:
    """Return the record that a restored image holds."""
    reader = choose_reader(path, plugins)
    with damage_explained(path, reader.name):
        text = reader.restoration(path)
        inside = None if text is not None else _first_restored(path, reader)
    if inside is not None:
        raise WrongFileError(
            f"{path} holds a record for each of its images: name one of them, such as {inside}."
        )
    if text is None:
        raise WrongFileError(
            f"{path} holds no record of a restoration: give a file that `debcr restore` wrote "
            "(TIFF, OME-Zarr or NPZ), or the JSON of --record."
        )
    return text


def _first_restored(path: Path, reader: Reader) -> Path | None:
    """Return the first image of a group that holds a record of its own, if one does."""
    with others_silenced():
        several = reader.several(path)
    parts = several.parts if several else ()
    return next((part.path for part in parts if reader.restoration(part.path) is not None), None)


def _found(
    made: Mapping[str, Any], model: str | None, plugins: Plugins, trust: bool
) -> TrainedModel:
    """Return the model that the record names, or that is said to be the one."""
    try:
        return find_model(model or made["model"]["name"], plugins, trust_code=trust)
    except DebcrError as error:
        raise UsageError(f"{error} Say where the model of the record is: --model.") from None
