"""Read a run's configuration from YAML, and write one to fill in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from debcr_core.commented_yaml import commented_entry, commented_out, commented_yaml
from debcr_core.errors import UsageError, nearest
from debcr_core.nested_faults import keys_beside
from debcr_core.text_files import write_text
from debcr_plugins.training.config import TrainingConfig
from debcr_plugins.training.data.config import DataConfig
from debcr_plugins.training.data.config_file import read_document
from debcr_plugins.training.fresh.config import DegradeConfig
from debcr_plugins.training.original_config import is_original, translated

INSTEAD = "\n# Good images alone (data: truth) in place of pairs, degraded anew for each patch:\n"


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
        faults = " ".join(_sentence(fault) for fault in error.errors())
        raise UsageError(f"{where}: {faults}") from None


def _sentence(fault: Any) -> str:
    """Say what is wrong with one key, and which one may have been meant."""
    place = fault["loc"]
    if not place:
        return f"{fault['msg'].removeprefix('Value error, ')}."
    key = ".".join(map(str, place))
    if fault["type"] == "extra_forbidden":
        return f'unknown key "{key}". {nearest(place[-1], keys_beside(TrainingConfig, place))}'
    if fault["type"] == "missing":
        return f'the key "{key}" is missing.'
    reason = fault["msg"].removeprefix("Value error, ")
    return f'"{key}": {reason[:1].lower()}{reason[1:]}; it is {fault["input"]!r}.'


def write_template(path: Path, *, overwrite: bool = False) -> None:
    """Write a configuration with all defaults and what they mean, for data to be filled in."""
    data = DataConfig(input="noisy/", target="clean/", target_scale="input")
    example = TrainingConfig(data=data)
    alternative = commented_out(commented_entry("degrade", DegradeConfig()))
    write_text(path, commented_yaml(example) + INSTEAD + alternative, overwrite=overwrite)
