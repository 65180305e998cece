"""Run bioimageio.core's own test of a bundle, in a process of its own.

A bundle's architecture is code, and a library that logs, caches and sets seeds is better kept out
of this process.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from debcr_core.apart import call_apart
from debcr_core.stopping import Stop

SEVERE = 30
"""Warnings of this severity or more make a bundle less than watertight, in the specification's
words (bioimageio.spec, warning levels)."""
TIMEOUT = 1800

SCRIPT = """
import json, sys
# A bundle must run where none of this is installed.
for ours in ("debcr_core", "debcr_plugins", "napari_adapter", "zoo_packages"):
    sys.modules[ours] = None
import bioimageio.core
from bioimageio.core import test_description
summary = test_description(sys.argv[1], determinism="seed_only")
found = {
    "version": bioimageio.core.__version__,
    "status": summary.status,
    "completeness": getattr(summary, "metadata_completeness", None),
    "errors": [
        f"{detail.name}: {'.'.join(map(str, e.loc))}: {e.msg}"
        for detail in summary.details for e in detail.errors
    ],
    "warnings": [
        [w.severity, '.'.join(map(str, w.loc)), w.msg]
        for detail in summary.details for w in detail.warnings
    ],
}
with open(sys.argv[2], "w", encoding="utf-8") as file:
    json.dump(found, file)
"""


@dataclass(frozen=True)
class CoreTest:
    """What bioimageio.core found.

    Attributes
    ----------
    version : str
        Of bioimageio.core; empty if it broke off.
    status : str
        ``passed`` or ``failed``, in its words.
    completeness : float
        Share of the metadata that is filled in, by its count.
    errors : tuple of str
        What failed, and where.
    warnings : tuple of (int, str, str)
        Severity, place and text.
    """

    version: str
    status: str
    completeness: float
    errors: tuple[str, ...]
    warnings: tuple[tuple[int, str, str], ...]

    @property
    def severe(self) -> list[str]:
        """Warnings that count."""
        return [f"{place}: {text}" for level, place, text in self.warnings if level >= SEVERE]


def run_core_test(
    bundle: Path, *, python: str = sys.executable, stop: Stop | None = None
) -> CoreTest:
    """Test a bundle by `bioimageio.core.test_description`, for all its weights.

    Parameters
    ----------
    bundle : Path
        Zip, folder or RDF.
    python : str
        The interpreter in whose environment bioimageio.core is.
    stop : Stop, optional
        Ends it.

    Raises
    ------
    Cancelled
        If the stop was asked for.
    """
    asked = stop or Stop()
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder, "result.json")
        command = [python, "-c", SCRIPT, str(bundle.resolve()), str(result)]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=folder
        ) as done:
            _, said = call_apart(lambda: done.communicate(timeout=TIMEOUT), asked, done.kill)
        # Where it was killed in time, it has ended like any other.
        asked.check()
        if not result.is_file():
            lines = said.strip().splitlines() or [f"status {done.returncode}"]
            return CoreTest("", "failed", 0.0, (f"it broke off: {lines[-1]}",), ())
        found = json.loads(result.read_text(encoding="utf-8"))
    return CoreTest(
        found["version"],
        found["status"],
        # Older versions do not count it.
        found["completeness"] or 0.0,
        tuple(" ".join(text.split()) for text in found["errors"]),
        tuple((level, place, " ".join(text.split())) for level, place, text in found["warnings"]),
    )
