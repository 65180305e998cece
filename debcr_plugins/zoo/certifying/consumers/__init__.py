"""Whether other programs could run a bundle, by rules that were read from their sources.

Nothing is opened but the RDF. docs/consumers.md lists the same rules for people.
"""

from __future__ import annotations

from typing import Any

from debcr_plugins.zoo.certifying.consumers.biapy import BIAPY
from debcr_plugins.zoo.certifying.consumers.bioengine import BIOENGINE
from debcr_plugins.zoo.certifying.consumers.careamics import CAREAMICS
from debcr_plugins.zoo.certifying.consumers.ilastik import ILASTIK
from debcr_plugins.zoo.certifying.consumers.jdll import JDLL
from debcr_plugins.zoo.certifying.consumers.qupath import QUPATH
from debcr_plugins.zoo.certifying.consumers.verdict import Consumer, Rule, Verdict

__all__ = ["CONSUMERS", "Consumer", "Rule", "Verdict", "verdicts"]

CONSUMERS: tuple[Consumer, ...] = (ILASTIK, JDLL, QUPATH, BIAPY, CAREAMICS, BIOENGINE)


def verdicts(rdf: dict[str, Any]) -> list[Verdict]:
    """Say of each consumer whether it could run a bundle.

    Parameters
    ----------
    rdf : dict
        A valid model RDF of format 0.4 or 0.5, plain values as they were written.
    """
    return [consumer.judge(rdf) for consumer in CONSUMERS]
