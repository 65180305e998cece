"""The processing of an RDF as a normalizer: preprocessing before the network, the rest after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pydantic import Field

from debcr_core.components import Array, Floats, Normalization, Normalizer, Position
from debcr_core.image import DIMS
from debcr_core.rdf_axis_names import AXIS_NAMES, CHANNEL, IMAGE_CHANNEL
from debcr_core.signature import Kind
from debcr_plugins.zoo.processing.operations import MAX_STEPS

if TYPE_CHECKING:
    import xarray as xr

    from debcr_plugins.zoo.processing.steps import FittedStep

Step = dict[str, Any]


class RdfProcessing(Normalizer):
    """Pre- and postprocessing as a bundle of the BioImage Model Zoo describes it.

    Axes are named ``batch channel time z y x``. Statistics are those of the whole image: over the
    axes that a step lists, and over the planes and time points that the network sees one by one
    if it lists ``batch`` (or no axes at all). The postprocessing is no inverse of the
    preprocessing, unless the bundle says so.

    Source: https://bioimage-io.github.io/spec-bioimage-io/
    """

    name = "rdf-processing"

    axes: str = Field(
        "yx",
        pattern=r"^c?t?z?yx$",
        description="Axes that the network sees at once, as the model's.",
    )
    preprocessing: tuple[Step, ...] = Field(
        (),
        max_length=MAX_STEPS,
        description="Steps before the network, each with id and kwargs as in an RDF.",
    )
    postprocessing: tuple[Step, ...] = Field(
        (), max_length=MAX_STEPS, description="Steps after the network."
    )

    def fit(self, image: xr.DataArray) -> RdfNormalization:
        """Take the statistics of all steps before the network (see `Normalizer.fit`)."""
        from debcr_core.statistics import blocks
        from debcr_plugins.zoo.processing.casts import (
            look_at_first,
            look_at_later,
            without_needless,
        )
        from debcr_plugins.zoo.processing.steps import fit, mapped, needs_tensor

        named = image.rename({dim: self._name(str(dim)) for dim in image.dims})
        look_at_first(self.preprocessing, image)
        before = fit(without_needless(self.preprocessing), named, named, self._seen)
        look_at_later(self.preprocessing, lambda number: mapped(named, before[:number]))
        if not any(step.statistics for step in before):
            for _ in blocks(image):  # which looks for NaN
                pass
        after = None
        if not any(map(needs_tensor, self.postprocessing)):
            after = fit(self.postprocessing, named, named, self._seen)
        everywhere = {str(dim): slice(0, size) for dim, size in image.sizes.items()}
        return RdfNormalization(self, named, before, after, everywhere)

    def recall(self, record: Mapping[str, Any], image: xr.DataArray) -> RdfNormalization:
        """Return the map of a record (see `Normalizer.recall`)."""
        from debcr_plugins.zoo.processing.casts import without_needless
        from debcr_plugins.zoo.processing.steps import recalled

        named = image.rename({dim: self._name(str(dim)) for dim in image.dims})
        before = recalled(without_needless(self.preprocessing), record["preprocessing"])
        after = recalled(self.postprocessing, record["postprocessing"])
        everywhere = {str(dim): slice(0, size) for dim, size in image.sizes.items()}
        return RdfNormalization(self, named, before, after, everywhere)

    def fit_output(self, output: xr.DataArray, raw: xr.DataArray) -> tuple[FittedStep, ...]:
        """Take the statistics of the steps after the network.

        Parameters
        ----------
        output : xarray.DataArray
            What the network returned, lazy, with the dims of images.
        raw : xarray.DataArray
            The unprocessed input, with the dims of RDFs.
        """
        from debcr_plugins.zoo.processing.steps import fit

        return fit(self.postprocessing, self._named_output(output, raw), raw, self._seen)

    @property
    def _seen(self) -> frozenset[str]:
        return frozenset(map(self._name, self.axes)) | {CHANNEL}

    def _name(self, dim: str) -> str:
        """Return what an RDF calls a dim of the image."""
        if dim == "c" and "c" not in self.axes:
            return IMAGE_CHANNEL
        return AXIS_NAMES[dim]

    def _named_output(self, output: xr.DataArray, raw: xr.DataArray) -> xr.DataArray:
        """Name the output's dims, with the channels of each image channel in a dim of their own."""
        named = output.drop_vars(list(output.coords)).rename(
            {dim: AXIS_NAMES[str(dim)] for dim in output.dims}
        )
        if CHANNEL not in named.dims:
            return named.expand_dims(CHANNEL)
        if IMAGE_CHANNEL not in raw.dims:
            return named
        place, shape = named.dims.index(CHANNEL), list(named.shape)
        shape[place : place + 1] = [raw.sizes[IMAGE_CHANNEL], -1]
        dims = [str(dim) for dim in named.dims]
        dims[place : place + 1] = [IMAGE_CHANNEL, CHANNEL]
        return type(named)(named.data.reshape(shape), dims=dims)

    def labelled(
        self, block: Array, position: Position
    ) -> tuple[xr.DataArray, Mapping[str, slice]]:
        """Return a part of the image with the dims of RDFs, and where it is.

        Parameters
        ----------
        block : numpy.ndarray
            With the dims that `position` does not drop, and ``c`` where the network returns
            several channels.
        position : mapping of str to int or slice
            As `Normalization.at` takes it.
        """
        import xarray as xr

        sliced = [dim for dim, part in position.items() if isinstance(part, slice)]
        added = ["c"] if block.ndim > len(sliced) else []
        dims = [dim for dim in DIMS if dim in sliced or dim in added]
        names = [CHANNEL if dim in added else self._name(dim) for dim in dims]
        place = {
            self._name(dim): part if isinstance(part, slice) else slice(part, part + 1)
            for dim, part in position.items()
        }
        # Statistics of one channel serve however many the network makes of it.
        place[CHANNEL] = slice(None)
        rest = [dim for dim in place if dim not in names]
        return xr.DataArray(block, dims=names).expand_dims(rest), place


