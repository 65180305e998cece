"""A result made block by block: here, in another process, or on another machine.

What travels is an `Order`, once, and numbers of blocks; what comes back is what the journal takes
down of each. Pixels do not travel: they are read from the input and written to the output.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np

from debcr_core.components import Array, Growing, Reader, Region, Writer
from debcr_core.errors import DebcrError, UsageError
from debcr_core.files.narrowing import Lost, Narrowing
from debcr_core.files.pixel_types import convert_block
from debcr_core.files.unfinished import Unfinished
from debcr_core.flow.begun import Begun, check_input, output_like
from debcr_core.flow.blocks import Remembered, steps_of
from debcr_core.flow.choosing_backend import Computing
from debcr_core.flow.division import Division
from debcr_core.flow.joining import extent, relative
from debcr_core.flow.journal import Done
from debcr_core.flow.opening import open_model, open_source
from debcr_core.flow.plan import Plan
from debcr_core.flow.planning import OfThisImage
from debcr_core.flow.progress import Callback
from debcr_core.flow.record import check_same_machine
from debcr_core.flow.runner import Runner
from debcr_core.plugins import Plugins
from debcr_core.stopping import Stop
from debcr_core.trained import TrainedModel

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True, eq=False)
class Block:
    """A block that is made, and not written yet.

    Attributes
    ----------
    number : int
        Which.
    pixels : numpy.ndarray
        Of the output's pixel type.
    lost : Lost
        What that took from them.
    """

    number: int
    pixels: Array
    lost: Lost


@dataclass(frozen=True, eq=False)
class Bench:
    """Where blocks of one output are made.

    Attributes
    ----------
    plan : Plan
        What to do; settled.
    template : xarray.DataArray
        An image like the output.
    place : tuple of slice
        Which part of the plan's result the output is.
    division : Division
        The output's blocks.
    growing : Growing
        Where the pixels go.
    """

    plan: Plan
    template: xr.DataArray
    place: Region
    division: Division
    growing: Growing

    def compute(self, number: int, *, stop: Stop | None = None) -> Done:
        """Make a block, and write it.

        Parameters
        ----------
        number : int
            The block's.
        stop : Stop, optional
            Ends it.

        Raises
        ------
        DebcrError
            As `Plan.blocks`.
        """
        return self.write(self.made(number, stop=stop))

    def made(
        self,
        number: int,
        *,
        progress: Callback | None = None,
        stop: Stop | None = None,
        remembered: Remembered | None = None,
    ) -> Block:
        """Make a block, of the output's pixel type.

        Parameters
        ----------
        number : int
            The block's.
        progress, stop, remembered
            As in `Plan.blocks`.

        Raises
        ------
        DebcrError
            As `Plan.blocks`.
        """
        wanted = self.wanted(number)
        inside = tuple(wanted[str(dim)] for dim in self.template.dims)
        made = np.empty(extent(inside), self.template.dtype)
        narrowing = Narrowing(made.dtype)
        blocks = self.plan.blocks(wanted, progress=progress, stop=stop, remembered=remembered)
        for part, pixels in blocks:
            converted = convert_block(pixels, made.dtype)
            narrowing.count(pixels, converted)
            made[relative(part, inside)] = converted
        return Block(number, made, narrowing.lost())

    def write(self, block: Block) -> Done:
        """Write a block, and return what the journal takes down of it."""
        self.growing.put(self.division.region(block.number), block.pixels)
        return Done.of(block.number, block.pixels, block.lost)

    def steps(self, number: int) -> int:
        """Return how many steps of progress a block is."""
        wanted = self.wanted(number)
        return steps_of(self.plan, tuple(wanted[str(dim)] for dim in self.template.dims))

    def wanted(self, number: int) -> dict[str, slice]:
        """Return which part of the plan's result a block is, by the dims of its template."""
        return {
            str(dim): slice(part.start + whole.start, part.stop + whole.start)
            for dim, part, whole in zip(
                self.template.dims, self.division.region(number), self.place, strict=True
            )
        }


@dataclass(frozen=True)
class Order:
    """What another process has to know to make blocks of an output that is begun; no pixels.

    Attributes
    ----------
    run : str
        Tells it from other outputs, also of the same name.
    source : Path
        The input, on a disk that the other process sees under the same name.
    reader : Reader or None
        Of the input.
    axes, channel : str or None
        As `restore_file` takes them.
    trained : TrainedModel
        The network; where its file is not there, the model of that name is taken. Its weights'
        checksum is compared.
    computing : Computing
        By what, and where.
    output : Path
        The output's final name, beside which it grows.
    writer : Writer
        Of the output.
    any_machine : bool
        Whether versions and processor may be others than where it was begun.
    """

    run: str
    source: Path
    reader: Reader | None
    axes: str | None
    channel: str | None
    trained: TrainedModel
    computing: Computing
    output: Path
    writer: Writer
    any_machine: bool = False

    @classmethod
    def of(
        cls, begun: Begun, plan: Plan, output: Path, writer: Writer, *, any_machine: bool = False
    ) -> Self:
        """Return the order of an output that was begun with a plan of a file."""
        source, network = plan.source, plan.network
        assert source is not None
        return cls(
            run=begun.run,
            source=source.path.absolute(),
            reader=source.reader,
            axes=source.axes,
            channel=source.channel,
            trained=network.trained,
            computing=Computing(network.device, network.chosen, network.precision),
            output=output.absolute(),
            writer=writer,
            any_machine=any_machine,
        )


def open_bench(order: Order, opened: ExitStack, stop: Stop) -> Bench:
    """Open network, image and output of an order.

    Parameters
    ----------
    order : Order
        Which output.
    opened : ExitStack
        Closes them.
    stop : Stop
        Ends it.

    Raises
    ------
    DebcrError
        If model, input or machine are not those with which the output was begun.
    """
    unfinished = Unfinished(order.output)
    begun = Begun.read(unfinished)
    if begun.run != order.run:
        raise UsageError(f"{order.output} was begun anew meanwhile: this run of it is over.")
    plugins = Plugins.discover()
    image, file = open_source(
        order.source, plugins, reader=order.reader, axes=order.axes, channel=order.channel
    )
    assert file is not None
    check_input(begun, file, unfinished, stop)
    by, trained = order.computing, _at_hand(order, plugins)
    runner = opened.enter_context(Runner(trained, **vars(by), plugins=plugins, stop=stop))
    known = OfThisImage(begun.record)
    plan = replace(runner.plan(image, fitted=known, stop=stop), source=file)
    if not order.any_machine:
        check_same_machine(plan, begun.record)
    template, place = output_like(plan.template, begun)
    growing = opened.enter_context(order.writer.growing(template, unfinished.data))
    return Bench(plan, template, place, begun.division, growing)


def _at_hand(order: Order, plugins: Plugins) -> TrainedModel:
    """Return the model of an order, from where it is on this machine."""
    given = order.trained
    if given.weights is None or given.weights.exists():
        return given
    try:
        return replace(open_model(given.name, plugins), recipe=given.recipe)
    except DebcrError:
        raise UsageError(
            f"The weights {given.weights} are not to be had here: they must be on a disk that all "
            "machines see under the same name."
        ) from None
