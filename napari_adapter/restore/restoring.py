"""Restore one image, in a thread that does not draw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from debcr_core.files.narrowing import Narrowing
from debcr_core.files.pixel_types import pixel_type
from debcr_core.flow.output_checks import in_bytes
from debcr_core.flow.restored_shape import restored_like
from debcr_core.notices import pass_on
from napari_adapter.planner import Planner
from napari_adapter.restore.origin import checked_origin
from napari_adapter.restore.request import Request
from napari_adapter.restore.result import Part, Result
from napari_adapter.restore.streaming import streamed

if TYPE_CHECKING:
    import numpy as np

    from debcr_core.flow.plan import Plan
    from debcr_core.flow.progress import Callback
    from debcr_core.stopping import Stop


def restored(
    request: Request,
    planner: Planner,
    progress: Callback,
    stop: Stop,
    begun: Callable[[Part | None], None],
) -> Result:
    """Restore an image: in memory, or, where the result is too large for that, on disk.

    Parameters
    ----------
    request : Request
        What is asked for.
    planner : Planner
        Opens networks and makes plans.
    progress : callable
        Called with each `Progress`.
    stop : Stop
        Ends the work.
    begun : callable
        Called with the `Part` that grows, once the first pixels of the result are to come; with
        None where it grows on disk.

    Raises
    ------
    DebcrError
        As `debcr_core.restore`; also if there is no place for a large result.
    """
    image, place = request.wish.image, request.place
    dtype = pixel_type(request.wish.dtype, image)
    # The network is held here, too: the preview may give the planner another wish meanwhile.
    with planner.engine.using(request.wish.choice, progress, stop) as runner:
        size = restored_like(image, runner.signature, dtype).nbytes
        large = size > place.threshold
        folder = place.folder_for(in_bytes(size)) if large else None
        file = checked_origin(request.told, image, planner.engine.plugins, stop)
        request = replace(request, making=replace(request.making, file=file, on_disk=large))
        plan = replace(planner.settled(request.wish, progress, stop), source=file)
        for warning in plan.warnings:
            pass_on(warning)
        if folder is not None:
            begun(None)
            return streamed(plan, request, dtype, folder, planner.engine.plugins, progress, stop)
        return _in_memory(plan, request, dtype, progress, stop, begun)


def _in_memory(
    plan: Plan,
    request: Request,
    dtype: np.dtype[np.generic],
    progress: Callback,
    stop: Stop,
    begun: Callable[[Part | None], None],
) -> Result:
    record = {**plan.record(stop=stop), "region": None, "dtype": str(dtype)}
    part = Part(request, plan.template, record)
    part.clear(stop)
    begun(part)
    for region, block in plan.blocks(progress=progress, stop=stop):
        part.put(region, block)
    if plan.source is not None:
        plan.source.check_unchanged()
    narrowing = Narrowing(dtype)
    image = part.converted(dtype, narrowing, stop)
    narrowing.tell(request.name, "Choose the pixel type float32.")
    return Result.of(request, image, record)
