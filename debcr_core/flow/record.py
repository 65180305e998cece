"""What was done to an image, as values that JSON can hold: enough to do it again.

No absolute path is in it, and nothing that differs from run to run.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np

from debcr_core.components import Component, Normalization
from debcr_core.errors import DebcrError, UsageError
from debcr_core.failures import calling, distribution_of, named
from debcr_core.files.private_paths import file_name, without_folders
from debcr_core.flow.choosing_backend import Computing
from debcr_core.flow.contrast import Stretch
from debcr_core.flow.network import OpenNetwork
from debcr_core.flow.outline import Outline
from debcr_core.flow.record_form import FORMAT, Record, check_record
from debcr_core.image_blocks import in_c_order
from debcr_core.plugins import Plugins
from debcr_core.recipe import PARTS, Recipe
from debcr_core.signature import MEMORY, Footprint
from debcr_core.stopping import Stop

if TYPE_CHECKING:
    import xarray as xr


MACHINE = ("debcr-zoo", "numpy", "backend", "instructions")
OF_THE_CACHE = ("cache", "damaged-cache")
"""Kinds of warnings that have to do with this run alone, and not with what it makes."""


def record_of(plan: Outline, stop: Stop | None = None) -> dict[str, Any]:
    """Return the record of a plan (see `debcr_core.flow.plan.Plan.record`)."""
    image, stretch, name = plan.image, plan.stretch, plan.network.trained.name
    stop = stop or Stop()
    source = plan.source.record(stop) if plan.source else in_memory(image, stop)
    return _plain(
        {
            "format": FORMAT,
            **record_facts(plan),
            "input": {
                **source,
                "dims": "".join(map(str, image.dims)),
                "shape": list(image.shape),
                "dtype": str(image.dtype),
            },
            "fitted": None if plan.two_passes else recorded(plan),
            "contrast_stretch": stretch.record() if isinstance(stretch, Stretch) else None,
            "warnings": [
                # A sentence may name the model, by a path if that is how it was asked for.
                {
                    "kind": each.kind,
                    "sentence": without_folders(str(each).replace(name, file_name(name))),
                }
                for each in plan.warnings
                if each.kind not in OF_THE_CACHE
            ],
        }
    )


def record_facts(plan: Outline) -> dict[str, Any]:
    """Return what does not depend on the image's pixels."""
    network = plan.network
    return _plain(
        {
            "machine": machine_of(network),
            "model": {
                "name": file_name(network.trained.name),
                "sha256": network.weights_sha256,
                "device": network.device,
                "backend": None if network.chosen is None else part_of(network.chosen),
                "precision": network.precision,
            },
            "recipe": {kind: part_of(getattr(plan.recipe, kind)) for kind in PARTS},
            "footprint": asdict(plan.grid.footprint),
            "tiles": {"shape": list(plan.grid.tile_shape), "count": len(plan.grid.tiles)},
        }
    )


def recorded(plan: Outline) -> dict[str, Any]:
    """Return what was fitted, as JSON gives it back.

    Raises
    ------
    PluginError
        If JSON cannot hold it.
    """
    with calling(plan.recipe.normalizer):
        return _plain(plan.normalization.record())


