"""BioEngine, which runs bundles for the zoo's website through bioimageio.core."""

from __future__ import annotations

from debcr_plugins.zoo.certifying.consumers.conditions import (
    has_weights,
    known_operations,
    no_other_library,
    onnx_up_to,
    plain_strings,
)
from debcr_plugins.zoo.certifying.consumers.specification import OPERATIONS_0_5_10
from debcr_plugins.zoo.certifying.consumers.verdict import Consumer, Rule

GITHUB = "https://github.com/aicell-lab/bioengine"
REQUIREMENTS = (
    f"{GITHUB}/blob/3e3559717efcc7ba8543ed6125ab5ede5052b36e/"
    "apps/model-runner/requirements-runtime.txt"
)
INSTALLED = ("careamics", "cellpose", "stardist", "timm", "torch", "torchvision")
OTHERS = (
    "torchscript",
    "pytorch_state_dict",
    "tensorflow_saved_model_bundle",
    "keras_v3",
    "keras_hdf5",
)

BIOENGINE = Consumer(
    name="BioEngine",
    version="model-runner 1.15.8, its requirements at 3e35597",
    source=f"{GITHUB}/blob/09eb20b93b8b5e2d58caa7e8e88f9e2d6e99a46a/apps/model-runner/runtime.py",
    rules=(
        Rule(
            "Its weights are onnx, torchscript, pytorch_state_dict, tensorflow_saved_model_bundle, "
            "keras_v3 or keras_hdf5.",
            REQUIREMENTS,
            has_weights("onnx", *OTHERS),
        ),
        Rule(
            "ONNX weights, if there are no others, are of opset 21 or less: its onnxruntime 1.20.1 "
            "loads no higher.",
            REQUIREMENTS,
            onnx_up_to(21, instead=OTHERS),
        ),
        Rule(
            "Covers, documentation and icon are plain strings: its bioimageio.core 0.10.4 finds "
            "mappings invalid.",
            REQUIREMENTS,
            plain_strings("covers", "documentation", "icon"),
        ),
        Rule(
            "Its processing is known to bioimageio.spec 0.5.10.2, which that core brings.",
            REQUIREMENTS,
            known_operations(OPERATIONS_0_5_10),
        ),
        Rule(
            "A state dict's architecture is a file of the bundle, or from careamics, cellpose, "
            "stardist, timm, torch or torchvision, which it has.",
            REQUIREMENTS,
            no_other_library(*INSTALLED, instead=("torchscript", "onnx")),
            verified=False,
        ),
    ),
    condition="It takes bundles of the zoo by their ids: publish it first.",
)
