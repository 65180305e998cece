"""Restore an image into an output that grows block by block, over several runs if need be.

In one go, gone on with after a kill, or in parts by several machines: the bytes are the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from debcr_core.components import Writer
from debcr_core.errors import Cancelled, UsageError, WriteError
from debcr_core.files.narrowing import Narrowing
from debcr_core.files.unfinished import Unfinished, done_of
from debcr_core.files.whole import check_output, unwritable
from debcr_core.flow.ahead import ahead
from debcr_core.flow.begun import Begun, check_asked, check_input, output_like
from debcr_core.flow.blocks import Remembered, stage_of
from debcr_core.flow.blockwise import Bench, Order
from debcr_core.flow.division import divided
from debcr_core.flow.journal import Done, Journal, done_blocks, limits_of
from debcr_core.flow.output_checks import check_room
from debcr_core.flow.plan import Plan
from debcr_core.flow.plan_writing import wider, written_region
from debcr_core.flow.progress import Callback, Meter
from debcr_core.flow.record import check_same_machine
from debcr_core.flow.record_form import Record
from debcr_core.flow.regions import Wanted
from debcr_core.flow.sharing import Share, Sharing
from debcr_core.flow.source import Source
from debcr_core.flow.verifying import check_all_there, verified
from debcr_core.stopping import Stop, heeding

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True)
class Made:
    """What a run has made of an output.

    Attributes
    ----------
    record : mapping
        How it is made.
    blocks : int
        How many of its blocks were made in this run.
    before : int
        How many of those that were asked for were there already.
    whole : bool
        Whether the output stands under its name.
    """

    record: Record
    blocks: int = 1
    before: int = 0
    whole: bool = True


@dataclass(frozen=True)
class Growth:
    """An output that grows, and what is asked of this run.

    Attributes
    ----------
    source : Source or None
        The input; None for an image in memory, which is restored in one go.
    output : Path
        The final name.
    writer : Writer
        Of a format that has a piece.
    template : xarray.DataArray
        An image like the output.
    result : xarray.DataArray
        An image like the whole result, of which the output may be a region.
    region : mapping of str to slice or None
        That region.
    asked : mapping
        As `asked_of` returns it.
    plan_of : callable
        Makes the plan: from a record, or anew where it is given None.
    sharing : Sharing
        What of the output is made in this run.
    overwrite : bool
        Whether an existing output may be replaced.
    progress, stop
        As in `restore_file`.
    """

    source: Source | None
    output: Path
    writer: Writer
    template: xr.DataArray
    result: xr.DataArray
    region: Wanted | None
    asked: Mapping[str, Any]
    plan_of: Callable[[Record | None], Plan]
    sharing: Sharing
    overwrite: bool
    progress: Callback | None
    stop: Stop

    def grow(self) -> Made:
        """Make of the output what is asked for.

        Raises
        ------
        DebcrError
            As `restore_file`.
        """
        unfinished = Unfinished(self.output)
        self.sharing.check_shared(self.output, self.writer)
        with self._explained(unfinished), heeding(self.stop):
            if self.sharing.finish:
                return self._completed(unfinished)
            if self.sharing.part is not None:
                return self._part(unfinished, self.sharing.part)
            return self._all(unfinished)

    def _all(self, unfinished: Unfinished) -> Made:
        with unfinished.alone(self.stop):
            self._refuse_to_lose(unfinished)
            with self._removed_on_failure(unfinished):
                begun, plan = self._opened(unfinished)
                numbers = range(len(begun.division))
                made, there = self._carried_out(unfinished, begun, plan, numbers, "run")
                self._finish(unfinished, begun, [*made, *there])
        return Made(begun.record, len(made), len(there))

    def _part(self, unfinished: Unfinished, part: Share) -> Made:
        with ExitStack() as held:
            with unfinished.beginning(self.stop):
                anew = None if unfinished.begun else self._anew(unfinished)
                held.enter_context(unfinished.as_part(part.name, self.stop))
            begun, plan = anew or self._gone_on(unfinished)
            numbers = part.blocks(len(begun.division))
            made, there = self._carried_out(unfinished, begun, plan, numbers, part.name)
            self._check_unchanged()
        return Made(begun.record, len(made), len(there), whole=False)

    def _completed(self, unfinished: Unfinished) -> Made:
        if not unfinished.begun:
            raise UsageError(
                f"Nothing of {self.output} is there to be finished: make its parts first "
                "(--part 1/4, --part 2/4 …)."
            )
        shift = self.sharing.shift
        with unfinished.alone(self.stop):
            begun = self._checked(unfinished)
            template, _ = output_like(self.result, begun)
            every, entries = range(len(begun.division)), done_blocks(unfinished.folder)
            check_all_there(unfinished, set(every) - set(entries), shift)
            meter = Meter("tiles", len(every), self.progress, self.stop)
            with self.writer.growing(template, unfinished.data) as growing:
                steps = dict.fromkeys(every, 1)
                there = verified(growing, begun.division, steps, entries, meter)
            check_all_there(unfinished, set(every) - set(there), shift, "are damaged")
            self._finish(unfinished, begun, list(there.values()))
        return Made(begun.record, 0, len(every))

    def _refuse_to_lose(self, unfinished: Unfinished) -> None:
        """Refuse to begin anew where an earlier run has done something, unless that is asked."""
        meant = self.sharing.resume or self.overwrite
        if meant or not unfinished.begun or not done_blocks(unfinished.folder):
            return
        raise UsageError(
            f"A run was ended before {self.output} was whole: {done_of(unfinished.folder)}.",
            advice="Go on with it: --resume. Or begin anew: --overwrite.",
            kind="unfinished",
        )

    def _opened(self, unfinished: Unfinished) -> tuple[Begun, Plan]:
        """Return how the output was begun, by an earlier run or now, and the plan."""
        if self.sharing.keeps and unfinished.begun:
            return self._gone_on(unfinished)
        return self._anew(unfinished)

    def _gone_on(self, unfinished: Unfinished) -> tuple[Begun, Plan]:
        """Take over what an earlier run has settled."""
        begun = self._checked(unfinished)
        plan = self.plan_of(begun.record)
        if not self.sharing.any_machine:
            check_same_machine(plan, begun.record)
        return begun, plan

    def _anew(self, unfinished: Unfinished) -> tuple[Begun, Plan]:
        """Settle all, and lay the output out."""
        unfinished.clear()
        check_room(self.output, self.writer.least_bytes(self.template))
        plan = self.plan_of(None)
        begun = self._begun(plan)
        template, _ = output_like(self.result, begun)
        self.writer.begin(template, unfinished.data, begun.division.block)
        begun.publish(unfinished)
        return begun, plan

    def _begun(self, plan: Plan) -> Begun:
        region, dtype = written_region(self.region, self.result), str(self.template.dtype)
        made = {**plan.record(stop=self.stop), "region": region, "dtype": dtype}
        piece = self.writer.piece(self.template)
        assert piece is not None
        division = divided(plan, self.template.shape, piece)
        return Begun.now(self.asked, json.loads(json.dumps(made)), division, self.source)

    def _checked(self, unfinished: Unfinished) -> Begun:
        begun = Begun.read(unfinished)
        check_asked(begun.asked, self.asked, self.output)
        if self.source is not None:
            check_input(begun, self.source, self.stop)
        return begun

    def _check_unchanged(self) -> None:
        if self.source is not None:
            self.source.check_unchanged()

    def _carried_out(
        self,
        unfinished: Unfinished,
        begun: Begun,
        plan: Plan,
        numbers: Iterable[int],
        name: str,
    ) -> tuple[list[Done], list[Done]]:
        """Make those of some blocks that are not there; return what was made, and what was."""
        template, place = output_like(self.result, begun)
        journal, made, stage = Journal(unfinished.folder, name), [], stage_of(plan)
        with self.writer.growing(template, unfinished.data) as growing:
            bench = Bench(plan, template, place, begun.division, growing)
            steps = {number: bench.steps(number) for number in numbers}
            total, entries = sum(steps.values()), done_blocks(unfinished.folder)
            checking = Meter(stage, total, self.progress, self.stop)
            there = verified(growing, begun.division, steps, entries, checking)
            before = sum(steps[number] for number in there)
            meter = Meter(stage, total, self.progress, self.stop, before=before)
            lacking = [each for each in steps if each not in there]
            with closing(self._blocks(begun, bench, lacking, steps, meter)) as blocks:
                for done in blocks:
                    journal.add(done)
                    made.append(done)
        return made, list(there.values())

    def _blocks(
        self,
        begun: Begun,
        bench: Bench,
        numbers: Iterable[int],
        steps: Mapping[int, int],
        meter: Meter,
    ) -> Generator[Done]:
        """Make some blocks, here or by the workers of a client; the journal is told of each."""
        if self.sharing.client is None:
            yield from _here(bench, numbers, meter)
            return
        from debcr_core.flow.dask_blocks import blocks_by

        machine = self.sharing.any_machine
        order = Order.of(begun, bench.plan, self.output, self.writer, any_machine=machine)
        with closing(blocks_by(self.sharing.client, order, numbers, self.stop)) as blocks:
            for done in blocks:
                yield done
                meter.step(steps[done.block])

    def _finish(self, unfinished: Unfinished, begun: Begun, blocks: list[Done]) -> None:
        """Complete the output, all of whose blocks are there, and give it its name."""
        template, _ = output_like(self.result, begun)
        self._check_unchanged()
        self.writer.finish(template, unfinished.data, limits_of(blocks))
        self.stop.check()
        # Another program may have written it meanwhile.
        check_output(self.output, overwrite=self.overwrite)
        unfinished.finish()
        unfinished.remove()
        narrowing = Narrowing(template.dtype)
        for done in blocks:
            narrowing.add(done.lost)
        given, stretched = begun.record["input"]["dtype"], begun.record["contrast_stretch"]
        narrowing.tell(self.output.name, wider(template, self.writer, given, bool(stretched)))

    @contextmanager
    def _removed_on_failure(self, unfinished: Unfinished) -> Iterator[None]:
        try:
            yield
        except BaseException:
            if not (self.sharing.keeps and unfinished.begun):
                unfinished.remove()
            raise

    @contextmanager
    def _explained(self, unfinished: Unfinished) -> Iterator[None]:
        """Say what is left of the output where the work ends early."""
        try:
            yield
        except OSError as error:
            left = self._kept(unfinished) or "Nothing was kept of it."
            raise WriteError(unwritable(error, self.output, left)) from error
        except Cancelled as error:
            if kept := self._kept(unfinished):
                raise Cancelled(f"Stopped. {kept}") from error
            raise

    def _kept(self, unfinished: Unfinished) -> str | None:
        if not (self.sharing.keeps and unfinished.begun):
            return None
        how = "--finish" if self.sharing.finish else "--resume"
        if self.sharing.part:
            how = f"--part {self.sharing.part}"
        done = done_of(unfinished.folder)
        return f"What is done of {self.output} is kept ({done}): {how} goes on with it."


def _here(bench: Bench, numbers: Iterable[int], meter: Meter) -> Generator[Done]:
    """Make some blocks in this process, one after the other; each is written beside the next."""
    remembered = Remembered()
    made = (
        bench.made(number, progress=meter.within(), stop=meter.stop, remembered=remembered)
        for number in numbers
    )
    return ahead(bench.write, made)
