"""A model without weights, of numpy alone, and the catalog that lists it."""

from __future__ import annotations

from pydantic import Field

from debcr_core import (
    Catalog,
    Model,
    Predictor,
    ReadError,
    Recipe,
    Signature,
    TrainedModel,
    hookimpl,
)


class Box(Model):
    """The mean of a square around each pixel: what every network has to beat."""

    name = "box"

    radius: int = Field(1, ge=0, le=64, description="Pixels on either side of the middle.")

    @property
    def signature(self):
        """Planes of any size."""
        return Signature("yx", (1, 1), (self.radius, self.radius))

    def predictor(self, weights, device):
        """Return the mean as a function; scipy is imported where it is used."""
        from scipy import ndimage

        side = 2 * self.radius + 1
        return Predictor(lambda block, stop: ndimage.uniform_filter(block, (1, 1, side, side)))


class Examples(Catalog):
    """Lists example:box."""

    name = "examples"

    def names(self):
        """Return the one model."""
        return ["example:box"]

    def claims(self, reference):
        """Say whether it is an example."""
        return reference.startswith("example:")

    def open(self, reference, plugins, *, trust_code=False):
        """Return the model with its recipe."""
        if reference not in self.names():
            raise ReadError(f"There is no {reference}: the one example is example:box.")
        names = {"normalizer": "debcr-zoo/none", "tiler": "debcr-example/rows"}
        names["blender"] = "debcr-zoo/crop"
        parts = {kind: plugins.create(kind, name) for kind, name in names.items()}
        return TrainedModel(reference, Recipe(model=Box(), **parts))


@hookimpl
def debcr_models():
    """Offer the model."""
    return [Box]


@hookimpl
def debcr_catalogs():
    """Offer the catalog."""
    return [Examples]
