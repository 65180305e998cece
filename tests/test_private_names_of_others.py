"""Where we use a private name of a library, a new version that moves it is noticed at once."""

from __future__ import annotations

from importlib import import_module
from operator import attrgetter
from pathlib import Path

import pytest

CONSTRAINTS = Path(__file__).parents[1] / "constraints.txt"
USED = [
    (
        "bioimageio.core",
        "bioimageio.core._model_adapter",
        "ModelAdapter",
        "debcr_plugins/zoo/bioimageio_adapter.py derives from it",
    ),
    (
        "zarr",
        "zarr.codecs",
        "BloscCodec._blosc_codec",
        "debcr_plugins/formats/zarr/checked_blosc.py overrides it, and without that a chunk cut "
        "short can end the process",
    ),
    (
        "onnx",
        "onnx.external_data_helper",
        "_get_all_tensors",
        "debcr_plugins/zoo/running/onnx_checks.py lists by it the files that a network names",
    ),
    (
        "lightning",
        "lightning.pytorch.callbacks",
        "RichProgressBar._get_train_description",
        "debcr_plugins/training/progress.py overrides it, so that epochs are counted from one",
    ),
]


@pytest.mark.parametrize(("distribution", "module", "name", "use"), USED)
def test_a_private_name_that_is_used_is_there(distribution, module, name, use):
    try:
        attrgetter(name)(import_module(module))
    except (ImportError, AttributeError):
        pytest.fail(f"This version of {distribution} has no {module}.{name} any more: {use}.")


@pytest.mark.parametrize("distribution", [distribution for distribution, *_ in USED])
def test_a_library_whose_private_names_are_used_is_pinned(distribution):
    assert f"\n{distribution}==" in CONSTRAINTS.read_text("utf-8")
