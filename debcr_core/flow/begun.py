"""How an output that grows over several runs was begun: each later run must ask for the same."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from debcr_core.components import Region
from debcr_core.errors import ReadError, UsageError
from debcr_core.files.pixel_types import known_dtype
from debcr_core.files.unfinished import Unfinished
from debcr_core.flow.division import Division
from debcr_core.flow.plan_writing import cut
from debcr_core.flow.record import part_of
from debcr_core.flow.record_form import Record
from debcr_core.flow.regions import settled_region
from debcr_core.flow.source import HOW, Source
from debcr_core.plain_variables import with_pixels
from debcr_core.recipe import PARTS, Recipe
from debcr_core.stopping import Stop

if TYPE_CHECKING:
    import xarray as xr

    from debcr_core.components import Writer

SHOWN = 100
"""Characters of a value that a sentence shows."""
WORDS = {
    "weights": "other weights",
    "model": "another network",
    "normalizer": "another normalizer",
    "tiler": "another tiler",
    "blender": "another blender",
    "reader": "another reader",
    "axes": "other axes",
    "channel": "another channel",
    "image": "an image of another shape or pixel type",
    "region": "another region",
    "dtype": "another pixel type",
    "contrast_stretch": "another wish as to the contrast",
    "writer": "another writer",
}


@dataclass(frozen=True)
class Begun:
    """What is kept beside an output while it grows.

    Attributes
    ----------
    run : str
        Tells it from outputs of the same name that were begun before or after.
    asked : mapping
        What was asked for (see `asked_of`).
    record : mapping
        Of the settled plan, with ``region`` and ``dtype``: what the output will hold.
    division : Division
        The output's blocks.
    state : str
        Of the input's files (see `Source.state`).
    size : int
        Bytes of the output as it was laid out, if it is one file; else 0.
    """

    run: str
    asked: Mapping[str, Any]
    record: Record
    division: Division
    state: str
    size: int = 0

    @classmethod
    def now(
        cls, asked: Mapping[str, Any], record: Record, division: Division, source: Source | None
    ) -> Self:
        """Return one of a new output."""
        return cls(uuid.uuid4().hex, asked, record, division, source.state() if source else "")

    @classmethod
    def read(cls, unfinished: Unfinished) -> Self:
        """Return what is kept beside an output.

        Raises
        ------
        ReadError
            If it is damaged, or by another version.
        """
        kept = unfinished.record()
        try:
            division = Division(*(tuple(map(int, kept["division"][k])) for k in ("shape", "block")))
            begun = cls(
                kept["run"], kept["asked"], kept["record"], division, kept["state"], kept["size"]
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ReadError(
                f"{unfinished.folder} is damaged, or was begun by another version of debcr-zoo: "
                f"{unfinished.anew}."
            ) from error
        if unfinished.size() < begun.size:
            raise ReadError(
                f"{unfinished.data} is damaged: it has {unfinished.size()} bytes, and had "
                f"{begun.size} when it was laid out: {unfinished.anew}."
            )
        return begun

    def publish(self, unfinished: Unfinished) -> None:
        """Keep it beside the output, which is laid out: from now on others can go on with it."""
        division = {"shape": self.division.shape, "block": self.division.block}
        kept = {**vars(self), "division": division, "blocks": len(self.division)}
        unfinished.publish({**kept, "size": unfinished.size()})


def check_asked(then: Mapping[str, Any], now: Mapping[str, Any], output: Path) -> None:
    """Refuse to go on with what was begun in another way.

    Parameters
    ----------
    then, now : mapping
        As `asked_of` returns it; `then` may lack what is not known.
    output : Path
        What was begun.

    Raises
    ------
    UsageError
        Naming what differs.
    """
    differing = [
        f"{words} ({_shown(then[key])} then, {_shown(now[key])} now)"
        for key, words in WORDS.items()
        if key in then and then[key] != now[key]
    ]
    if differing:
        raise UsageError(
            f"{output} was begun with {' and '.join(differing)}: ask for the same to go on, or "
            f"{Unfinished(output).anew}."
        )


def asked_of(
    recipe: Recipe,
    weights: str | None,
    image: xr.DataArray,
    source: Source | None,
    writer: Writer,
    **options: Any,
) -> dict[str, Any]:
    """Return what is asked for, as JSON gives it back: on that a run and its resumption agree.

    Parameters
    ----------
    recipe : Recipe
        As it is asked for; what a plan makes of it stands in the record.
    weights : str or None
        Their checksum.
    image, source
        The input.
    writer : Writer
        Of the output.
    **options
        ``region``, ``dtype``, ``contrast_stretch``.
    """
    asked = {
        **{kind: _named(part_of(getattr(recipe, kind))) for kind in PARTS},
        "weights": weights,
        **(source.how() if source else dict.fromkeys(HOW)),
        "image": _described(image.dims, image.shape, str(image.dtype)),
        "writer": {"name": writer.name, **writer.model_dump(mode="json")},
        **options,
    }
    plain: dict[str, Any] = json.loads(json.dumps(asked))
    return plain


def asked_in(record: Record) -> dict[str, Any]:
    """Return what was asked for, as far as the record of an output tells."""
    given = record["input"]
    return {
        **{kind: _named(record["recipe"][kind]) for kind in PARTS},
        "weights": record["model"]["sha256"],
        **{key: given.get(key) for key in HOW},
        "image": _described(given["dims"], given["shape"], given["dtype"]),
        "region": record.get("region"),
        "dtype": record["dtype"],
        "contrast_stretch": record["contrast_stretch"] is not None,
    }


def _named(part: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": part["name"], **part["parameters"]}


def _described(dims: Iterable[Any], shape: Iterable[int], dtype: str) -> str:
    return f"{''.join(map(str, dims))} {'×'.join(map(str, shape))} {dtype}"


def _shown(value: Any) -> str:
    """Return a part, or another value, in short."""
    if isinstance(value, dict) and "name" in value:
        parameters = (f"{key}={each}" for key, each in value.items() if key != "name")
        return " ".join([str(value["name"]), *parameters])[:SHOWN]
    return "none" if value is None else str(value)[:SHOWN]


def check_input(begun: Begun, source: Source, unfinished: Unfinished, stop: Stop) -> None:
    """Refuse an input that is not the one with which an output was begun.

    It is read for that only where its files have another size or time.

    Raises
    ------
    UsageError
        If its content differs.
    """
    if source.state() == begun.state or source.sha256(stop) == begun.record["input"]["sha256"]:
        return
    raise UsageError(
        f"The input {source.path} has changed since the output was begun: {unfinished.anew}."
    )


def output_like(result: xr.DataArray, begun: Begun) -> tuple[xr.DataArray, Region]:
    """Return an image like the output, with its record, and which part of the result it is.

    Parameters
    ----------
    result : xarray.DataArray
        An image like the whole result.
    begun : Begun
        How the output was begun.
    """
    region = begun.record.get("region") and {
        dim: slice(*ends) for dim, ends in begun.record["region"].items()
    }
    zero = known_dtype(begun.record["dtype"]).type(0)
    template = cut(with_pixels(result, np.broadcast_to(zero, result.shape)), region)
    record = json.dumps(begun.record)
    return template.assign_attrs(restoration=record), settled_region(region, result)
