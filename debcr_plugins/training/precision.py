"""The precision a run computes in: 16 bits only where the machine has arithmetic of 16 bits."""

from __future__ import annotations

from debcr_core.bfloat16 import computes_bfloat16
from debcr_core.errors import UsageError
from debcr_core.notices import say
from debcr_core.torch_model import choose_device
from debcr_plugins.training.config import MachineConfig, TrainingConfig
from debcr_plugins.training.run_folder import RunFolder, is_helper

FULL = "32-true"


def suited_to_machine(config: TrainingConfig) -> TrainingConfig:
    """Return a new run's configuration as this machine can carry it out.

    Warns
    -----
    DebcrWarning
        If it asks for mixed precision of a processor that would be eight times as slow in it: the
        run computes in float32, and its configuration will say so.
    """
    if not _emulated(config.machine):
        return config
    if not is_helper():
        say(
            f"This processor has no instructions for bfloat16, so precision: "
            f"{config.machine.precision} would be several times slower than float32. The run "
            f"computes in float32 (precision: {FULL}); figures differ by hundredths of a dB.",
            kind="precision",
        )
    machine = config.machine.model_copy(update={"precision": FULL})
    return config.model_copy(update={"machine": machine})


def check_same_precision(run: RunFolder, machine: MachineConfig, began: MachineConfig) -> None:
    """Refuse to go on with a run in another precision than it began with.

    Parameters
    ----------
    run : RunFolder
        The run.
    machine, began : MachineConfig
        As its configuration is now, and as its checkpoint keeps it.

    Raises
    ------
    UsageError
        If they differ in precision.
    """
    if machine.precision != began.precision:
        raise UsageError(
            f"{run.root} began with precision: {began.precision}, and {run.config} now says "
            f"{machine.precision}: change it back, or begin a new run with init: {run.root}."
        )


def check_not_emulated(run: RunFolder, machine: MachineConfig) -> None:
    """Refuse to go on with a run in a precision that this machine's processor would imitate.

    Raises
    ------
    UsageError
        If it would.
    """
    if _emulated(machine):
        raise UsageError(
            f"{run.root} computes with precision: {machine.precision}, for which this processor "
            "has no instructions, and a run keeps its precision: go on with it on a machine that "
            f"has them, or begin a new run with init: {run.root}."
        )


def _emulated(machine: MachineConfig) -> bool:
    """Say whether a precision would be imitated by this machine's processor."""
    if machine.precision == FULL or computes_bfloat16():
        return False
    return machine.accelerator == "cpu" or (
        machine.accelerator == "auto" and choose_device("auto") == "cpu"
    )
