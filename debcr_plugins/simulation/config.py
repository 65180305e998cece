"""The YAML file of a simulation: read, checked and explained; and a commented one to start from."""

from pathlib import Path

from pydantic import ValidationError

from debcr_core.errors import UsageError, WrongFileError
from debcr_core.files.text import read_text, write_text
from debcr_core.yaml.commented import (
    commented_entry,
    commented_out,
    commented_yaml,
)
from debcr_core.yaml.faults import explain
from debcr_core.yaml.strict import load_yaml
from debcr_plugins.simulation.gibson_lanni import GibsonLanniPSF
from debcr_plugins.simulation.parameters import Simulation

HEADER = (
    "# What `debcr simulate` draws. Keys that are left out have the values below.\n"
    "# [low, high] is a range from which each image draws a value; equal ends fix it.\n\n"
)
INSTEAD = "\n# A physical point-spread function, to stand in place of the psf above:\n"


def read_simulation(path: Path, **changes: int) -> Simulation:
    """Read what to simulate.

    Parameters
    ----------
    path
        YAML file.
    **changes
        Values that replace those of the file: ``count``, ``seed``.

    Raises
    ------
    ReadError
        If it cannot be read, or is no plain YAML.
    UsageError
        If a key is unknown or a value not valid; the sentence names the nearest valid key.
    """
    text = read_text(path, "parameters")
    values = load_yaml(text, str(path)) or {}
    if not isinstance(values, dict):
        raise WrongFileError(
            f"{path} holds no parameters: it needs keys such as count and micrograph."
        )
    try:
        return Simulation.model_validate({**values, **changes})
    except ValidationError as error:
        raise UsageError(explain(error, str(path), Simulation)) from None


def write_defaults(path: Path, *, overwrite: bool = False) -> None:
    """Write a YAML file with all defaults, and a comment for each.

    Raises
    ------
    UsageError
        If the file exists.
    WriteError
        If it cannot be written.
    """
    alternative = commented_out(commented_entry("psf", GibsonLanniPSF()))
    text = HEADER + commented_yaml(Simulation(), unset=True) + INSTEAD + alternative
    write_text(path, text, overwrite=overwrite)
