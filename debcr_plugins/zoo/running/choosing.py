"""Choose the safest weights of a bundle that can run here, and make a trained model of them.

ONNX first, then a state dict for an architecture that is installed here; TorchScript and
architectures that are code of the bundle only for a user who trusts it.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from debcr_core.components import Model
from debcr_core.errors import DebcrError, ReadError, UntrustedCodeError
from debcr_core.notices import say
from debcr_core.recipe import PARTS, Recipe, recipe_part
from debcr_core.registry import Registry
from debcr_core.signature import Channel
from debcr_core.torch_model import TorchModel
from debcr_core.trained import BEYOND, Card, TrainedModel
from debcr_plugins.blenders.crop import Crop
from debcr_plugins.tilers.halo_grid import HaloGrid
from debcr_plugins.zoo.access.bundle import Bundle
from debcr_plugins.zoo.processing.normalizer import RdfProcessing
from debcr_plugins.zoo.running.code import PythonSource, TorchScript
from debcr_plugins.zoo.running.description import Description, describe
from debcr_plugins.zoo.running.onnx import Onnx
from debcr_plugins.zoo.running.tensors import Axis

OURS = "debcr"
UNDONE = "undone"
"""Says in that section that the published network undoes the normalization itself."""
TILE = {2: 512, 3: 96}
"""Wanted size of a tile, by number of axes, where the RDF ties an axis' size to another's."""

SCRIPT_TILE = 256
"""Side of a tile that common networks restore within a second on one core."""

COARSEST = 16
"""Pixels to which networks of fixed size are taken to shrink their coarsest map's pixel."""

INSTEAD = {
    "model": "The network runs as the RDF describes it.",
    "normalizer": "Intensities are normalised as the RDF says, and not brought back to the image's "
    "scale.",
    "tiler": "It is tiled as usual.",
    "blender": "Tiles are joined as usual.",
}
"""What stands in for a part of the recipe that is not installed."""

Entry = Mapping[str, Any]


def trained_model(bundle: Bundle, plugins: Registry, *, trust_code: bool = False) -> TrainedModel:
    """Return the model of a bundle, with the safest of its weights that can run here.

    Parameters
    ----------
    bundle : Bundle
        Where its files are.
    plugins : Registry
        Components that a recipe of ours, recorded in the bundle, can name.
    trust_code : bool
        Whether code of the bundle may run.

    Raises
    ------
    ReadError
        If the bundle is damaged, or offers nothing that runs here.
    UntrustedCodeError
        If what it offers is code, and that is not trusted.

    Warns
    -----
    DebcrWarning
        Where the RDF gives no sha256 of the weights or the code that are taken.
    """
    description = describe(bundle.rdf, bundle.reference)
    recorded = recorded_parts(description, plugins)
    model, weights = _safest(bundle, description, recorded.get("model"), trust_code=trust_code)
    recipe = recipe_with(model, description, recorded)
    return TrainedModel(bundle.reference, recipe, weights, card_of(description))


def recipe_with(model: Model, description: Description, recorded: Mapping[str, Any]) -> Recipe:
    """Return how images are restored with a model that a bundle gives.

    Parameters
    ----------
    model : Model
        The network that `debcr package` recorded, or one that the bundle holds.
    description : Description
        The bundle's.
    recorded : mapping of str to Component
        The parts of the recorded recipe that are installed, by kind.
    """
    described = described_recipe(model, description)
    update = {**recorded, "model": model}
    if description.section(OURS).get(UNDONE) and model is not recorded.get("model"):
        # The published network does what the normalizer would, there and back.
        update["normalizer"] = described.normalizer
    return described.model_copy(update=update)


def recorded_parts(description: Description, plugins: Registry) -> dict[str, Any]:
    """Return the parts of the recipe that `debcr package` records, as far as they are installed.

    Warns
    -----
    DebcrWarning
        For each that is not, saying what stands in for it.
    """
    parts = description.section(OURS).get("recipe")
    found: dict[str, Any] = {}
    if not isinstance(parts, Mapping):
        return found
    for kind in PARTS:
        source = f"the recipe in {description.name}"
        try:
            found[kind] = recipe_part(kind, parts, plugins, source=source)
        except DebcrError as error:
            say(f"{error} {INSTEAD[kind]}", kind="recipe-left-out")
    return found


