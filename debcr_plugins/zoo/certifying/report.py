"""What certifying found, as a table for people and as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from debcr_core.cli.printable import printable
from debcr_plugins.zoo.certifying.consumers import Verdict

State = Literal["passed", "failed", "skipped"]
WORDS = {True: "yes", False: "no", None: "unknown"}


@dataclass(frozen=True)
class Check:
    """One thing that was looked at.

    Attributes
    ----------
    name : str
        What should hold.
    state : {"passed", "failed", "skipped"}
        Whether it does; skipped where it could not be looked at.
    detail : str
        Measured figures, or why not.
    """

    name: str
    state: State
    detail: str


@dataclass(frozen=True)
class Report:
    """All that was found about one bundle.

    Attributes
    ----------
    bundle : str
        As the user named it.
    model : str
        The model's name.
    versions : mapping of str to str
        Libraries by which it was found.
    checks : sequence of Check
        In the order in which they were made.
    verdicts : sequence of Verdict
        Of other programs.
    """

    bundle: str
    model: str
    versions: dict[str, str]
    checks: Sequence[Check]
    verdicts: Sequence[Verdict]

    @property
    def passed(self) -> bool:
        """Whether no check failed; some may have been skipped (see `verdict`)."""
        return all(check.state != "failed" for check in self.checks)

    @property
    def verdict(self) -> str:
        """What the checks together say: passed, failed, or passed as far as it was looked at."""
        skipped = sum(check.state == "skipped" for check in self.checks)
        if not self.passed:
            return "failed"
        if skipped:
            return f"nothing failed, but {skipped} of {len(self.checks)} checks were skipped"
        return "passed"

    def to_json(self) -> str:
        """Return it for programs."""
        # In ASCII, which holds even a bundle's name that is no UTF-8, and no control character.
        return json.dumps(
            {"passed": self.passed, "verdict": self.verdict, **asdict(self)}, indent=2
        )

    def to_markdown(self) -> str:
        """Return it for people."""
        libraries = ", ".join(f"{name} {version}" for name, version in self.versions.items())
        lines = [
            f"# Certificate of {_cell(self.model)}",
            "",
            f"{_cell(self.bundle)}: **{self.verdict}**. Checked with {libraries}.",
            "",
            "| check | result | measured |",
            "| --- | --- | --- |",
            *(f"| {_cell(c.name)} | {c.state} | {_cell(c.detail)} |" for c in self.checks),
            "",
            "Whether other programs could run it, by the rules in docs/consumers.md:",
            "",
            "| program | runs | why |",
            "| --- | --- | --- |",
            *(
                f"| {v.consumer} | {WORDS[v.runs]} | {_cell(' '.join(v.reasons))} |"
                for v in self.verdicts
            ),
        ]
        return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    """Return a text that can neither end its cell or line nor steer the terminal."""
    return printable(" ".join(text.replace("|", "\\|").split()))