def _plain(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record as it will be read: tuples are lists then."""
    plain: dict[str, Any] = json.loads(json.dumps(record))
    return plain


def machine_of(runner: OpenNetwork) -> dict[str, Any]:
    """Return what decides on the bytes of a result beside the plan: versions and instructions."""
    found = np.show_config(mode="dicts")["SIMD Extensions"]
    instructions = " ".join([*found["baseline"], *found["found"]])
    facts = (version("debcr-zoo"), np.__version__, runner.backend, instructions)
    return dict(zip(MACHINE, facts, strict=True))


def part_of(component: Component) -> dict[str, Any]:
    """Return a component: its name, where it is from, and all of its parameters."""
    origin = distribution_of(type(component))
    return {
        "name": f"{origin[0]}/{component.name}" if origin else component.name,
        "distribution": " ".join(origin) if origin else None,
        "parameters": without_folders(component.model_dump(mode="json")),
    }


def in_memory(image: xr.DataArray, stop: Stop) -> dict[str, Any]:
    """Return which image it is, where it is from no file: a checksum of its pixels in C order."""
    whole = hashlib.sha256()
    for part in in_c_order(image):
        stop.check()
        whole.update(np.ascontiguousarray(part, image.dtype.newbyteorder("<")).data)
    return {"name": None, "sha256": whole.hexdigest()}


def check_same_network(runner: OpenNetwork, record: Record) -> None:
    """Refuse a record that was made with another network or other weights.

    Raises
    ------
    UsageError
        Naming both.
    """
    check_record(record, "What was given as fitted")
    made, here = record["recipe"]["model"], runner.trained.recipe.model
    alike, named = _same_part(made, part_of(here)), record["model"]["name"]
    if not alike or record["model"]["sha256"] != runner.weights_sha256:
        # It may have been trained anew since, or its file written anew.
        changed = alike and named == file_name(runner.trained.name)
        raise UsageError(
            f"The record was made with {named} (weights "
            f"{_short(record['model']['sha256'])}), but the runner holds {runner.trained.name} "
            f"({_short(runner.weights_sha256)}): open the "
            + ("file of that name as it was then." if changed else "model that the record names.")
        )


def _short(sha256: str | None) -> str:
    return f"sha256 {sha256[:12]}…" if sha256 else "none"


def footprint_of(record: Record, own: Footprint) -> Footprint:
    """Return what a record's tiles were made for, so that they are the same again.

    Here the halo may be measured to be another, and the figure of memory, too.
    """
    made = record["footprint"]
    halo = tuple(made["halo"])
    if len(halo) != len(own.halo):
        return own
    return replace(own, halo=halo, memory=made.get("memory", MEMORY))


def check_same_machine(plan: Outline, record: Record) -> None:
    """Refuse a record of another kind of machine, where the same bytes cannot be expected.

    Raises
    ------
    UsageError
        Naming what differs: versions, processor, device, the components' distributions, the tiles.
    """
    differing = [
        f"{key}: {then} then, {now} now"
        for (key, now), then in zip(
            _decisive(record_facts(plan)).items(), _decisive(record).values(), strict=True
        )
        if then != now
    ]
    if differing:
        raise UsageError(
            "The record was made on another kind of machine, so that the bytes may differ "
            f"({'; '.join(differing)}). To go on all the same: --any-machine."
        )


def _decisive(record: Record) -> dict[str, Any]:
    """Return what decides on the bytes beside input, weights and parameters."""
    machine = {key: record["machine"].get(key) for key in MACHINE}
    parts = {kind: record["recipe"][kind].get("distribution") for kind in PARTS}
    # Before tiles were chosen by it, the memory was in no record.
    others = {"footprint": {"memory": MEMORY, **record["footprint"]}, "tiles": record["tiles"]}
    computed = {"precision": "float32", **record["model"]}
    means = {key: computed[key] for key in ("device", "precision")}
    return {**machine, **means, **parts, **others}


def computing_of(record: Record) -> Computing:
    """Return by what the network of a record was computed."""
    model = record["model"]
    # Before backends could be chosen, each network computed in its own way.
    backend = model.get("backend") and {
        "name": model["backend"]["name"],
        **model["backend"]["parameters"],
    }
    return Computing(model["device"], backend, model.get("precision", "float32"))


def check_same_input(plan: Outline, record: Record, stop: Stop) -> None:
    """Refuse an image that is not the one of a record.

    Raises
    ------
    UsageError
        If its pixels' checksum differs.
    """
    here = plan.source.sha256(stop) if plan.source else in_memory(plan.image, stop)["sha256"]
    if here != record["input"]["sha256"]:
        raise UsageError(
            f"The input is not the one that the record is of ({record['input']['name']}, "
            f"{_short(record['input']['sha256'])}): it has {_short(here)}."
        )


def recipe_of(record: Record, own: Recipe, given: Recipe | None) -> Recipe:
    """Return the recipe of a record: its components, for the network of the runner.

    Parameters
    ----------
    record : mapping
        The record.
    own : Recipe
        Of the runner's trained model; its components serve where they are those of the record.
    given : Recipe or None
        What the user asks for beside the record.

    Raises
    ------
    UsageError
        If a component is not installed, or one that was given is not the record's.
    """
    parts: dict[str, Any] = {}
    for kind in ("normalizer", "tiler", "blender"):
        wanted = record["recipe"][kind]
        part = getattr(given or own, kind)
        if _same_part(wanted, part_of(part)):
            continue
        if given is not None:
            raise UsageError(
                f"The record was made with the {kind} {wanted['name']} {wanted['parameters']}, but "
                f"the recipe has {named(part)} with other parameters: leave one of them out."
            )
        parts[kind] = _recalled(kind, wanted, record["tiles"]["shape"])
    return (given or own).model_copy(update=parts)


def _recalled(kind: str, wanted: Record, tile: list[int]) -> Component:
    """Return a component of a record; one that has learnt to choose tiles takes the recorded."""
    plugins, parameters = Plugins.discover(), wanted["parameters"]
    chooses = {"tile", "memory"} <= plugins.find(kind, wanted["name"]).model_fields.keys()
    if chooses and parameters.get("tile", tile) is None and "memory" not in parameters:
        parameters = {**parameters, "tile": tile}
    recalled: Component = plugins.create(kind, wanted["name"], **parameters)
    return recalled


def _same_part(one: Record, other: Record) -> bool:
    return all(one[key] == other[key] for key in ("name", "parameters"))


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
    then = (record["input"]["dims"], tuple(record["input"]["shape"]))
    now = ("".join(map(str, image.dims)), image.shape)
    if then != now:
        raise UsageError(
            f"The record is of an image of shape {then[1]} along {then[0]}, but this one has "
            f"{now[1]} along {now[0]}."
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
