"""The checks of a certificate: each runs the bundle and compares what comes out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from debcr_core.components import Floats, Model, Normalizer
from debcr_core.errors import Cancelled, DebcrError
from debcr_core.flow.runner import Runner
from debcr_core.image import make_image
from debcr_core.notices import listening
from debcr_core.plugins import Plugins
from debcr_core.recipe import Recipe
from debcr_core.stopping import Stop
from debcr_core.trained import TrainedModel
from debcr_plugins.tilers.halo_grid import HaloGrid
from debcr_plugins.zoo.access.bundle import Bundle
from debcr_plugins.zoo.certifying.folded import FoldedProcessing
from debcr_plugins.zoo.certifying.report import Check, State
from debcr_plugins.zoo.processing.normalizer import RdfProcessing
from debcr_plugins.zoo.publishing.preprocessing import published_by
from debcr_plugins.zoo.publishing.tensors import of_size
from debcr_plugins.zoo.running.choosing import (
    Way,
    described_recipe,
    fields,
    recorded_parts,
    ways,
    what_is_offered,
)
from debcr_plugins.zoo.running.description import Description, describe
from debcr_plugins.zoo.running.onnx import Onnx
from debcr_plugins.zoo.running.test_tensors import test_images
from debcr_plugins.zoo.tile_sizes import tile_and_whole

if TYPE_CHECKING:
    import xarray as xr

FILES = "its files are those that were published"
AGREEMENT = 1e-4
"""How far the outputs of two weights formats may differ."""
SEAM = 1e-4
"""How far tiled and whole may differ, as a share of the output's range."""
LONGEST = 200
"""Letters of what a library said."""
RELATIVE, ABSOLUTE = 1e-3, 1e-3
"""The specification's tolerance for test outputs, where the RDF gives none."""


