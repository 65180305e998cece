"""Small bundles with known answers, and the shipped model as a bundle, packaged once."""

from __future__ import annotations

import hashlib
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import ndimage

from debcr_core.plugins import Plugins
from debcr_core.yaml.strict import dump_yaml
from debcr_plugins.zoo.publishing.package import package

PATIENCE = 300
SPATIAL = "tzyx"


@pytest.fixture(scope="session")
def denoise_bundle(tmp_path_factory: pytest.TempPathFactory, plugins: Plugins) -> Path:
    root = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent  # the one folder that all workers of a run share
    bundle, claim = root / "denoise.zip", root / "denoise.claimed"
    try:
        claim.mkdir()
    except FileExistsError:
        return waited_for(bundle)
    return package("denoise", bundle, plugins)


def waited_for(bundle: Path) -> Path:
    """Wait for another worker, whose bundle appears when it is whole."""
    for _ in range(PATIENCE):
        if bundle.exists():
            return bundle
        time.sleep(1)
    raise TimeoutError(f"no other worker has made {bundle}")


@dataclass
class Convolution:
    """A network of one convolution 3×3(×3), and optionally a coarse grid as strided ones have.

    With `cell` > 1, the image is averaged over cells and spread again after the convolution.
    """

    layout: str = "bcyx"
    seen: int = 1
    returned: int = 1
    padded: bool = True
    cell: int = 1
    sizes: Any = None  # per spatial axis: one size, or (smallest, step)
    halo: int | None = None
    kernel: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.spatial = "".join(axis for axis in SPATIAL if axis in self.layout)
        shape = (self.returned, self.seen, *(3,) * len(self.spatial))
        self.kernel = np.random.default_rng(0).normal(size=shape).astype(np.float32)
        # The specification wants more than both margins.
        least = 4 * self.cell + -(-2 * (self.halo or 0) // self.cell) * self.cell
        self.sizes = self.sizes or dict.fromkeys(self.spatial, (least, self.cell))

    def whole(self, image: np.ndarray) -> np.ndarray:
        """Return the answer for ``(channel, *spatial)``, zeros beyond the image."""
        cells = image.astype(np.float64)
        for axis in range(1, cells.ndim) if self.cell > 1 else ():
            starts = np.arange(0, cells.shape[axis], self.cell)
            cells = np.add.reduceat(cells, starts, axis) / self.cell
        made = np.stack(
            [
                sum(
                    ndimage.correlate(channel, kernel, mode="constant")
                    for channel, kernel in zip(cells, kernels, strict=True)
                )
                for kernels in self.kernel.astype(np.float64)
            ]
        )
        for axis in range(1, cells.ndim) if self.cell > 1 else ():
            made = np.repeat(made, self.cell, axis)
        return made

    def write_onnx(self, path: Path) -> None:
        """Write it as ONNX, with any layout and any size."""
        from onnx import TensorProto, checker, helper, numpy_helper, save

        own = f"bc{self.spatial}"
        kept = [axis for axis in own if axis in self.layout]
        single = [i for i, axis in enumerate(self.layout) if axis == "s"]
        bare = self.layout.replace("s", "")
        nodes, constants = [], []

        def constant(name: str, values: Any) -> str:
            constants.append(numpy_helper.from_array(np.asarray(values), name))
            return name

        def step(kind: str, inputs: list[str], output: str, **attributes: Any) -> str:
            nodes.append(helper.make_node(kind, inputs, [output], **attributes))
            return output

        now = "image"
        if single:
            now = step("Squeeze", [now, constant("single", np.int64(single))], "squeezed")
        now = step("Transpose", [now], "ordered", perm=[bare.index(axis) for axis in kept])
        added = [i for i, axis in enumerate("bc") if axis not in kept]
        if added:
            now = step("Unsqueeze", [now, constant("added", np.int64(added))], "unsqueezed")
        n = len(self.spatial)
        if self.cell > 1:
            cells = [self.cell] * n
            now = step("AveragePool", [now], "cells", kernel_shape=cells, strides=cells)
        pads = [1 if self.padded else 0] * (2 * n)
        now = step("Conv", [now, constant("kernel", self.kernel)], "convolved", pads=pads)
        if self.cell > 1:
            scales = constant("scales", np.float32([1, 1, *[self.cell] * n]))
            now = step(
                "Resize",
                [now, "", scales],
                "spread",
                mode="nearest",
                coordinate_transformation_mode="asymmetric",
                nearest_mode="floor",
            )
        if added:
            now = step("Squeeze", [now, "added"], "without")
        now = step("Transpose", [now], "back", perm=[kept.index(axis) for axis in bare])
        if single:
            now = step("Unsqueeze", [now, "single"], "whole")
        step("Identity", [now], "restored")
        tensors = [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, [None] * len(self.layout))
            for name in ("image", "restored")
        ]
        graph = helper.make_graph(nodes, "network", tensors[:1], tensors[1:], constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
        model.ir_version = 9
        checker.check_model(model)
        save(model, path)

    def tensors(self) -> dict[str, Any]:
        """Return the inputs and outputs of an RDF of format 0.5."""
        inputs, outputs = [], []
        for axis in self.layout:
            if axis == "b":
                inputs.append({"type": "batch"})
                outputs.append({"type": "batch"})
            elif axis == "c":
                inputs.append({"type": "channel", "channel_names": names("in", self.seen)})
                outputs.append({"type": "channel", "channel_names": names("out", self.returned)})
            elif axis == "s":
                single = {"type": "index", "id": "i", "size": 1}
                inputs.append(single)
                outputs.append(single)
            else:
                self._spatial_axis(axis, inputs, outputs)
        return {
            "inputs": [{"id": "raw", "axes": inputs}],
            "outputs": [{"id": "restored", "axes": outputs}],
        }

    def _spatial_axis(self, axis: str, inputs: list[Any], outputs: list[Any]) -> None:
        kind = {"type": "time", "id": "t"} if axis == "t" else {"type": "space", "id": axis}
        size = self.sizes[axis]
        free = not isinstance(size, int)
        inputs.append({**kind, "size": {"min": size[0], "step": size[1]} if free else size})
        lost = 0 if self.padded else -2
        reference = {"tensor_id": "raw", "axis_id": axis, "offset": lost}
        halo = {"halo": self.halo} if self.halo else {}
        outputs.append({**kind, "size": reference, **halo})


def names(word: str, count: int) -> list[str]:
    return [f"{word}{i}" for i in range(count)]


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture(scope="session")
def sha256() -> Any:
    return digest


def base_rdf() -> dict[str, Any]:
    return {
        "type": "model",
        "format_version": "0.5.4",
        "name": "One convolution",
        "description": "For tests.",
        "license": "MIT",
        "authors": [{"name": "Nobody"}],
        "cite": [{"text": "None", "doi": "10.1007/978-3-031-73226-3_22"}],
        "documentation": "README.md",
        "timestamp": "2024-01-01T00:00:00",
    }


@pytest.fixture(scope="session")
def minimal_rdf() -> Any:
    """Return a function that gives an RDF of format 0.5 without tensors and weights."""
    return base_rdf


@pytest.fixture
def bundle(tmp_path):
    """Return a function that writes a bundle folder with a network, and returns its path."""

    def make(network: Convolution | None = None, **changes: Any) -> Path:
        network = network or Convolution()
        folder = tmp_path / "bundle"
        folder.mkdir()
        (folder / "README.md").write_text("# Validation\nNone.\n")
        rdf = {**base_rdf(), **network.tensors(), **changes}
        for key in ("preprocessing", "postprocessing"):
            if key in rdf:
                side = "inputs" if key == "preprocessing" else "outputs"
                rdf[side][0][key] = rdf.pop(key)
        if "weights" not in rdf:
            network.write_onnx(folder / "weights.onnx")
            entry = {"source": "weights.onnx", "opset_version": 17}
            rdf["weights"] = {"onnx": {**entry, "sha256": digest(folder / "weights.onnx")}}
        (folder / "rdf.yaml").write_text(dump_yaml(rdf))
        return folder

    return make


@pytest.fixture(scope="session")
def convolution() -> type[Convolution]:
    return Convolution
