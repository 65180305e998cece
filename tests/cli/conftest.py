"""The command line, run inside the test with a model that needs no weights."""

from __future__ import annotations

import types
import warnings

import numpy as np
import pytest
import tifffile
from typer.testing import CliRunner

from debcr_core.catalogs import Catalog
from debcr_core.cli.app import build_app
from debcr_core.errors import DebcrWarning
from debcr_core.hookspecs import hookimpl
from debcr_core.plugins import Plugins
from debcr_core.recipe import Recipe
from debcr_core.trained import Card, TrainedModel


@pytest.fixture(scope="session")
def with_test_model(identity):
    """Return the installed plugins and a trained model named ``same`` that changes nothing."""

    class TestModels(Catalog):
        """A model for tests."""

        name = "test-models"

        def names(self):
            return ["same"]

        def claims(self, reference):
            return reference == "same"

        def open(self, reference, plugins, *, trust_code=False):
            recipe = Recipe(
                model=identity(),
                normalizer=plugins.create("normalizer", "min-max"),
                tiler=plugins.create("tiler", "halo-grid", tile=64),
                blender=plugins.create("blender", "crop"),
            )
            return TrainedModel("same", recipe, card=Card(description="Changes nothing."))

    @hookimpl
    def debcr_catalogs():
        return [TestModels]

    @hookimpl
    def debcr_models():
        return [identity]

    plugins = Plugins.discover()
    module = types.SimpleNamespace(debcr_catalogs=debcr_catalogs, debcr_models=debcr_models)
    plugins.register(module, name="tests")
    return plugins


@pytest.fixture
def debcr(with_test_model, tmp_path, monkeypatch):
    """Return a function that runs ``debcr ARGS`` in an empty folder and gives its result."""
    monkeypatch.chdir(tmp_path)

    def run(*args: object):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DebcrWarning)
            result = CliRunner().invoke(build_app(with_test_model), [str(arg) for arg in args])
        assert "Traceback" not in result.output
        assert result.exception is None or isinstance(result.exception, SystemExit), (
            result.exception
        )
        return result

    return run


@pytest.fixture
def image(tmp_path):
    """Return the path of a TIFF with one small plane."""
    path = tmp_path / "cells.tif"
    pixels = np.random.default_rng(0).integers(90, 1200, (70, 90), np.uint16)
    tifffile.imwrite(path, pixels, imagej=True, resolution=(10, 10), metadata={"unit": "um"})
    return path
