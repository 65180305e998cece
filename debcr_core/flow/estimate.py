"""What restoring an image would take: time, memory and disk, by doing one tile of it."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from debcr_core.files.pixel_types import pixel_type
from debcr_core.files.whole import check_output
from debcr_core.files.writing import check_format, find_writer
from debcr_core.flow.blocks import frames_of
from debcr_core.flow.choosing_backend import Computing
from debcr_core.flow.opening import Choice, open_runner, open_source
from debcr_core.flow.output_checks import check_apart, check_room, in_bytes, sidecar_of
from debcr_core.flow.plan_writing import cut
from debcr_core.flow.progress import in_time
from debcr_core.flow.regions import Wanted, settled_region
from debcr_core.flow.restored_shape import restored_like
from debcr_core.stopping import Stop

if TYPE_CHECKING:
    from debcr_core.components import Reader, Writer
    from debcr_core.flow.plan import Plan
    from debcr_core.plugins import Plugins


def explain_file(
    source: Path,
    output: Path,
    model: Choice,
    *,
    reader: Reader | None,
    writer: Writer | None,
    axes: str | None,
    channel: str | None,
    region: Wanted | None,
    contrast_stretch: bool,
    dtype: str | None,
    overwrite: bool,
    plugins: Plugins,
    stop: Stop,
    in_folder: bool = False,
    computing: Computing | None = None,
    trust_code: bool = False,
    record: bool = False,
) -> dict[str, str]:
    """Return what `restore_file` would do and take, in words, and write nothing.

    Parameters
    ----------
    source, output, model
        As in `debcr_core.restore_file`, like all others.
    in_folder : bool
        Whether the output is one of several, whose folder is made where it is missing.

    Raises
    ------
    DebcrError
        As `debcr_core.restore_file` would before its first tile.
    """
    check_apart(source, output)
    # A folder for several outputs would be made.
    is_there = output.parent.is_dir() or not in_folder
    for path in (output, *([sidecar_of(output)] if record else ())):
        if is_there:
            check_output(path, overwrite=overwrite)
    writer = writer or find_writer(output, plugins)
    image, _ = open_source(source, plugins, reader=reader, axes=axes, channel=channel)
    pixels = pixel_type(dtype, image)
    computing = computing or Computing()
    with open_runner(model, plugins, computing, trust_code, None, stop) as runner:
        stretch = pixels if contrast_stretch else None
        plan = runner.plan(image, contrast_stretch=stretch, stop=stop)
        template = cut(restored_like(image, runner.signature, pixels), region)
        check_format(writer, template)
        if is_there:
            check_room(output, writer.least_bytes(template))
        tiles = _tiles(plan, region)
        seconds, peak = _measured(plan, stop)
        aside = plan.template.size * 4 if plan.two_passes else 0
        return {
            "model": f"{runner.trained.name} on {runner.device} ({runner.backend})",
            "input": f"{_shape(image)} {image.dtype}",
            "output": f"{_shape(template)} {template.dtype}, {in_bytes(template.nbytes)}",
            "tiles": f"{tiles} of {'×'.join(map(str, plan.grid.tile_shape))} pixels; each pixel is "
            f"computed {plan.grid.times:.2g} times",
            "passes": "two: it needs statistics of the whole output" if plan.two_passes else "one",
            "time": f"about {in_time(seconds * tiles)}",
            "memory": "unknown here" if peak is None else f"about {in_bytes(peak)}",
            "disk": f"{in_bytes(template.nbytes + aside)}, {in_bytes(aside)} of it for a while",
            "warnings": "\n".join(map(str, plan.warnings)) or "none",
        }


def _tiles(plan: Plan, region: Wanted | None) -> int:
    """Return how many tiles the network computes, in all frames of a region."""
    place = settled_region(None if plan.two_passes else region, plan.template)
    frames, spatial = frames_of(plan, place)
    return len(frames) * len(plan.grid.needed(spatial))


def _measured(plan: Plan, stop: Stop) -> tuple[float, int | None]:
    """Return the seconds of one tile, the second one, and the most memory that was in use."""
    channels = plan.network.signature.channels_in
    block = np.zeros((1, channels, *plan.grid.tile_shape), np.float32)
    plan.network.predict(block, stop)
    start = time.perf_counter()
    plan.network.predict(block, stop)
    return time.perf_counter() - start, _peak()


def _peak() -> int | None:
    """Return the most bytes that this process has held; None where the system does not say."""
    try:
        import resource
    except ImportError:
        return None
    found = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # In kilobytes, but on a Mac.
    return found if sys.platform == "darwin" else found * 1024


def _shape(image: Any) -> str:
    return f"{''.join(map(str, image.dims))} {'×'.join(map(str, image.shape))}"
