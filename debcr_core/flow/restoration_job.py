"""What is asked of each image that is restored into a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from debcr_core.files.pixel_types import pixel_type
from debcr_core.files.writing import check_format, open_output
from debcr_core.flow.already_there import already_there
from debcr_core.flow.begun import asked_of
from debcr_core.flow.growing import Growth, Made
from debcr_core.flow.output_checks import check_room
from debcr_core.flow.plan import Plan
from debcr_core.flow.plan_writing import Destination, cut, write_plan, written_region
from debcr_core.flow.planning import OfThisImage
from debcr_core.flow.progress import Callback
from debcr_core.flow.record_form import Record
from debcr_core.flow.regions import Wanted
from debcr_core.flow.restoration import settled_plan
from debcr_core.flow.restored_shape import restored_like
from debcr_core.flow.sharing import ONE_GO, Sharing
from debcr_core.notices import pass_on
from debcr_core.plugins import Plugins
from debcr_core.stopping import Stop

if TYPE_CHECKING:
    import xarray as xr

    from debcr_core.components import Writer
    from debcr_core.flow.runner import Runner
    from debcr_core.flow.source import Source


@dataclass(frozen=True)
class Job:
    """What is asked of each image, and what does it.

    Attributes
    ----------
    runner : Runner
        Holds the network.
    writer : Writer
        Of the output's format.
    plugins : Plugins
        Where components are found.
    stop : Stop
        Ends the work.
    parts, region, dtype, contrast_stretch, overwrite, progress
        As `debcr_core.restore_file` takes them; the parts by their kind.
    sharing : Sharing
        What of the output is made in this run.
    """

    runner: Runner
    writer: Writer
    plugins: Plugins
    stop: Stop
    parts: Mapping[str, Any]
    region: Wanted | None = None
    dtype: str | None = None
    contrast_stretch: bool = False
    overwrite: bool = False
    progress: Callback | None = None
    sharing: Sharing = ONE_GO

    def template(self, image: xr.DataArray) -> xr.DataArray:
        """Return an image like the output.

        What the format cannot hold is refused here, before statistics are taken.
        """
        template = cut(self._result(image), self.region)
        check_format(self.writer, template)
        return template

    def write(
        self,
        image: xr.DataArray,
        file: Source | None,
        template: xr.DataArray,
        to: Destination,
        plan: Plan | None = None,
    ) -> dict[str, Any]:
        """Restore one image to where it goes; return the record."""
        plan = plan or self._plan(image, file)
        return write_plan(plan, template, self.region, to, self.progress, self.stop)

    def write_alone(
        self, image: xr.DataArray, file: Source | None, output: Path, plan: Plan | None = None
    ) -> Made:
        """Restore one image into an output of its own, by a plan if it was made already."""
        template, asked = self.template(image), self._asked(image, file)
        if file and self.sharing.resume and not self.overwrite and output.exists():
            return already_there(output, asked, file, self.plugins, self.stop)
        if self.writer.piece(template) is not None:
            return self._growth(image, file, output, template, asked, plan).grow()
        self.sharing.check_undivided(output)
        check_room(output, self.writer.least_bytes(template))
        place = partial(
            open_output,
            path=output,
            plugins=self.plugins,
            writer=self.writer,
            overwrite=self.overwrite,
        )
        to = Destination(output.name, self.writer, place)
        return Made(self.write(image, file, template, to, plan))

    def _result(self, image: xr.DataArray) -> xr.DataArray:
        """Return an image like the whole result, of which the output may be a region."""
        return restored_like(image, self.runner.signature, pixel_type(self.dtype, image))

    def _asked(self, image: xr.DataArray, file: Source | None) -> dict[str, Any]:
        """Return what a run and those that go on with it must agree in."""
        return asked_of(
            self.runner.trained.recipe.model_copy(update=dict(self.parts)),
            self.runner.weights_sha256,
            image,
            file,
            self.writer,
            region=written_region(self.region, self._result(image)),
            dtype=str(pixel_type(self.dtype, image)),
            contrast_stretch=self.contrast_stretch,
        )

    def _growth(
        self,
        image: xr.DataArray,
        file: Source | None,
        output: Path,
        template: xr.DataArray,
        asked: Mapping[str, Any],
        plan: Plan | None,
    ) -> Growth:

        def plan_of(record: Record | None) -> Plan:
            return plan or self._plan(image, file, record)

        return Growth(
            source=file,
            output=output,
            writer=self.writer,
            template=template,
            result=self._result(image),
            region=self.region,
            asked=asked,
            plan_of=plan_of,
            sharing=self.sharing,
            overwrite=self.overwrite,
            progress=self.progress,
            stop=self.stop,
        )

    def _plan(self, image: xr.DataArray, file: Source | None, record: Record | None = None) -> Plan:
        """Return the settled plan: that of a record, or a new one."""
        if record is None:
            stretch = pixel_type(self.dtype, image) if self.contrast_stretch else None
            return settled_plan(
                self.runner,
                image,
                file,
                self.progress,
                self.stop,
                stretch,
                self.parts,
                self.region,
                by_workers=self.sharing.client is not None,
            )
        known = OfThisImage(record)
        plan = self.runner.plan(image, fitted=known, progress=self.progress, stop=self.stop)
        for warning in plan.warnings:
            pass_on(warning)
        return replace(plan, source=file)
