"""Read the data's description from a YAML file: a training config or one of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from debcr_core.errors import UsageError, WrongFileError
from debcr_core.files.text import read_text
from debcr_core.yaml.faults import explain
from debcr_core.yaml.strict import load_yaml
from debcr_plugins.pairs.config import DataConfig

SECTION = "data"
RUN_CONFIG = "config.yaml"
"""The file in the folder of a training run that says, in that section, which images it used."""


def read_document(path: Path) -> dict[str, Any]:
    """Return what a YAML file holds.

    Raises
    ------
    ReadError
        If it cannot be read, or is not a mapping in plain YAML.
    """
    text = read_text(path, "config")
    document = load_yaml(text, str(path))
    if not isinstance(document, dict):
        raise WrongFileError(f'{path} is no config: it needs the section "{SECTION}".')
    return document


def data_config(document: dict[str, Any], path: Path) -> DataConfig:
    """Return the section ``data`` of a config, or the whole of one that is about data alone.

    Parameters
    ----------
    document : dict
        What the file holds.
    path : Path
        The file; relative paths in it are taken from its folder.

    Raises
    ------
    UsageError
        If a key is unknown, missing or out of bounds.
    """
    section = document.get(SECTION, document)
    if not isinstance(section, dict):
        raise UsageError(f'{path}: "{SECTION}" must be a mapping; it is {section!r}.')
    try:
        config = DataConfig.model_validate(section)
    except ValidationError as error:
        raise UsageError(explain(error, f'"{SECTION}" in {path}', DataConfig)) from None
    return config.relative_to(path.parent)
