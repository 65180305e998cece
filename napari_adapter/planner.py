"""Plans of images: made once for preview and run alike, so that both show the same pixels."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from debcr_core.files.pixel_types import pixel_type
from debcr_core.flow.plan import Plan
from debcr_core.flow.progress import Callback
from debcr_core.flow.source import Source
from debcr_core.stopping import Stop, heeding
from napari_adapter.engine import Choice, Engine

if TYPE_CHECKING:
    import xarray as xr

    from debcr_core.components import Component


@dataclass(frozen=True, eq=False)
class Wish:
    """What is to be done to one image.

    Attributes
    ----------
    image : xarray.DataArray
        As `debcr_core.image` describes. The same object means the same pixels.
    choice : Choice
        The model.
    parts : mapping of str to Component
        ``normalizer``, ``tiler``, ``blender`` in place of the model's own.
    contrast_stretch : bool
        Stretch the result's contrast to the range of its pixel type, for looking at.
    dtype : str or None
        That pixel type, as `debcr_core.restore` takes it: float32 by default, or ``input``.
    file : Source or None
        The file that the image is from, where it is known and unchanged.
    """

    image: xr.DataArray
    choice: Choice = field(default_factory=Choice)
    parts: Mapping[str, Component] = field(default_factory=dict)
    contrast_stretch: bool = False
    dtype: str | None = None
    file: Source | None = None

    def same_as(self, other: Wish | None) -> bool:
        """Say whether another wish would give the same pixels, before they are stored."""
        return other is not None and self.image is other.image and self._asked() == other._asked()

    def stored_as(self, other: Wish) -> bool:
        """Say whether another wish would store them as the same pixel type."""
        return pixel_type(self.dtype, self.image) == pixel_type(other.dtype, other.image)

    def _asked(self) -> tuple[Any, ...]:
        """Return what decides on the pixels beside the image: the same before they are stored."""
        stretched_to = self.dtype if self.contrast_stretch else None
        return self.choice, dict(self.parts), self.contrast_stretch, stretched_to


class Planner:
    """Makes plans; the last one is kept, with its network.

    Parameters
    ----------
    engine : Engine
        Opens networks.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._lock = threading.Lock()
        self._wish: Wish | None = None
        self._plan: Plan | None = None
        self._holding = ExitStack()

    def plan(self, wish: Wish, progress: Callback | None = None, stop: Stop | None = None) -> Plan:
        """Return the plan of a wish: at once if it was the last one, too; else by statistics.

        For threads that do not draw. Where `Plan.two_passes` is true, settle it before finishing.

        Raises
        ------
        DebcrError
            As `debcr_core.Runner.plan`.
        """
        kept = self._kept(wish)
        if kept is not None:
            return kept
        with ExitStack() as holding:
            runner = holding.enter_context(self.engine.using(wish.choice, progress, stop))
            recipe = runner.trained.recipe.model_copy(update=dict(wish.parts))
            stretch = pixel_type(wish.dtype, wish.image) if wish.contrast_stretch else None
            # What compares the image with the model's card heeds the stop.
            with heeding(stop or Stop()):
                plan = runner.plan(
                    wish.image,
                    recipe=recipe,
                    contrast_stretch=stretch,
                    progress=progress,
                    stop=stop,
                )
            plan = replace(plan, source=wish.file)
            self._keep(wish, plan, holding.pop_all())
        return plan

    def settled(
        self, wish: Wish, progress: Callback | None = None, stop: Stop | None = None
    ) -> Plan:
        """Return a plan by which any pixel can be finished, after a first pass where it needs one.

        Raises
        ------
        DebcrError
            As `Plan.settle`.
        """
        plan = self.plan(wish, progress, stop)
        if not plan.two_passes:
            return plan
        settled = plan.settle(progress=progress, stop=stop)
        with self._lock:
            if wish.same_as(self._wish):
                self._plan = settled
        return settled

    def _kept(self, wish: Wish) -> Plan | None:
        with self._lock:
            return self._plan if wish.same_as(self._wish) else None

    def _keep(self, wish: Wish, plan: Plan, holding: ExitStack) -> None:
        with self._lock:
            before, self._holding = self._holding, holding
            self._wish, self._plan = wish, plan
        before.close()

    def forget(self) -> None:
        """Forget the last plan, and give back its network."""
        with self._lock:
            before, self._holding = self._holding, ExitStack()
            self._wish = self._plan = None
        before.close()