@dataclass(frozen=True)
class RdfNormalization(Normalization):
    """The steps, fitted to one image.

    Attributes
    ----------
    processing : RdfProcessing
        What they were made of.
    raw : xarray.DataArray
        The image.
    before : tuple of FittedStep
        Before the network.
    after : tuple of FittedStep or None
        After it; None until the output is there, where statistics of it are needed.
    position : mapping of str to int or slice
        The part of the image that it is for.
    """

    processing: RdfProcessing
    raw: xr.DataArray
    before: tuple[FittedStep, ...]
    after: tuple[FittedStep, ...] | None
    position: Position

    def at(self, position: Position) -> RdfNormalization:
        """Return the map for one part of the image (see `Normalization.at`)."""
        return replace(self, position=position)

    def apply(self, block: Array) -> Floats:
        """Map intensities to what the network wants."""
        return self._run(self.before, block)

    def undo(self, output: Floats, given: Array, kinds: tuple[Kind, ...]) -> Floats:  # noqa: ARG002
        """Map the network's output to what the bundle makes of it, whatever kind it is of."""
        assert self.after is not None, "fit_output comes first"
        return self._run(self.after, output)

    def _run(self, steps: tuple[FittedStep, ...], block: Array) -> Floats:
        import numpy as np

        from debcr_plugins.zoo.processing.steps import run

        labelled, place = self.processing.labelled(block, self.position)
        made = run(steps, labelled, place).transpose(*labelled.dims)
        return np.asarray(made.values, np.float32).reshape(block.shape)

    @property
    def needs_output(self) -> bool:
        """Whether the steps after the network need statistics of its whole output."""
        return self.after is None

    def fit_output(self, output: xr.DataArray) -> RdfNormalization:
        """Take these statistics (see `Normalization.fit_output`)."""
        return replace(self, after=self.processing.fit_output(output, self.raw))

    def record(self) -> dict[str, Any]:
        """Return the statistics of each step."""
        return {
            "preprocessing": [step.record() for step in self.before],
            "postprocessing": [step.record() for step in self.after or ()],
        }
