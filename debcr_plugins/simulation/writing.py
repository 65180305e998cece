"""Write simulated pairs into a folder, the same bytes by any number of processes."""

import json
import signal
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from debcr_core.errors import DebcrError, UsageError
from debcr_core.files.whole import whole_or_nothing
from debcr_core.yaml.strict import dump_yaml
from debcr_plugins.simulation.pair import simulate_pair
from debcr_plugins.simulation.parameters import Simulation

Record = dict[str, Any]

SUMMARY = "parameters.yaml"


def write_pairs(
    parameters: Simulation,
    out: Path,
    *,
    workers: int = 1,
    overwrite: bool = False,
    progress: Callable[[int], None] | None = None,
) -> None:
    """Simulate pairs and write them.

    The folder `out` then holds ``input`` and ``target`` with TIFF files of the same names,
    ``sharp`` where the parameters ask for it, and ``parameters.yaml`` with all parameters and what
    was drawn for each pair.

    Parameters
    ----------
    parameters
        What to simulate.
    out
        The folder; it appears when all is written.
    workers
        Processes to share the work. A script that asks for several needs the usual
        ``if __name__ == "__main__":``.
    overwrite
        Whether an existing folder may be replaced.
    progress
        Called with the number of pairs that are done.

    Raises
    ------
    UsageError
        If the folder exists, or a library that the parameters ask for is not installed.
    WriteError
        If it cannot be written.
    """
    _refuse_other_folders(out)
    with whole_or_nothing(out.absolute(), overwrite=overwrite) as folder:
        for name in ("input", "target", *(["sharp"] if _sharp_too(parameters) else [])):
            (folder / name).mkdir(parents=True)
        records = []
        for record in _each(partial(_write_pair, parameters, folder), parameters.count, workers):
            records.append(record)
            if progress:
                progress(len(records))
        text = _as_yaml(parameters, records)
        (folder / SUMMARY).write_text(text, encoding="utf-8")


def _refuse_other_folders(out: Path) -> None:
    """Keep ``--overwrite`` from replacing a folder of something else."""
    if out.is_dir() and not (out / SUMMARY).is_file():
        raise UsageError(
            f"The folder {out} exists and holds no earlier simulation: choose another name."
        )


def _each(work: Callable[[int], Record], count: int, workers: int) -> Iterator[Record]:
    """Do the work for all numbers below `count`; yield what comes of it, in their order."""
    if workers == 1:
        yield from map(work, range(count))
        return
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_context

    pool = ProcessPoolExecutor(workers, get_context("spawn"), _leave_interrupts_to_the_parent)
    try:
        yield from pool.map(work, range(count))
    except BrokenProcessPool:
        raise DebcrError(
            "A worker process was ended from outside, mostly for lack of memory: "
            "choose fewer --workers, or a smaller shape."
        ) from None
    finally:
        pool.shutdown(cancel_futures=True)


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _write_pair(parameters: Simulation, folder: Path, index: int) -> Record:
    name = f"{index:05d}"
    pair = simulate_pair(parameters, index)
    images = {
        "input": pair.input,
        "target": pair.sharp if parameters.target == "sharp" else pair.clean,
        **({"sharp": pair.sharp} if _sharp_too(parameters) else {}),
    }
    for kind, image in images.items():
        _write_image(image, pair.pixel_size, folder / kind / f"{name}.tif")
    return {"name": name, "seed": [parameters.seed, index], **pair.drawn}


def _sharp_too(parameters: Simulation) -> bool:
    return parameters.keep_sharp and parameters.target == "clean"


def _write_image(image: np.ndarray, pixel_size: float | None, path: Path) -> None:
    from debcr_core.image import make_image
    from debcr_plugins.formats.tiff.writing import TiffWriter

    sizes = {} if pixel_size is None else dict.fromkeys("yx", pixel_size)
    TiffWriter().write(
        make_image(image, "yx", pixel_size=sizes, unit=dict.fromkeys(sizes, "µm")), path
    )


def _as_yaml(parameters: Simulation, records: list[Record]) -> str:
    """Return parameters and records; the latter in JSON's notation, a line for each pair."""
    head = dump_yaml({"parameters": parameters.model_dump(mode="json")})
    return "\n".join([head + "images:", *(f"- {json.dumps(record)}" for record in records), ""])
