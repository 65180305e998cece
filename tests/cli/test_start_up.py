"""What the command imports: what it does not use, it does not wait for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tifffile

from debcr_core.cli.overview import first_sentence
from debcr_core.cli.verbs import verbs
from debcr_core.offering.own_verbs import OWN_VERBS

NUMBERS = {"numpy", "pandas", "xarray", "scipy", "dask", "skimage", "matplotlib"}
FORMATS = {"tifffile", "imagecodecs", "zarr", "numcodecs", "PIL"}
NETWORKS = {"torch", "onnxruntime", "onnx", "lightning", "bioimageio", "safetensors"}
HELP = {"markdown_it", "pygments", "typer.rich_utils"}

PROGRAM = """
import json, sys
from debcr_core.cli import main
try:
    main()
finally:
    print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""

MODEL = '''
from debcr_core import Catalog, Model, Predictor, Recipe, Signature, TrainedModel, hookimpl

class Same(Model):
    """Returns what it is given."""
    name = "same"

    @property
    def signature(self):
        return Signature("yx", (4, 4), (8, 8))

    def predictor(self, weights, device):
        return Predictor(lambda block, stop: block)

class Sames(Catalog):
    """Has it."""
    name = "sames"

    def names(self):
        return ["same"]

    def claims(self, reference):
        return reference == "same"

    def open(self, reference, plugins, *, trust_code=False):
        parts = {"normalizer": "percentile", "tiler": "halo-grid", "blender": "crop"}
        recipe = {kind: plugins.create(kind, name) for kind, name in parts.items()}
        return TrainedModel("same", Recipe(model=Same(), **recipe))

@hookimpl
def debcr_models():
    return [Same]

@hookimpl
def debcr_catalogs():
    return [Sames]
'''


def _with_model(folder: Path) -> None:
    """Put a plugin into a folder, as pip would."""
    (folder / "sames.py").write_text(MODEL)
    facts = folder / "sames-1.0.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: sames\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text("[debcr]\nsames = sames\n")


def _imported(folder: Path, *words: str) -> set[str]:
    """Run the command in a process of its own; return the modules and packages it imported."""
    path = os.pathsep.join([str(folder), *filter(None, sys.path)])
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(json.loads(done.stderr.splitlines()[-1]))


@pytest.mark.parametrize(
    "words",
    [["--help"], ["models"], ["plugins"], ["--version"], ["restore", "--help"]],
    ids=" ".join,
)
def test_what_computes_nothing_imports_nothing_that_computes(tmp_path, words):
    # The help of a verb is laid out by typer.
    needless = NUMBERS | FORMATS | NETWORKS | (HELP if words[0] != "restore" else set())
    assert needless & _imported(tmp_path, *words) == set()


def test_what_is_not_called_is_not_imported(tmp_path):
    modules = _imported(tmp_path, "models")
    assert "debcr_core.cli.models" in modules
    assert not [name for name in modules if name.startswith(("debcr_core.flow", "debcr_core.verd"))]
    assert not {f"debcr_core.cli.{verb}" for verb in OWN_VERBS if verb != "models"} & modules


@pytest.mark.parametrize(
    ("name", "model"), [("a.tif", "same"), ("a.ome.tif", "same"), ("a.ome.tif", "denoise")]
)
def test_a_small_tiff_needs_neither_torch_nor_dask(tmp_path, name, model):
    _with_model(tmp_path)
    rng = np.random.default_rng(0)
    facts = {"axes": "CZYX", "PhysicalSizeX": 0.1, "PhysicalSizeY": 0.1, "PhysicalSizeZ": 0.3}
    facts |= {"Channel": {"Name": ["DAPI", "GFP"]}}
    pixels = rng.integers(90, 1200, (2, 3, 64, 64), np.uint16)
    tifffile.imwrite(tmp_path / name, pixels, metadata=facts if "ome" in name else None)
    options = ("--axes", "czyx") if name == "a.tif" else ()
    modules = _imported(tmp_path, "restore", name, "out.ome.tif", "--model", model, *options)
    assert (tmp_path / "out.ome.tif").is_file()
    unused = {"dask", "scipy", "skimage", "matplotlib", "zarr", "numcodecs", "PIL"}
    unused |= {"debcr_plugins.zoo.access.downloads", "torch", "onnx", "lightning"} | HELP
    if model == "same":
        unused |= NETWORKS
    assert unused & modules == set()


def test_each_verb_says_in_the_overview_what_its_help_begins_with(plugins):
    for verb, command in verbs(plugins.commands(), None).items():
        whole = command.whole()
        assert first_sentence(command.help) == first_sentence(whole.help), verb
