"""What came of a request: the whole result, or a part of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from debcr_core.components import Floats, Region
from debcr_core.files.pixel_types import convert_block
from debcr_core.flow.source import Source
from napari_adapter.images.facts import KEY
from napari_adapter.images.layer_data import LayerData, layer_data
from napari_adapter.restore.making import MAKING
from napari_adapter.restore.request import Request

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import xarray as xr
    from napari.components import ViewerModel

    from debcr_core.components import Array
    from debcr_core.files.narrowing import Narrowing
    from debcr_core.stopping import Stop


AT_ONCE = 2**22
"""Pixels that are worked on without a look at whether to stop."""


@dataclass(frozen=True, eq=False)
class Result:
    """Layers that are ready to be added.

    Attributes
    ----------
    request : Request
        What was asked for.
    layers : list of tuple
        Of each layer pixels, arguments and kind (see `napari_adapter.images.layer_data`).
    """

    request: Request
    layers: list[LayerData]

    @classmethod
    def of(
        cls,
        request: Request,
        image: xr.DataArray,
        record: dict[str, Any],
        *,
        file: Source | None = None,
        coarser: Sequence[xr.DataArray] = (),
        partial: bool = False,
    ) -> Result:
        """Return what shows an image, with how it was made; for threads that do not draw."""
        name = f"{request.name} (part)" if partial else request.name
        layers = layer_data(image, name, like=request.layers[0], coarser=coarser)
        made = {
            "record": record,
            "partial": partial,
            "input": request.called,
            "model": request.making.choice.model,
            MAKING: request.making,
            **({} if file is None else {"source": file}),
        }
        for number, (_, arguments, _) in enumerate(layers):
            facts = arguments["metadata"][KEY]
            facts.update(made)
            if len(layers) > 1:
                facts["result_channel"] = number
        return cls(request, layers)

    def add_to(self, viewer: ViewerModel) -> None:
        """Add the layers to a viewer; in the main thread."""
        from napari.layers import Image

        for pixels, arguments, _ in self.layers:
            viewer.add_layer(Image(pixels, **arguments))


@dataclass(eq=False)
class Part:
    """What is there of a result until now.

    Attributes
    ----------
    request : Request
        What was asked for.
    template : xarray.DataArray
        An image like the result.
    record : dict
        How the whole is made.
    values : numpy.ndarray
        float32; NaN where nothing is there yet.
    blocks : int
        How many blocks are there.
    """

    request: Request
    template: xr.DataArray
    record: dict[str, Any]
    values: Floats = field(init=False)
    blocks: int = 0

    def __post_init__(self) -> None:
        self.values = np.empty(self.template.shape, np.float32)

    def clear(self, stop: Stop) -> None:
        """Have nothing yet: NaN everywhere. Of a large image, this takes a while."""
        for rows in _bands(self.values):
            stop.check()
            rows[:] = np.nan

    def put(self, region: Region, block: Floats) -> None:
        """Take in a block."""
        self.values[region] = block
        self.blocks += 1

    @property
    def image(self) -> xr.DataArray:
        """What is there, as an image."""
        return self.template.copy(data=self.values)

    def converted(self, dtype: np.dtype[Any], narrowing: Narrowing, stop: Stop) -> xr.DataArray:
        """Return the whole image in a pixel type, once all of it is there."""
        if dtype == self.values.dtype:
            return self.image
        made = np.empty(self.values.shape, dtype)
        for rows, target in zip(_bands(self.values), _bands(made), strict=True):
            stop.check()
            target[:] = convert_block(rows, dtype)
            narrowing.count(rows, target)
        return self.template.copy(data=made)

    def result(self) -> Result:
        """Return it as a result; for threads that do not draw."""
        making = replace(self.request.making, dtype=None)
        request = replace(self.request, making=making)
        return Result.of(request, self.image, self.record, partial=True)


def _bands(pixels: Array) -> Iterator[Array]:
    """Yield an array some rows at a time, as views."""
    rows = pixels.reshape(-1, pixels.shape[-1])
    high = max(1, AT_ONCE // rows.shape[1])
    return (rows[start : start + high] for start in range(0, len(rows), high))
