"""Whether a bundle's description is valid: known before, and made sure of after, all is measured.

The specification's own library judges (https://bioimage-io.github.io/spec-bioimage-io/).
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import TypeAdapter, ValidationError

from debcr_core.errors import ReadError, UsageError
from debcr_core.files.private_paths import private_paths
from debcr_core.missing_extras import needs_extra
from debcr_core.yaml.strict import dump_yaml, load_yaml
from debcr_plugins.zoo.publishing.draft import Draft
from debcr_plugins.zoo.publishing.rdf import FILES, Facts, rdf
from debcr_plugins.zoo.publishing.seam import Seam, least_size
from debcr_plugins.zoo.running.description import describe


def check_draft(draft: Draft) -> None:
    """Refuse what the author says if no bundle can be valid with it.

    Whatever is not measured yet has a stand-in: empty files, a test output of zeros, no halo.

    Raises
    ------
    UsageError
        If the description would not be valid: which of its keys, and why; or if it or the
        documentation names a private path.
    """
    _check_licence(draft.said.license)
    check_private(draft.text, f"the documentation {draft.said.documentation}")
    none = (0,) * len(draft.model.signature.stride)
    facts = Facts(
        draft=draft,
        seam=Seam(none, None, none, none),
        least=least_size(draft.model.signature, none),
        test_output=np.zeros((1, 1), np.float32),
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file in FILES:
            (folder / file).touch()
        check_text(dump_yaml(rdf(facts, folder)))


def _check_licence(licence: str) -> None:
    with needs_extra("zoo", "Bundles of the BioImage Model Zoo need"):
        from bioimageio.spec.generic.v0_3 import DeprecatedLicenseId, LicenseId
    try:
        TypeAdapter(LicenseId | DeprecatedLicenseId).validate_python(licence)
    except ValidationError:
        raise UsageError(
            f'The metadata\'s "license" is {licence!r}, which is no SPDX identifier '
            "(https://spdx.org/licenses): give one such as CC-BY-4.0, CC0-1.0 or MIT."
        ) from None


def check_private(text: str, what: str) -> None:
    """Refuse a text that would tell everybody the folders of this computer.

    Raises
    ------
    UsageError
        Naming the path.
    """
    found = private_paths(text)
    if found:
        raise UsageError(
            f"{what[0].upper()}{what[1:]} would be published with the private path {found[0]}: say "
            "it without the folders."
        )


def check_text(text: str) -> None:
    """Refuse a description that is not valid.

    Parameters
    ----------
    text : str
        The RDF, as it is written.

    Raises
    ------
    UsageError
        As `check_draft`.
    """
    check_private(text, "the metadata")
    written: dict[str, Any] = load_yaml(text, "rdf.yaml")
    try:
        describe(written, "the bundle")
    except ReadError as error:
        raise UsageError(f"The metadata do not make a valid bundle: {error}") from None
