"""Read a run's configuration from YAML, and write one to fill in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from debcr_core.errors import UsageError
from debcr_core.files.text import write_text
from debcr_core.yaml.commented import commented_yaml
from debcr_core.yaml.faults import explain
from debcr_plugins.pairs.config import DataConfig
from debcr_plugins.pairs.config_file import read_document
from debcr_plugins.training.config import TrainingConfig
from debcr_plugins.training.original_config import is_original, translated


def load_config(path: Path, *, data: Mapping[str, Any] | None = None) -> TrainingConfig:
    """Read a configuration: one of ours, or one of the original DeBCR.

    Parameters
    ----------
    path : Path
        The file; relative paths in it are taken from its folder.
    data : mapping, optional
        Where the images are, in place of what the file says; relative to the current folder.

    Raises
    ------
    ReadError
        If it is no plain YAML.
    UsageError
        If a key is unknown, missing or out of bounds; with the nearest valid one.
    """
    document = read_document(path)
    if is_original(document):
        document = translated(document)
    given = {key: value for key, value in (data or {}).items() if value is not None}
    if given:
        document["data"] = given
    elif "data" not in document:
        raise UsageError(
            f'{path} does not say where the images are: add the section "data", or give --input '
            "and --target."
        )
    config = checked(document, str(path))
    beside = path.parent.resolve()
    start = config.init and (beside / config.init)
    return config.model_copy(
        update={
            "data": config.data.relative_to(Path.cwd() if given else beside),
            "init": str(start) if start and start.exists() else config.init,
        }
    )


def checked(document: Mapping[str, Any], where: str) -> TrainingConfig:
    """Return the configuration that plain values mean.

    Raises
    ------
    UsageError
        As `load_config`.
    """
    try:
        return TrainingConfig.model_validate(document)
    except ValidationError as error:
        raise UsageError(explain(error, where, TrainingConfig)) from None


def write_template(path: Path, *, overwrite: bool = False) -> None:
    """Write a configuration with all defaults and what they mean, for data to be filled in."""
    data = DataConfig(input="noisy/", target="clean/")
    write_text(path, commented_yaml(TrainingConfig(data=data), unset=True), overwrite=overwrite)
