"""ilastik, which runs networks through tiktorch, which runs them through bioimageio.core."""

from __future__ import annotations

from debcr_plugins.zoo.certifying.consumers.conditions import (
    has_weights,
    known_operations,
    no_other_library,
    one_tensor,
    plain_strings,
)
from debcr_plugins.zoo.certifying.consumers.reading import Rdf, letters, tensors
from debcr_plugins.zoo.certifying.consumers.specification import OPERATIONS_0_5_9
from debcr_plugins.zoo.certifying.consumers.verdict import Consumer, Rule

GITHUB = "https://github.com/ilastik"
TIKTORCH = f"{GITHUB}/tiktorch/blob/031c450880b62476a0f7551b714a9248fc7f1c14/setup.py"
APPLET = "ilastik/applets/neuralNetwork"
DOWNLOAD = (
    f"{GITHUB}/ilastik/blob/0ec2097a04d487b45fec8b7d7dbe91480c089778/{APPLET}/bioimageiodl.py"
)
CHECKS = (
    f"{GITHUB}/ilastik/blob/00dd2915e46527803cf9f2160d4e49d4cfa9fe5d/{APPLET}/modelStateControl.py"
)


def _channels(rdf: Rdf) -> str:
    axes = letters(tensors(rdf, "outputs")[0])
    return "" if "c" in axes else f"The output's axes are {axes}, without a channel."


def _space(rdf: Rdf) -> str:
    axes = letters(tensors(rdf, "outputs")[0])
    return "" if len(set(axes) & set("xyz")) >= 2 else f"The output's axes are {axes}: no image."


ILASTIK = Consumer(
    name="ilastik (tiktorch)",
    version="tiktorch 26.3.1, ilastik at 0ec2097 and 00dd291",
    source=f"{GITHUB}/ilastik",
    rules=(
        Rule(
            "Its weights are torchscript or pytorch_state_dict.",
            DOWNLOAD,
            has_weights("torchscript", "pytorch_state_dict"),
        ),
        Rule("It has one input.", CHECKS, one_tensor("inputs")),
        Rule("It has one output.", CHECKS, one_tensor("outputs")),
        Rule("The output has a channel axis.", CHECKS, _channels),
        Rule("The output has two or three of the axes x, y, z.", CHECKS, _space),
        Rule(
            "Covers, documentation and icon are plain strings: tiktorch's bioimageio.core 0.10.2 "
            "finds mappings invalid.",
            TIKTORCH,
            plain_strings("covers", "documentation", "icon"),
        ),
        Rule(
            "Its processing is known to bioimageio.spec 0.5.9.1, which that core brings.",
            TIKTORCH,
            known_operations(OPERATIONS_0_5_9),
        ),
        Rule(
            "A state dict's architecture is a file of the bundle, or from pytorch3dunet, which "
            "tiktorch brings.",
            TIKTORCH,
            no_other_library("pytorch3dunet", instead=("torchscript",)),
            verified=False,
        ),
    ),
)