def _safest(
    bundle: Bundle, description: Description, recorded: Model | None, *, trust_code: bool
) -> tuple[Model, Path]:
    every = list(ways(bundle, description, recorded))
    offered = [way for way in every if not bundle.forbidden(way.source)] or every
    allowed = [way for way in offered if trust_code or not way.code]
    if allowed:
        return allowed[0].load()
    if offered:
        code = ", ".join(way.code for way in offered)
        raise UntrustedCodeError(bundle.reference, code)
    raise ReadError(f"{bundle.reference} {what_is_offered(description)}")


def what_is_offered(description: Description) -> str:
    """Return what weights a bundle offers of which none run here, and which would."""
    kinds = ", ".join(description.weights)
    hint = " (ONNX weights need pip install onnxruntime)" if "onnx" in kinds else ""
    return (
        f"offers weights as {kinds}{hint}: onnx, torchscript and pytorch_state_dict can run here."
    )


@dataclass(frozen=True)
class Way:
    """One way to run a bundle.

    Attributes
    ----------
    name : str
        The weights format, and what makes a network of it where there are several.
    code : str
        Which code of the bundle runs; empty where none does.
    source : str
        What the RDF names as its weights.
    load : callable
        Checks the files and returns the model with its weights.
    """

    name: str
    code: str
    source: str
    load: Callable[[], tuple[Model, Path]]


def ways(bundle: Bundle, description: Description, recorded: Model | None) -> Iterator[Way]:
    """Yield how a bundle can be run here, the safest way first.

    Parameters
    ----------
    bundle, description
        Its files, and what it says of them.
    recorded : Model or None
        The network of ours that it was made of, where it says so and that is installed.
    """
    weights = description.weights

    def way(kind: str, code: str, make: Callable[[Entry], Model], name: str = "") -> Way:
        entry = weights[kind]

        def load() -> tuple[Model, Path]:
            _say_if_unchecked(bundle, entry, kind)
            path = bundle.file(entry["source"], entry.get("sha256"), what=f"weights ({kind})")
            return make(entry), path

        return Way(name or kind, code, entry["source"], load)

    if "onnx" in weights and find_spec("onnxruntime"):
        yield way("onnx", "", lambda entry: _onnx(bundle, description, entry, recorded))
    state_dict = "pytorch_state_dict"
    if state_dict in weights and isinstance(recorded, TorchModel):
        held = recorded
        yield way(state_dict, "", lambda _: held, f"{state_dict} in our own {held.name}")
    if "torchscript" in weights:
        yield way("torchscript", "TorchScript", lambda _: TorchScript(**fields(description)))
    if state_dict in weights:
        architecture = weights[state_dict]["architecture"]
        place = architecture.get("source") or architecture.get("import_from")
        yield way(
            state_dict,
            f"{architecture['callable']} of {place}",
            lambda entry: _python_source(bundle, description, entry),
        )


def _say_if_unchecked(bundle: Bundle, entry: Entry, what: str) -> None:
    if not entry.get("sha256"):
        say(
            f"{bundle.reference} gives no sha256 for {entry['source']} ({what}), so whether the "
            "file is the one that was published is unknown.",
            kind="unchecked-file",
        )


def _onnx(bundle: Bundle, description: Description, entry: Entry, recorded: Model | None) -> Model:
    external = entry.get("external_data")
    if external:
        _say_if_unchecked(bundle, external, "weights")
        bundle.file(external["source"], external.get("sha256"), what="weights (onnx)")
    told = fields(description)
    if recorded and not told["fixed"]:
        # An RDF's smallest size leaves something between its halos, for others' tilers. The
        # network that we recorded takes less, and small images need not be continued as far.
        seen = recorded.signature
        told |= {"min_size": seen.min_size, "stride": seen.stride}
    return Onnx(**told)


def _python_source(bundle: Bundle, description: Description, entry: Entry) -> Model:
    architecture = entry["architecture"]
    common = {
        **fields(description),
        "maker": architecture["callable"],
        "arguments": architecture.get("kwargs") or {},
        "strict": entry.get("strict", True),
    }
    if architecture.get("import_from"):
        return PythonSource(library=architecture["import_from"], **common)
    _say_if_unchecked(bundle, architecture, "code")
    expected = architecture.get("sha256")
    source = bundle.file(architecture["source"], expected, what="architecture")
    code = source.read_bytes()
    # What runs is what was hashed, even if the file changes meanwhile.
    if expected and hashlib.sha256(code).hexdigest() != expected.lower():
        raise ReadError(f"{source} changed while it was read.")
    return PythonSource(source=str(source), code=code, **common)


