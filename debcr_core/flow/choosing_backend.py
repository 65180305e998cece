"""Which backend computes a network: the one that the user names, or the best that is here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from debcr_core.components import Backend, Model, Precision
from debcr_core.errors import UsageError, nearest
from debcr_core.failures import calling, leaving_out, named
from debcr_core.named_component import Named, named_component
from debcr_core.registry import Registry

AUTO = "auto"


@dataclass(frozen=True)
class Computing:
    """By what a network is computed.

    Attributes
    ----------
    device : str
        ``auto``, ``cpu``, ``cuda``, ``cuda:1``, ``mps``.
    backend : Backend, str, mapping or None
        ``auto``, or which; None for the network's own way.
    precision : {"float32", "bfloat16"}
        What to compute in.
    """

    device: str = AUTO
    backend: Named | None = AUTO
    precision: Precision = "float32"


def checked_computing(
    device: str, backend: Named | None, precision: str, model: Model, plugins: Registry
) -> Computing:
    """Return by what a network will be computed, once it is known that it can be.

    Raises
    ------
    UsageError
        As `choose_backend`.
    """
    computing = Computing(device, backend, _checked(precision))
    choose_backend(backend, model, device, computing.precision, plugins)
    return computing


def choose_backend(
    wanted: Named | None, model: Model, device: str, precision: Precision, plugins: Registry
) -> Backend | None:
    """Return what computes a network; None where the network's own way is the best.

    Parameters
    ----------
    wanted : Backend, str, mapping or None
        A backend, or ``auto``; None for the network's own way (`Model.predictor`).
    model : Model
        The network.
    device : str
        As `Model.predictor` takes it.
    precision : {"float32", "bfloat16"}
        What to compute in.
    plugins : Registry
        Where backends are found.

    Raises
    ------
    UsageError
        If there is no such backend or precision, the backend is not installed, or it cannot
        compute this network, or not in that precision.
    """
    _checked(precision)
    if wanted is None:
        _check_own_way(model, precision)
        return None
    if wanted == AUTO:
        return _best(model, device, precision, plugins)
    backend: Backend = named_backend(wanted, plugins)
    with calling(backend):
        missing, runs = backend.missing(), backend.runs(model)
    if missing:
        raise UsageError(f"The {named(backend)} cannot compute here: {missing}")
    if not runs:
        raise UsageError(
            f"The {named(backend)} cannot compute the {named(model)}: leave the choice to "
            "--backend auto."
        )
    if precision not in backend.precisions:
        raise UsageError(
            f"The {named(backend)} computes in {' or '.join(backend.precisions)}, not in "
            f"{precision}: leave --precision out, or the choice to --backend auto."
        )
    return backend


def named_backend(wanted: Named, plugins: Registry) -> Backend:
    """Return the backend that is given or named.

    Raises
    ------
    UsageError
        If there is none of that name; ``auto`` is listed among those that there are.
    """
    if isinstance(wanted, str):
        name = (wanted.split() or [""])[0]
        known = [backend.name for backend in plugins.classes("backend")]
        if "/" not in name and name not in known:
            raise UsageError(f'There is no backend "{name}". {nearest(name, [AUTO, *known])}')
    found: Backend = named_component("backend", wanted, plugins, "--backend")
    return found


def _check_own_way(model: Model, precision: Precision) -> None:
    if precision != "float32":
        raise UsageError(
            f"The {named(model)} computes in float32, not in {precision}: leave --precision out."
        )


def _best(model: Model, device: str, precision: Precision, plugins: Registry) -> Backend | None:
    """Return the first backend that prefers the network; in other precisions the first that can."""
    able = [each for each in _able(model, plugins) if precision in each.precisions]
    for backend in able:
        with leaving_out(backend, "it was asked whether it prefers a network"):
            if backend.prefers(model, device):
                return backend
    if precision != "float32" and able:
        return able[0]
    _check_own_way(model, precision)
    return None


def _able(model: Model, plugins: Registry) -> list[Backend]:
    """Return the backends that are installed and run a network, in order of their names."""
    found: list[Backend] = []
    for offered in plugins.classes("backend"):
        with leaving_out(offered, "it was asked whether it computes a network"):
            backend: Backend = offered()
            if not backend.missing() and backend.runs(model):
                found.append(backend)
    return found


def _checked(precision: str) -> Precision:
    known: tuple[Precision, ...] = get_args(Precision)
    for each in known:
        if precision == each:
            return each
    raise UsageError(f'There is no precision "{precision}". {nearest(precision, known)}')
