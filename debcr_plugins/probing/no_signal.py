"""Whether something is made of nothing: fields without any structure but light and noise."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from scipy import ndimage

from debcr_core.evaluation import Values
from debcr_plugins.probing.restoring import Restore
from debcr_plugins.probing.result import Bar, Part, Row

SIDE = 256
PHOTONS = (1, 3, 10, 30, 100, 300, 1000)
PERIODS = (2, 4, 8)
LATTICE = 0.05  # share of the variance
BLOB, LEAST_AREA = 0.5, 9  # noise's standard deviations; pixels
TITLE = "No signal, no structure"
METHOD = (
    "*Structure* is the standard deviation of what a model adds to a field's light, in standard "
    "deviations of the noise that it was given. Offsets of a camera's columns are noise: what is "
    "left of them counts as added. A *blob* is a patch of at least nine pixels that lies half a "
    "standard deviation of the noise above or below the light. *Lattice* is the share of the "
    "variance of what was added that repeats every 2, 4 or 8 pixels, less what chance gives."
)


class Field(NamedTuple):
    """Light without structure, and the noise of a camera beside that of photons."""

    name: str
    light: Values  # expected photons, (y, x)
    read_noise: float = 0.0
    columns: Values = np.zeros(SIDE)  # offsets, (x,)

    def recorded(self, rng: np.random.Generator) -> Values:
        """Return the field with its noise, ``(y, x)``."""
        read = rng.normal(0, self.read_noise, self.light.shape)
        return np.asarray(rng.poisson(self.light) + read + self.columns)


def fields() -> Iterator[Field]:
    """Yield the fields: flat ones, smooth ones, and a camera whose columns differ."""
    y, x = np.mgrid[:SIDE, :SIDE] / SIDE
    yield Field("offset, read noise 2", np.zeros((SIDE, SIDE)), read_noise=2)
    for photons in PHOTONS:
        yield Field(f"flat, {photons} photons", np.full((SIDE, SIDE), float(photons)))
    yield Field("haze", 20 * np.exp(-((y - 0.4) ** 2 + (x - 0.6) ** 2) / 0.1) + 5)
    yield Field("gradient", 5 + 45 * x)
    yield Field("vignette", 50 * (1 - 0.8 * ((y - 0.5) ** 2 + (x - 0.5) ** 2)))
    yield Field("stripes", 20 + 5 * np.sin(2 * np.pi * y * SIDE / 64))
    offsets = np.random.default_rng(5).normal(0, 0.5, SIDE)
    yield Field("column pattern", np.full((SIDE, SIDE), 20.0), columns=offsets)


def no_signal(restore: Restore, most: float, seed: int) -> Part:
    """Measure what a model adds to fields without structure.

    Parameters
    ----------
    restore : callable
        The model.
    most : float
        Standard deviations of the noise that the structure may have.
    seed : int
        Of the noise.
    """
    rows = []
    for field in fields():
        name, recorded = field.name, field.recorded(np.random.default_rng(seed))
        added = restore(recorded) - field.light
        spread = float((recorded - field.light).std())
        beside = {
            "blobs": float(blobs(added / spread)),
            **{f"lattice of {period}": lattice(added, period) for period in PERIODS},
        }
        structure = float(added.std()) / spread
        rows.append(Row(name, "structure", structure, "σ", Bar(most, "at most"), beside))
        rows.append(Row(name, "blobs", beside["blobs"], "", Bar(0, "at most")))
        worst = max(beside[f"lattice of {period}"] for period in PERIODS)
        rows.append(Row(name, "lattice", worst, "", Bar(LATTICE, "at most")))
    return Part(TITLE, METHOD, rows)


def blobs(added: Values) -> int:
    """Return the number of patches that stand out, in units of the noise."""
    count = 0
    for sign in (1, -1):
        labels, found = ndimage.label(sign * added > BLOB)
        sizes = ndimage.sum_labels(np.ones_like(added), labels, range(1, found + 1))
        count += int((np.asarray(sizes) >= LEAST_AREA).sum())
    return count


def lattice(added: Values, period: int) -> float:
    """Return the share of variance that repeats every so many pixels, less what chance gives.

    Examples
    --------
    >>> field = np.tile([[1.0, 0.0], [0.0, 0.0]], (64, 64))
    >>> round(lattice(field, 2), 1)
    1.0
    """
    rows, columns = (size // period for size in added.shape)
    # What is as broad as haze is no lattice, but would hide one.
    flat = added - ndimage.uniform_filter(added, 2 * period + 1)
    cells = flat[: rows * period, : columns * period].reshape(rows, period, columns, period)
    total = float(cells.var())
    if total == 0:
        return 0.0
    share = float(cells.mean(axis=(0, 2)).var()) / total
    chance = (period**2 - 1) / (rows * columns * period**2)
    return float(max(share - chance, 0.0))
