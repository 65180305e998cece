"""Which texts name a bundle: paths, URLs and ids. Asked of every model that a user names."""

from __future__ import annotations

import re
from pathlib import Path

from debcr_plugins.zoo.access.folder_files import rdf_in_folder
from debcr_plugins.zoo.access.sources import is_url

ZIP, RDF = ".zip", (".yaml", ".yml")
WORKSPACE = "bioimage-io/"
VERSION = r"(?:/(?P<version>v?[0-9][0-9A-Za-z.]*))?"
NICKNAME = re.compile(rf"(?:{WORKSPACE})?(?P<name>[a-z]+(?:-[a-z]+)+){VERSION}")
DOI = re.compile(rf"(?P<name>10\.5281/zenodo\.[0-9]+){VERSION}")


def is_bundle_reference(reference: str) -> bool:
    """Say whether a text names a bundle: by a path, a URL or an id. Nothing is fetched.

    Names that end like those of bundles count even where no such file exists.

    Parameters
    ----------
    reference : str
        As the user gave it.
    """
    path = Path(reference)
    if is_url(reference):
        return True
    if path.is_dir():
        return rdf_in_folder(path) is not None
    if path.suffix.lower() in (ZIP, *RDF):
        return True
    return not path.exists() and is_zoo_id(reference)


def is_zoo_id(reference: str) -> bool:
    """Say whether a text looks like an id of the zoo.

    Examples
    --------
    >>> is_zoo_id("affable-shark/1.2"), is_zoo_id("10.5281/zenodo.5764892"), is_zoo_id("denoise")
    (True, True, False)
    """
    return bool(NICKNAME.fullmatch(reference) or DOI.fullmatch(reference))