def fields(description: Description) -> dict[str, Any]:
    """Return the parameters of a `BundledNetwork` for what an RDF says."""
    seen, made = description.input, description.output
    inputs = [axis for letter in seen.spatial if (axis := seen.axis(letter))]
    outputs = [axis for letter in seen.spatial if (axis := made.axis(letter))]
    channels_seen, channels_made = seen.axis("c"), made.axis("c")
    returned = channels_made.size if channels_made else 1
    same = returned == (channels_seen.size if channels_seen else 1)
    names = ("",) * returned if same or not made.channel_names else made.channel_names
    given = any(axis.halo for axis in outputs)
    return {
        **_sizes(inputs, [axis.halo for axis in outputs]),
        "input_layout": seen.layout,
        "output_layout": made.layout,
        "channels_in": channels_seen.size if channels_seen else 1,
        "channels_out": tuple(map(Channel, names)),
        "halo": tuple(axis.halo for axis in outputs) if given else None,
        "unpadded": tuple(-axis.offset // 2 for axis in outputs),
        "output_index": description.output_index,
        "input_type": seen.dtype,
    }


def _sizes(axes: list[Axis], halos: list[int]) -> dict[str, Any]:
    """Return smallest size and step of each axis; one size for all where they depend on another."""
    if all(axis.step for axis in axes):
        return {
            "min_size": tuple(axis.size for axis in axes),
            "stride": tuple(axis.step for axis in axes),
            "fixed": False,
        }
    wanted = TILE.get(len(axes), 64)
    free = {axis.id: axis for axis in axes}
    own = [free.get(axis.tied, axis) for axis in axes]
    sizes = [
        axis.size + max(wanted - axis.size, 0) // (axis.step or wanted) * axis.step for axis in own
    ]
    steps = [
        axis.step or _grid_step(axis.size, halo) for axis, halo in zip(own, halos, strict=True)
    ]
    return {"min_size": tuple(sizes), "stride": tuple(steps), "fixed": True}


def _grid_step(size: int, halo: int) -> int:
    """Return at multiples of what the tiles of a network of fixed size should start.

    Such a network halves its input a few times inside: tiles that start at multiples of a power of
    two leave the grid of its coarser maps where it is. But something of each tile must be left.
    """
    step = math.gcd(size, COARSEST)
    while step > 1 and (step > size // 4 or size - 2 * -(-halo // step) * step < step):
        step //= 2
    return step


def described_recipe(model: Model, description: Description) -> Recipe:
    """Return the recipe that an RDF amounts to."""
    processing = RdfProcessing(
        axes=model.signature.axes,
        preprocessing=description.input.steps,
        postprocessing=description.output.steps,
    )
    return Recipe(model=model, normalizer=processing, tiler=_tiler(model), blender=Crop())


def _tiler(model: Model) -> HaloGrid:
    """Return the default tiles; smaller ones for a script, which is stopped between tiles alone."""
    seen = model.signature
    known = seen.halo is not None and 4 * max(seen.halo) <= SCRIPT_TILE
    planes = len(seen.spatial_axes) == 2 and seen.fixed_size is None
    small = isinstance(model, TorchScript) and planes and known
    return HaloGrid(tile=SCRIPT_TILE) if small else HaloGrid()


def card_of(description: Description) -> Card:
    """Return the card that `debcr package` records, or one made of the RDF."""
    recorded = description.section(OURS).get("card")
    if isinstance(recorded, Mapping):
        try:
            return Card.model_validate(recorded)
        except ValidationError:
            pass
    rdf = description.rdf
    data = rdf.get("training_data") or {}
    risks = description.section("bioimageio").get("bias_risks_limitations")
    return Card(
        description=rdf.get("description") or rdf["name"],
        trained_on=str(data.get("name") or data.get("id") or ""),
        limits=str(risks.get("limitations") or "") if isinstance(risks, Mapping) else "",
        licence=str(rdf.get("license") or ""),
        authors=tuple(author["name"] for author in rdf.get("authors") or ()),
        cite=tuple(str(entry.get("doi") or entry.get("url")) for entry in rdf.get("cite") or ()),
        # An RDF does not say of which kinds its training images were.
        covers=BEYOND,
    )
