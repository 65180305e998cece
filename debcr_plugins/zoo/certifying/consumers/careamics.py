"""CAREamics, which loads its own bundles again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

from debcr_plugins.zoo.certifying.consumers.conditions import has_weights
from debcr_plugins.zoo.certifying.consumers.reading import Rdf
from debcr_plugins.zoo.certifying.consumers.verdict import Consumer, Rule

DESCRIPTION = "wheel of careamics 0.3.5: careamics/model_io/bioimage/model_description.py"
CONFIG = "careamics.yaml"


def _configured(rdf: Rdf) -> str:
    attachments = rdf.get("attachments") or ()
    entries = attachments if isinstance(attachments, list) else ()
    sources = [entry["source"] if isinstance(entry, Mapping) else entry for entry in entries]
    if any(PurePosixPath(str(source)).name == CONFIG for source in sources):
        return ""
    return f"It is none of CAREamics' own: no {CONFIG} is attached."


CAREAMICS = Consumer(
    name="CAREamics",
    version="0.3.5",
    source="https://github.com/CAREamics/careamics",
    rules=(
        Rule("Its weights are pytorch_state_dict.", DESCRIPTION, has_weights("pytorch_state_dict")),
        Rule("CAREamics' configuration, careamics.yaml, is attached.", DESCRIPTION, _configured),
    ),
    condition=f"{CONFIG} must describe a UNet.",
)
