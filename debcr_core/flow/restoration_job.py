"""What is asked of each image that is restored into a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from debcr_core.files.pixel_types import pixel_type
from debcr_core.files.writing import check_format, open_output
from debcr_core.flow.output_checks import check_room
from debcr_core.flow.plan_writing import Destination, cut, write_plan
from debcr_core.flow.progress import Callback
from debcr_core.flow.regions import Wanted
from debcr_core.flow.restoration import settled_plan
from debcr_core.flow.restored_shape import restored_like
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
    stop : Stop
        Ends the work.
    parts, region, dtype, contrast_stretch, progress
        As `debcr_core.restore_file` takes them; the parts by their kind.
    """

    runner: Runner
    writer: Writer
    stop: Stop
    parts: Mapping[str, Any]
    region: Wanted | None = None
    dtype: str | None = None
    contrast_stretch: bool = False
    progress: Callback | None = None

    def template(self, image: xr.DataArray) -> xr.DataArray:
        """Return an image like the output.

        What the format cannot hold is refused here, before statistics are taken.
        """
        like = restored_like(image, self.runner.signature, pixel_type(self.dtype, image))
        template = cut(like, self.region)
        check_format(self.writer, template)
        return template

    def write(
        self, image: xr.DataArray, file: Source | None, template: xr.DataArray, to: Destination
    ) -> dict[str, Any]:
        """Restore one image to where it goes; return the record."""
        stretch = template.dtype if self.contrast_stretch else None
        plan = settled_plan(
            self.runner,
            image,
            file,
            self.progress,
            self.stop,
            stretch,
            self.parts,
            self.region,
        )
        return write_plan(plan, template, self.region, to, self.progress, self.stop)

    def write_alone(
        self,
        image: xr.DataArray,
        file: Source | None,
        output: Path,
        plugins: Plugins,
        overwrite: bool,
    ) -> dict[str, Any]:
        """Restore one image into an output of its own; return the record."""
        template = self.template(image)
        check_room(output, self.writer.least_bytes(template))
        place = partial(
            open_output, path=output, plugins=plugins, writer=self.writer, overwrite=overwrite
        )
        return self.write(image, file, template, Destination(output.name, self.writer, place))
