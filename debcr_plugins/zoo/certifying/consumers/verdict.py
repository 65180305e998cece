"""What a rule is, what a consumer is, and how its rules make a verdict."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from debcr_plugins.zoo.certifying.consumers.reading import Rdf

Check = Callable[[Rdf], str]


@dataclass(frozen=True)
class Verdict:
    """Whether one program could run a bundle.

    Attributes
    ----------
    consumer : str
        The program.
    runs : bool or None
        Whether it could; None where the rules that were read do not tell.
    reasons : tuple of str
        Sentences: what is in the way, what could not be verified, or what it depends on.
    """

    consumer: str
    runs: bool | None
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Rule:
    """One thing that a program asks of an RDF.

    Attributes
    ----------
    sentence : str
        What it asks.
    source : str
        Where that was read.
    check : callable
        Returns what is in the way, as a sentence; nothing where the rule holds.
    verified : bool
        Whether the program is known to fail where the rule does not hold. If not, what happens
        then was not found out.
    """

    sentence: str
    source: str
    check: Check
    verified: bool = True


@dataclass(frozen=True)
class Consumer:
    """A program that runs bundles.

    Attributes
    ----------
    name : str
        As its users know it.
    version : str
        The release or commit whose sources were read.
    source : str
        Where it comes from.
    rules : tuple of Rule
        What it asks of an RDF.
    condition : str
        On what running depends beside the RDF; empty where on nothing.
    """

    name: str
    version: str
    source: str
    rules: tuple[Rule, ...]
    condition: str = ""

    def judge(self, rdf: Rdf) -> Verdict:
        """Apply the rules.

        Parameters
        ----------
        rdf : mapping
            A valid model RDF of format 0.4 or 0.5, plain values as they were written.
        """
        refusals = [why for rule in self.rules if rule.verified and (why := rule.check(rdf))]
        if refusals:
            return Verdict(self.name, False, tuple(refusals))
        condition = (self.condition,) if self.condition else ()
        doubts = [why for rule in self.rules if not rule.verified and (why := rule.check(rdf))]
        if doubts:
            return Verdict(
                self.name, None, (*(f"not verified: {why}" for why in doubts), *condition)
            )
        return Verdict(self.name, True, condition)
