"""Restore a file to a file: one image of it, or all that it holds."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from debcr_core.catalogs import DEFAULT_MODEL
from debcr_core.components import Part, Precision
from debcr_core.errors import Cancelled, DebcrError, UsageError, reworded
from debcr_core.files.finding import parts_of
from debcr_core.files.text import write_text
from debcr_core.files.unfinished import Unfinished
from debcr_core.files.whole import check_output
from debcr_core.files.writing import find_writer, open_outputs
from debcr_core.flow.choosing_backend import AUTO, Computing
from debcr_core.flow.growing import Made
from debcr_core.flow.kept import telling_what_is_kept
from debcr_core.flow.opening import Choice, open_runner, open_source
from debcr_core.flow.output_checks import check_apart, check_room, sidecar_of
from debcr_core.flow.plan_writing import Destination
from debcr_core.flow.progress import Callback, of_image
from debcr_core.flow.regions import Wanted
from debcr_core.flow.restoration import named_parts
from debcr_core.flow.restoration_job import Job
from debcr_core.flow.sharing import ONE_GO, Sharing
from debcr_core.named_component import Named
from debcr_core.plugins import Plugins
from debcr_core.stopping import Stop

if TYPE_CHECKING:
    from distributed import Client

    from debcr_core.components import Reader, Several, Writer


def restore_file(
    source: str | Path,
    output: str | Path,
    model: Choice = DEFAULT_MODEL,
    *,
    normalizer: Named | None = None,
    tiler: Named | None = None,
    blender: Named | None = None,
    reader: Named | None = None,
    writer: Named | None = None,
    axes: str | None = None,
    channel: str | int | None = None,
    region: Wanted | None = None,
    contrast_stretch: bool = False,
    dtype: str | None = None,
    overwrite: bool = False,
    record: bool = False,
    sharing: Sharing = ONE_GO,
    client: Client | None = None,
    device: str = AUTO,
    backend: Named | None = AUTO,
    precision: Precision = "float32",
    trust_code: bool = False,
    progress: Callback | None = None,
    stop: Stop | None = None,
    plugins: Plugins | None = None,
) -> Made:
    """Restore an image file to another file, without holding either in memory.

    Where the input holds several images (a plate, a file with several series) and the output's
    format can, too, all of them are restored, one after the other, into groups of the same names.

    Parameters
    ----------
    source, output : str or Path
        Files; the output's suffix selects its format. It appears only when it is whole.
    model, normalizer, tiler, blender, channel, region, trust_code, progress, stop, plugins
        As in `debcr_core.restore`.
    device, backend, precision
        As in `debcr_core.restore`, too.
    reader, writer : Component, str or mapping, optional
        By default chosen by the file's content, and by the output's suffix.
    axes : str, optional
        One letter per axis of the input, where its file names them wrongly.
    contrast_stretch : bool
        Stretch the result's contrast for looking at; this sets the result aside on disk first.
    dtype : str, optional
        Pixel type of the output: ``float32`` by default, ``input`` for that of the input.
        Integers are rounded and clipped.
    overwrite : bool
        Whether an existing output may be replaced.
    record : bool
        Write what was done beside the output, too, as ``OUTPUT.json``. Formats that can hold it
        (TIFF, OME-Zarr, NPZ) have it inside in any case. Of several images, the records stand
        there by name, under ``images``.
    sharing : Sharing
        How much of the output is made in this run: all of it, by default; what an earlier run has
        left to do (``resume=True``); a part, beside other machines (``part=Share(3, 16)``); or
        nothing, but the parts are completed (``finish=True``). The bytes are the same.
    client : distributed.Client, optional
        Of Dask: its workers make the blocks of the output, which must be of a format that several
        machines can fill at once (OME-Zarr); by default this process makes them. Input, model and
        output are opened by the workers under the same names. The bytes are the same.

    Returns
    -------
    Made
        How many blocks were made, and whether the output is whole.

    Warns
    -----
    DebcrWarning
        As `debcr_core.restore`.

    Raises
    ------
    DebcrError
        As `debcr_core.restore`; also if the output exists, is the input, or cannot be written.
    """
    plugins, stop = plugins or Plugins.discover(), stop or Stop()
    source, output = Path(source), Path(output)
    sharing = sharing if client is None else replace(sharing, client=client)
    check_apart(source, output)
    if not sharing.resume:
        Unfinished(output).sweep(stop)
    for path in (output, *([sidecar_of(output)] if record else ())):
        check_output(path, overwrite=overwrite or sharing.resume)
    parts = named_parts(plugins, normalizer=normalizer, tiler=tiler, blender=blender)
    files = named_parts(plugins, reader=reader, writer=writer)
    chosen_reader, chosen_writer = files.get("reader"), files.get("writer")
    chosen_writer = chosen_writer or find_writer(output, plugins)
    found = parts_of(source, plugins, chosen_reader)
    opened = partial(open_source, plugins=plugins, axes=axes, channel=channel)
    computing = Computing(device, backend, precision)
    loaded = partial(open_runner, model, plugins, computing, trust_code, progress, stop)
    asked = partial(
        Job,
        plugins=plugins,
        parts=parts,
        writer=chosen_writer,
        region=region,
        dtype=dtype,
        contrast_stretch=contrast_stretch,
        overwrite=overwrite,
        progress=progress,
        stop=stop,
        sharing=sharing,
    )
    if stays_together(found, source, chosen_writer):
        sharing.check_alone(output, len(found.parts))
        with loaded() as runner:
            made = Made(_write_several(asked(runner), found, output, opened))
    else:
        one = the_one(found, source, output, chosen_reader)
        image, file = opened(one.path, reader=one.reader)
        check_apart(source, output, () if file is None else file.states)
        with telling_what_is_kept(output, sharing), loaded() as runner:
            made = asked(runner).write_alone(image, file, output)
    if record and made.whole:
        text = f"{json.dumps(made.record, indent=2)}\n"
        write_text(sidecar_of(output), text, overwrite=overwrite or sharing.resume)
    return made


def images_to_restore(
    source: Path, output: Path, reader: Reader | None, writer: Writer | None, plugins: Plugins
) -> tuple[Part, ...]:
    """Return the images of an input that `restore_file` restores into one output."""
    found = parts_of(source, plugins, reader)
    if stays_together(found, source, writer or find_writer(output, plugins)):
        return found.parts
    return (the_one(found, source, output, reader),)


def stays_together(found: Several, source: Path, writer: Writer) -> bool:
    """Say whether all images of an input go to one output, as groups or one after the other."""
    if found.parts[0].path != source and writer.holds == "groups":
        return True
    return len(found.parts) > 1 and writer.holds != "one"


def the_one(found: Several, source: Path, output: Path, reader: Reader | None) -> Part:
    """Return the one image of an input; of a file with several the one that its reader takes.

    Raises
    ------
    UsageError
        If the input is a group of several images, of which none is the first.
    """
    first, *others = found.parts
    if others and first.path != source:
        raise UsageError(
            f"{source} holds {len(found.parts)} images, and {output.name} can hold one: name one "
            f"of them, such as {first.path}, or an output that holds several (.ome.zarr, .ome.tif)."
        )
    return Part(source, reader, source) if others else first


def _write_several(
    job: Job, found: Several, output: Path, opened: Callable[..., Any]
) -> dict[str, Any]:
    """Restore one image after the other into one output; return the records by name."""
    count, needed, made = len(found.parts), 0, {}
    # Hours may pass until the last one: what it lacks is said before.
    for part in found.parts:
        with _naming(part, count):
            image, file = opened(part.path, reader=part.reader)
            check_apart(part.path, output, file.states)
            needed += job.writer.least_bytes(job.template(image))
    check_room(output, needed)
    with open_outputs(
        found, output, job.writer, least_bytes=needed, overwrite=job.overwrite
    ) as add:
        for number, part in enumerate(found.parts, start=1):
            one = replace(job, progress=of_image(job.progress, number, count))
            with _naming(part, count):
                image, file = opened(part.path, reader=part.reader)
                to = Destination(f"{output.name}/{part.name}", job.writer, partial(add, part.name))
                made[part.name] = one.write(image, file, one.template(image), to)
    return {"images": made}


@contextmanager
def _naming(part: Part, count: int) -> Iterator[None]:
    """Say which image of several it is that cannot be restored, and how to have the others."""
    try:
        yield
    except Cancelled:
        raise
    except DebcrError as error:
        # What is wrong with the request would be wrong for the others, too.
        mendable = count > 1 and not isinstance(error, UsageError)
        others = f" The other {count - 1} images can be restored singly, by their names."
        place = str(part.place)

        def named(fact: str) -> str:
            return (fact if place in fact else f"{place}: {fact}") + (others if mendable else "")

        raise reworded(error, named) from error
