"""What judging found: figures of every method on every plane, and their statistics."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from debcr_core.components import Figure
from debcr_plugins.judging.baselines.tuning import Tuned
from debcr_plugins.judging.matching import Match
from debcr_plugins.judging.measuring import Measured
from debcr_plugins.judging.methods import INPUT
from debcr_plugins.judging.planes import Place

PSNR = "PSNR (dB)"
SPARSE_BELOW = 5.0  # bit, the paper's bound
Group = Literal["sparse", "dense"]


@dataclass(frozen=True)
class Case:
    """One plane of a pair, with what every method made of it.

    Attributes
    ----------
    name : str
        The pair's name, and where in it the plane is.
    pair : int
        Number of the pair.
    place : mapping of str to int
        Where in the pair: an index for each dim but y and x.
    entropy : float
        Of the target at 8 bits, in bit.
    methods : dict of str to Measured
        By the method's name.
    """

    name: str
    pair: int
    place: Place
    entropy: float
    methods: dict[str, Measured]

    @property
    def group(self) -> Group:
        """``sparse`` where the target's entropy is below 5 bit, as in the paper."""
        return "sparse" if self.entropy < SPARSE_BELOW else "dense"

    def value(self, method: str, figure: str) -> float | None:
        """Return a figure's value, or None where it is undefined."""
        found = self.methods[method].figures.get(figure)
        return found.value if found else None


@dataclass(frozen=True)
class Summary:
    """A figure over several planes.

    Attributes
    ----------
    mean : float
        Over the planes where it is defined.
    std : float or None
        Sample standard deviation; None for a single plane.
    count : int
        Number of planes where it is defined.
    """

    mean: float
    std: float | None
    count: int

    @classmethod
    def of(cls, values: Iterable[float]) -> Summary | None:
        """Summarise values, or return None where there are none."""
        numbers = np.array(list(values), np.float64)
        if not numbers.size:
            return None
        std = float(numbers.std(ddof=1)) if numbers.size > 1 else None
        return cls(float(numbers.mean()), std, numbers.size)


# Images, by the name of what they lack and the reason.
Gaps = dict[tuple[str, str], list[str]]


@dataclass(frozen=True)
class Judgement:
    """Figures of the input, of classical baselines and of trained models on the same planes.

    Attributes
    ----------
    folder : Path
        Where the report lies: ``report.html``, ``report.md``, ``figures.csv``, ``summary.json``.
    cases : tuple of Case
        The planes, in the order of the pairs.
    classical, models : tuple of str
        Names of the baselines and models.
    tuned : tuple of Tuned
        The baselines' parameters.
    tuned_apart : bool
        Whether these were found on other images than those judged.
    match : {"affine", "none"}
        Whether intensities were fitted to the target's first, each plane by itself.
    left_out : dict of str to str
        Why a pair could not be judged, by its name.
    """

    folder: Path
    cases: tuple[Case, ...]
    classical: tuple[str, ...]
    models: tuple[str, ...]
    tuned: tuple[Tuned, ...]
    tuned_apart: bool
    match: Match
    left_out: dict[str, str]

    @property
    def methods(self) -> tuple[str, ...]:
        """Names of all methods, the input first."""
        return (INPUT, *self.classical, *self.models)

    @property
    def figures(self) -> dict[str, Figure]:
        """One example of each figure that is defined anywhere, by name and unit."""
        measured = [m for case in self.cases for m in case.methods.values()]
        return {name: figure for m in measured for name, figure in m.figures.items()}

    @property
    def leader(self) -> str:
        """The method that the pictures show: the first model, or else the best baseline."""
        return self.models[0] if self.models else self.best_classical or INPUT

    @property
    def deciding(self) -> str:
        """The figure that ranks methods: PSNR, else the first of which one direction is better.

        Empty where there is none.
        """
        if PSNR in self.figures:
            return PSNR
        return next((name for name, figure in self.figures.items() if figure.better), "")

    @property
    def best_classical(self) -> str | None:
        """The baseline with the best mean of the deciding figure; None where there is none."""
        means = {name: self.summary(name, self.deciding) for name in self.classical}
        defined = {name: self._sign * found.mean for name, found in means.items() if found}
        return max(defined, key=lambda name: defined[name], default=None)

    @property
    def _sign(self) -> int:
        """Whether more of the deciding figure is better (1) or less (-1)."""
        figure = self.figures.get(self.deciding)
        return -1 if figure and figure.better == "lower" else 1

    def values(self, method: str, figure: str, group: Group | None = None) -> list[float]:
        """Return a figure's defined values over the planes, of one group or of all."""
        chosen = (case for case in self.cases if group in (None, case.group))
        values = (case.value(method, figure) for case in chosen)
        return [value for value in values if value is not None]

    def summary(self, method: str, figure: str, group: Group | None = None) -> Summary | None:
        """Return mean, standard deviation and count of a figure; None where it is undefined."""
        return Summary.of(self.values(method, figure, group))

    def gains(self, method: str, over: str, group: Group | None = None) -> dict[int, float]:
        """Return by how much one method surpasses another, by number of the case.

        In the deciding figure: dB of PSNR, if that was measured.
        """
        gains = {}
        for number, case in enumerate(self.cases):
            own, other = (case.value(each, self.deciding) for each in (method, over))
            if own is not None and other is not None and group in (None, case.group):
                gains[number] = self._sign * (own - other)
        return gains

    def card_figures(self, model: str | None = None) -> dict[str, float]:
        """Return means for a model's card, by a name that says what each is.

        Parameters
        ----------
        model : str, optional
            One of `models`; by default the first.

        Examples
        --------
        >>> judgement.card_figures()  # doctest: +SKIP
        {'PSNR (dB), test set, input': 22.6, 'PSNR (dB), test set, restored': 24.9, …}
        """
        restored = model or self.leader
        shown = {"input": INPUT, "restored": restored}
        if self.best_classical and self.best_classical != restored:
            shown[f"best classical ({self.best_classical})"] = self.best_classical
        found = {
            f"{figure}, test set, {label}": self.summary(method, figure)
            for figure in self.figures
            for label, method in shown.items()
        }
        return {name: float(f"{one.mean:.4g}") for name, one in found.items() if one}

    def unmeasured(self) -> Gaps:
        """Return which images lack a metric that could not be measured on them."""
        return self._gaps(lambda measured: measured.unmeasured)

    def unbounded(self) -> Gaps:
        """Return which images lack a figure because its value is not finite."""
        return self._gaps(lambda measured: measured.unbounded)

    def _gaps(self, of: Callable[[Measured], dict[str, str]]) -> Gaps:
        found: Gaps = {}
        for case in self.cases:
            for method, measured in case.methods.items():
                for name, reason in of(measured).items():
                    found.setdefault((name, reason), []).append(f"{case.name} ({method})")
        return found
