"""What was done to an image, as values that JSON can hold: enough to do it again.

No absolute path is in it, and nothing that differs from run to run.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import version
from pathlib import PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, Any

import numpy as np

from debcr_core.components import Component, Normalization
from debcr_core.contracts import distribution_of, named
from debcr_core.errors import DebcrError, UsageError
from debcr_core.flow.contrast import Stretch
from debcr_core.flow.network import OpenNetwork
from debcr_core.flow.outline import Outline
from debcr_core.recipe import PARTS, Recipe
from debcr_core.stopping import Stop

if TYPE_CHECKING:
    import xarray as xr

FORMAT = "debcr-zoo restoration 1"

Record = Mapping[str, Any]


def record_of(plan: Outline, stop: Stop | None = None) -> dict[str, Any]:
    """Return the record of a plan (see `debcr_core.flow.plan.Plan.record`)."""
    runner, image = plan.network, plan.image
    stretch = plan.stretch
    record = {
        "format": FORMAT,
        "machine": machine_of(runner),
        "model": {
            "name": without_folders(runner.trained.name),
            "sha256": runner.weights_sha256,
            "device": runner.device,
        },
        "recipe": {kind: part_of(getattr(plan.recipe, kind)) for kind in PARTS},
        "footprint": asdict(runner.signature.footprint),
        "tiles": {"shape": list(plan.grid.tile_shape), "count": len(plan.grid.tiles)},
        "input": {
            **(plan.source.record(stop or Stop()) if plan.source else in_memory(image)),
            "dims": "".join(map(str, image.dims)),
            "shape": list(image.shape),
            "dtype": str(image.dtype),
        },
        "fitted": None if plan.two_passes else plan.normalization.record(),
        "contrast_stretch": stretch.record() if isinstance(stretch, Stretch) else None,
        "warnings": [{"kind": each.kind, "sentence": str(each)} for each in plan.warnings],
    }
    # As it will be read: tuples are lists then.
    plain: dict[str, Any] = json.loads(json.dumps(record))
    return plain


def machine_of(runner: OpenNetwork) -> dict[str, Any]:
    """Return what decides on the bytes of a result beside the plan: versions and instructions."""
    found = np.show_config(mode="dicts")["SIMD Extensions"]
    return {
        "debcr-zoo": version("debcr-zoo"),
        "numpy": np.__version__,
        "backend": runner.backend,
        "instructions": " ".join([*found["baseline"], *found["found"]]),
    }


def part_of(component: Component) -> dict[str, Any]:
    """Return a component: its name, where it is from, and all of its parameters."""
    origin = distribution_of(type(component))
    return {
        "name": f"{origin[0]}/{component.name}" if origin else component.name,
        "distribution": " ".join(origin) if origin else None,
        "parameters": _plain(component.model_dump(mode="json")),
    }


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return without_folders(value) if isinstance(value, str) else value


def without_folders(text: str) -> str:
    """Return the name alone of what is an absolute path, on any system; else the text as it is."""
    for kind in (PurePosixPath, PureWindowsPath):
        if kind(text).is_absolute():
            return kind(text).name
    return text


def in_memory(image: xr.DataArray) -> dict[str, Any]:
    """Return which image it is, where it is from no file: a checksum of its pixels in C order."""
    pixels = np.ascontiguousarray(image.data, image.dtype.newbyteorder("<"))
    return {"name": None, "sha256": hashlib.sha256(pixels.data).hexdigest()}


def check_record(record: Any, source: str) -> None:
    """Refuse what is no record.

    Raises
    ------
    UsageError
        Naming what is missing.
    """
    known = isinstance(record, Mapping) and record.get("format") == FORMAT
    keys = ("machine", "model", "recipe", "input", "fitted", "contrast_stretch")
    missing = [key for key in keys if not known or key not in record]
    if missing:
        raise UsageError(
            f"{source} is no record of a restoration ({FORMAT}): it lacks {', '.join(missing)}."
        )


def check_same_network(runner: OpenNetwork, record: Record) -> None:
    """Refuse a record that was made with another network or other weights.

    Raises
    ------
    UsageError
        Naming both.
    """
    check_record(record, "What was given as fitted")
    made, here = record["recipe"]["model"], runner.trained.recipe.model
    ours = part_of(here)
    same = all(made[key] == ours[key] for key in ("name", "parameters"))
    if not same or record["model"]["sha256"] != runner.weights_sha256:
        raise UsageError(
            f"The record was made with {record['model']['name']} (weights "
            f"{_short(record['model']['sha256'])}), but the runner holds {runner.trained.name} "
            f"({_short(runner.weights_sha256)}): open the model that the record names."
        )


def _short(sha256: str | None) -> str:
    return f"sha256 {sha256[:12]}…" if sha256 else "none"


def check_same_machine(runner: OpenNetwork, record: Record) -> None:
    """Refuse a record of another kind of machine, where the same bytes cannot be expected.

    Raises
    ------
    UsageError
        Naming what differs.
    """
    here = {**machine_of(runner), "device": runner.device}
    there = {**record["machine"], "device": record["model"]["device"]}
    differing = [
        f"{key}: {there.get(key)} then, {here[key]} now"
        for key in here
        if there.get(key) != here[key]
    ]
    if differing:
        raise UsageError(
            "The record was made on another kind of machine, so that the bytes may differ "
            f"({'; '.join(differing)}). To go on all the same: --any-machine."
        )


def check_same_input(plan: Outline, record: Record, stop: Stop) -> None:
    """Refuse an image that is not the one of a record.

    Raises
    ------
    UsageError
        If its pixels' checksum differs.
    """
    here = plan.source.sha256(stop) if plan.source else in_memory(plan.image)["sha256"]
    if here != record["input"]["sha256"]:
        raise UsageError(
            f"The input is not the one that the record is of ({record['input']['name']}, "
            f"{_short(record['input']['sha256'])}): it has {_short(here)}."
        )


def fitted_part(
    recipe: Recipe, image: xr.DataArray, record: Record
) -> tuple[Normalization, Stretch | None]:
    """Return the map and the stretch that a record describes.

    Raises
    ------
    UsageError
        If it is of an image of another shape, was made before the output was there, or cannot be
        understood.
    """
    shape = tuple(record["input"]["shape"])
    if shape != image.shape:
        raise UsageError(
            f"The record is of an image of shape {shape}, but this one has {image.shape}."
        )
    if record["fitted"] is None:
        raise UsageError(
            "The record was made before the network's whole output was there: take that of the "
            "settled plan (plan.settle().record())."
        )
    try:
        fitted = recipe.normalizer.recall(record["fitted"], image)
        stretch = record["contrast_stretch"]
        return fitted, None if stretch is None else Stretch.recalled(stretch)
    except DebcrError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UsageError(
            f"The {named(recipe.normalizer)} cannot be set up from the record: "
            f"{type(error).__name__}: {error}."
        ) from error
