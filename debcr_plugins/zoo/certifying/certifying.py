"""Certify a bundle: run it every way it offers, by bioimageio.core too, and judge it for others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from debcr_core.files.private_paths import file_name, without_folders
from debcr_core.plugins import Plugins
from debcr_core.stopping import Stop, heeding
from debcr_plugins.zoo.access.bundle import open_bundle
from debcr_plugins.zoo.certifying.checks import FILES, Certifier
from debcr_plugins.zoo.certifying.consumers import verdicts
from debcr_plugins.zoo.certifying.core_test import SEVERE, run_core_test
from debcr_plugins.zoo.certifying.report import Check, Report, State

LIBRARIES = ("debcr-zoo", "bioimageio.core", "bioimageio.spec", "onnxruntime", "torch")
LIBRARY_OF = {
    "keras_hdf5": "tensorflow",
    "keras_v3": "keras",
    "tensorflow_saved_model_bundle": "tensorflow",
}
"""By what bioimageio.core runs weights that do not run here."""
CORE_TEST = "bioimageio.core's own test passes without severe warnings"
SHOWN = 3
UNNAMED = "Missing `maintainers`"
"""How the specification's warning begins where nobody gives a GitHub user."""


def certify(
    reference: str | Path,
    *,
    trust_code: bool = False,
    plugins: Plugins | None = None,
    stop: Stop | None = None,
) -> Report:
    """Certify a bundle.

    Parameters
    ----------
    reference : str or Path
        A bundle as `debcr_core.load_model` takes it.
    trust_code : bool
        Whether code of the bundle may run. Where it may not, what needs it is skipped, and so is
        bioimageio.core's own test, which runs it.
    plugins : Plugins, optional
        By default whatever is installed.
    stop : Stop, optional
        Ends it, in the middle of a check.

    Returns
    -------
    Report
        What was found.

    Raises
    ------
    Cancelled
        If the stop was asked for.
    ReadError
        If the bundle cannot be opened, or is no valid model.
    UsageError
        If the reference is no bundle.
    """
    plugins, stop = plugins or Plugins.discover(), stop or Stop()
    with heeding(stop):
        return _certificate(reference, trust_code, plugins, stop)


def _certificate(reference: str | Path, trust_code: bool, plugins: Plugins, stop: Stop) -> Report:
    bundle = open_bundle(str(reference))
    certifier = Certifier(bundle, plugins, trust_code=trust_code, stop=stop)
    # Whatever is not valid has raised by now.
    valid = Check("the RDF is valid", "passed", f"Format {bundle.rdf['format_version']}.")
    checks = list(certifier.checks())
    reason = _why_not_by_core(certifier, checks, Path(reference))
    core = Check(CORE_TEST, "skipped", reason) if reason else _core_check(Path(reference), stop)
    return Report(
        # Certificates are handed on: nothing in them says where the bundle lies here.
        bundle=file_name(bundle.reference),
        model=certifier.description.name,
        versions={name: found for name in LIBRARIES if (found := _version(name))},
        checks=[
            replace(check, detail=without_folders(check.detail)) for check in (valid, *checks, core)
        ],
        verdicts=verdicts(bundle.rdf),
    )


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return ""


def _why_not_by_core(certifier: Certifier, checks: Sequence[Check], path: Path) -> str:
    """Return why bioimageio.core's own test is not run; empty if it is."""
    if not certifier.trust_code:
        return "It runs code of the bundle: --trust-code."
    if not path.exists():
        return "It is made for bundles on disk: download it first."
    libraries = {LIBRARY_OF.get(kind, "") for kind in certifier.description.weights}
    if not certifier.ways and not any(map(find_spec, filter(None, libraries))):
        return "No weights run here."
    if any(check.name == FILES and check.state == "failed" for check in checks):
        return "Not all of its files are those that were published."
    return ""


def _core_check(path: Path, stop: Stop) -> Check:
    """Return what bioimageio.core's own test finds."""
    found = run_core_test(path, stop=stop)
    faults = [*found.errors, *(fault for fault in found.severe if UNNAMED not in fault)]
    more = f" and {len(faults) - SHOWN} more" if len(faults) > SHOWN else ""
    sentences = [
        " ".join(faults[:SHOWN]) + more
        if faults
        else f"No error, and no warning of severity {SEVERE} or more.",
        f"{found.completeness:.2f} of the metadata are filled in, by its count.",
    ]
    if any(UNNAMED in fault for fault in found.severe):
        sentences.append("Before it is uploaded: name a maintainer's GitHub user.")
    state: State = "passed" if found.status == "passed" and not faults else "failed"
    return Check(CORE_TEST, state, " ".join(sentences))