class Certifier:
    """Runs one bundle, every way that it can be run here.

    Parameters
    ----------
    bundle : Bundle
        The bundle.
    plugins : Plugins
        What is installed.
    trust_code : bool
        Whether code of the bundle may run; else what needs it is skipped.
    stop : Stop
        Ends it, in the middle of a check.
    """

    def __init__(self, bundle: Bundle, plugins: Plugins, *, trust_code: bool, stop: Stop) -> None:
        self.bundle, self.plugins, self.trust_code = bundle, plugins, trust_code
        self._stop = stop
        self.description: Description = describe(bundle.rdf, bundle.reference)
        self.recorded = recorded_parts(self.description, plugins)
        self.ways = list(ways(bundle, self.description, self.recorded.get("model")))
        self._outputs: dict[str, list[xr.DataArray]] = {}
        self._runners: dict[str, Runner] = {}

    def checks(self) -> Iterator[Check]:
        """Make all checks, one after the other."""
        yield _look(FILES, self._files)
        if not self.ways:
            offered = what_is_offered(self.description)
            yield Check("its weights run here", "failed", f"No weights run here: it {offered}")
        for way in self.ways:
            yield _look(f"{way.name} reproduces the test output", partial(self._reproduces, way))
        yield _look("the weights formats agree with each other", self._agree)
        yield _look("tiled equals whole", self._tiled_equals_whole)
        for runner in self._runners.values():
            runner.close()

    def _files(self) -> tuple[State, str]:
        """Hold all files that the RDF names with a sha256 against it; nothing runs for that."""
        checked, unchecked, left = 0, [], []
        for place, entry in _named_files(self.description.rdf, ()):
            if self._is_left(entry["source"]):
                left.append(place)
                continue
            self.bundle.file(entry["source"], entry.get("sha256"), what=place)
            if entry.get("sha256"):
                checked += 1
            elif place.startswith("weights"):
                unchecked.append(place)
        missing = f" No sha256 is given for {', '.join(unchecked)}." if unchecked else ""
        unseen = f" Not fetched: {', '.join(left)}." if left else ""
        return "passed", f"{checked} checksums hold.{missing}{unseen}"

    def _is_left(self, source: str) -> bool:
        """Say whether a file is not fetched: none is where nothing runs, nor by http."""
        if not self.ways and self.bundle.must_be_fetched(source):
            return True
        return bool(self.bundle.forbidden(source))

    def _restore(self, image: xr.DataArray, way: Way, tiler: HaloGrid) -> xr.DataArray:
        """Restore an image as the RDF says, with that tiler."""
        runner = self._runners.get(way.name) or self._open(way)
        recipe = runner.trained.recipe.model_copy(update={"tiler": tiler})
        if "c" not in runner.signature.axes:
            image = image.isel(c=0, drop=True)
        plan = runner.plan(image, recipe=recipe, stop=self._stop)
        return plan.settle(stop=self._stop).restore(stop=self._stop)

    def _open(self, way: Way) -> Runner:
        model, weights = way.load()
        recipe = described_recipe(model, self.description)
        recipe = recipe.model_copy(update=self._folded(model, recipe))
        trained = TrainedModel(way.name, recipe, weights)
        # These weights as they are, not exported to others.
        self._runners[way.name] = Runner(trained, backend=None, stop=self._stop)
        return self._runners[way.name]

    def _folded(self, model: Model, recipe: Recipe) -> dict[str, Normalizer]:
        """Return what normalises for a network of ours, into which nothing is folded."""
        processing, own = recipe.normalizer, self.recorded.get("normalizer")
        if own is None or model is not self.recorded.get("model"):
            return {}
        published = published_by(own, f"c{model.signature.spatial_axes}")
        if not (published.before or published.after):
            return {}
        assert isinstance(processing, RdfProcessing)
        return {"normalizer": FoldedProcessing(processing=processing, folded=published)}

    def _reproduces(self, way: Way) -> tuple[State, str]:
        if way.code and not self.trust_code:
            return "skipped", f"It would run code of the bundle ({way.code}): --trust-code."
        expected = test_images(self.bundle, self.description.output)
        outputs = []
        for image in test_images(self.bundle, self.description.input):
            sides = tuple(image.sizes[axis] for axis in self.description.input.spatial)
            outputs.append(self._restore(image, way, HaloGrid(tile=sides, halo=0)))
        self._outputs[way.name] = outputs
        if len(outputs) != len(expected):
            return "failed", f"{len(outputs)} test inputs, but {len(expected)} test outputs"
        relative, absolute = self._tolerance()
        difference, excess = 0.0, -np.inf
        for output, truth in zip(outputs, expected, strict=True):
            found, wanted = _with_channel(output), _with_channel(truth)
            if found.shape != wanted.shape:
                return "failed", f"shape {found.shape}, but the test output has {wanted.shape}"
            if not (np.isfinite(found).all() and np.isfinite(wanted).all()):
                return "failed", "NaN or infinite values in what came out, or should come out"
            apart = np.abs(found - wanted)
            difference = max(difference, float(apart.max()))
            excess = max(excess, float((apart - absolute - relative * np.abs(wanted)).max()))
        state: State = "passed" if excess <= 0 else "failed"
        return state, f"largest difference {difference:.2g}"

    def _tolerance(self) -> tuple[float, float]:
        """Return the relative and absolute tolerance for test outputs."""
        section = self.description.section("bioimageio")
        for entry in section.get("reproducibility_tolerance") or ():
            return entry["relative_tolerance"], entry["absolute_tolerance"]
        return RELATIVE, ABSOLUTE

    def _agree(self) -> tuple[State, str]:
        if len(self._outputs) < 2:
            return "skipped", f"{len(self._outputs)} of them ran."
        largest, pair = 0.0, ("", "")
        for first, second in combinations(self._outputs, 2):
            for one, other in zip(self._outputs[first], self._outputs[second], strict=True):
                apart = np.abs(one.values - other.values).max()
                # Of an output on the image's scale, a share: camera counts are thousands.
                share = apart / max(1.0, float(np.abs(other.values).max()))
                difference = float(np.nan_to_num(share, nan=np.inf))
                if difference >= largest:
                    largest, pair = difference, (first, second)
        state: State = "passed" if largest <= AGREEMENT else "failed"
        return (
            state,
            f"largest difference {largest:.2g} of the output, between {pair[0]} and {pair[1]}",
        )

    def _tiled_equals_whole(self) -> tuple[State, str]:
        allowed = [way for way in self.ways if self.trust_code or not way.code]
        if not self.ways:
            return "skipped", "No weights run here."
        if not allowed:
            return "skipped", "All ways to run it run code of the bundle: --trust-code."
        way, network = allowed[0], Onnx(**fields(self.description)).signature
        if network.fixed_size is not None:
            return "skipped", "The network takes images of one size only, so there is no whole."
        if network.halo is None:
            return "failed", "The RDF gives no halo, so where tiles are valid is unknown."
        tile, whole = tile_and_whole(network.min_size, network.halo, network.stride)
        given = _with_channel(test_images(self.bundle, self.description.input)[0])
        image = make_image(of_size(given, whole), f"c{self.description.input.spatial}")
        expected = self._restore(image, way, HaloGrid(tile=whole, halo=0)).values
        tiled = self._restore(image, way, HaloGrid(tile=tile, halo=network.halo)).values
        share = float(np.abs(tiled - expected).max() / (np.ptp(expected) or 1.0))
        sizes = "×".join(map(str, tile)), "×".join(map(str, whole))
        state: State = "passed" if share <= SEAM else "failed"
        return state, (
            f"{share:.2g} of the output's range, with tiles of {sizes[0]} and halo "
            f"{'×'.join(map(str, network.halo))} on {sizes[1]} pixels ({way.name})"
        )


def _named_files(value: Any, place: tuple[str, ...]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield every mapping of an RDF that names a file, with its place."""
    if isinstance(value, Mapping):
        if isinstance(value.get("source"), str):
            yield ".".join(place), value
        for key, inner in value.items():
            if key not in ("config", "kwargs"):
                yield from _named_files(inner, (*place, str(key)))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _named_files(inner, (*place, str(index)))


def _with_channel(image: xr.DataArray) -> Floats:
    """Return an output as test tensors have it: with an axis for channels first."""
    axes = [dim for dim in ("c", "t", "z", "y", "x") if dim in image.dims]
    values = np.asarray(image.transpose(*axes).values, np.float32)
    return values if "c" in axes else values[np.newaxis]


def _look(name: str, check: Callable[[], tuple[State, str]]) -> Check:
    """Make a check; what goes wrong in it is its result."""
    try:
        with listening() as said:
            state, detail = check()
    except Cancelled:
        raise
    except DebcrError as error:
        return Check(name, "failed", str(error))
    except Exception as error:
        # Whatever a bundle does to the libraries that run it is a fault of the bundle.
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:LONGEST]
        return Check(name, "failed", f"It breaks off ({reason}).")
    remarks = [str(remark) for remark in said if remark.kind == "unchecked-file"]
    return Check(name, state, " ".join([f"{detail}.".replace("..", "."), *remarks]))
