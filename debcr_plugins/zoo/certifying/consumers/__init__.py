"""Whether other programs could run a bundle, by rules that were read from their sources.

Nothing is opened but the RDF. docs/consumers.md lists the same rules for people.
"""

from debcr_plugins.zoo.certifying.consumers.table import CONSUMERS, verdicts
from debcr_plugins.zoo.certifying.consumers.verdict import Consumer, Rule, Verdict

__all__ = ["CONSUMERS", "Consumer", "Rule", "Verdict", "verdicts"]
