"""What a published network does first and last, around a network that does not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import Field

from debcr_core.components import Array, Floats, Normalization, Normalizer, Position
from debcr_core.published import Published
from debcr_core.signature import Kind
from debcr_plugins.zoo.processing.normalizer import RdfProcessing
from debcr_plugins.zoo.publishing.preprocessing import through

if TYPE_CHECKING:
    import xarray as xr


class FoldedProcessing(Normalizer):
    """The processing of an RDF, and what is folded into the published network.

    No recipe can name it: `debcr certify` runs networks of ours by it, as bundles do.
    """

    name = "folded-processing"

    processing: RdfProcessing = Field(description="The RDF's steps.")
    # Any, since its makers are no types that pydantic knows.
    folded: Any = Field(description="What is folded in: a `Published`.")

    def fit(self, image: xr.DataArray) -> FoldedNormalization:
        """Take the statistics of the steps (see `Normalizer.fit`)."""
        return FoldedNormalization(self.processing.fit(image), self.folded)


@dataclass(frozen=True)
class FoldedNormalization(Normalization):
    """The same, fitted to one image.

    Attributes
    ----------
    steps : Normalization
        The RDF's steps.
    published : Published
        What is folded in.
    """

    steps: Normalization
    published: Published

    def at(self, position: Position) -> FoldedNormalization:
        """Return the map for one part of the image (see `Normalization.at`)."""
        return FoldedNormalization(self.steps.at(position), self.published)

    def apply(self, block: Array) -> Floats:
        """Map intensities to what the network wants."""
        return through(self.published.before, self.steps.apply(block))

    def undo(self, output: Floats, given: Array, kinds: tuple[Kind, ...]) -> Floats:
        """Map the network's output to what the bundle makes of it."""
        return self.steps.undo(through(self.published.after, output), given, kinds)

    def record(self) -> dict[str, Any]:
        """Return the statistics of each step."""
        return self.steps.record()
