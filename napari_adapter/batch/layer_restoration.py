"""Restore a layer into a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from debcr_core.files.whole import check_output
from debcr_core.files.writing import find_writer
from debcr_core.flow.restoration_job import Job
from napari_adapter.images.from_layer import image_of

if TYPE_CHECKING:
    from napari.layers import Image

    from debcr_core.flow.progress import Callback
    from debcr_core.flow.runner import Runner
    from debcr_core.plugins import Plugins
    from debcr_core.stopping import Stop


def restore_layer(
    layer: Image,
    output: Path,
    runner: Runner,
    *,
    dtype: str | None,
    overwrite: bool,
    progress: Callback,
    stop: Stop,
    plugins: Plugins,
) -> None:
    """Restore what a layer shows, with all its planes and channels, into a file.

    Parameters
    ----------
    layer : napari.layers.Image
        Its pixels are what counts, whatever file they came from.
    output, runner, dtype, overwrite, progress, stop, plugins
        As in `debcr_core.restore_file`.

    Raises
    ------
    DebcrError
        As `debcr_core.restore_file`; also if the layer has no intensities.
    """
    check_output(output, overwrite=overwrite)
    image = image_of(layer)
    writer = find_writer(output, plugins)
    job = Job(
        runner, writer, plugins, stop, {}, dtype=dtype, overwrite=overwrite, progress=progress
    )
    job.write_alone(image, None, output)
