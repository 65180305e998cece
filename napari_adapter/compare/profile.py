"""Intensities along a line."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from debcr_core.evaluation import Values
from napari_adapter.compare.window import Place, values_along


@dataclass(frozen=True)
class Profile:
    """Intensities of some layers along one line.

    Attributes
    ----------
    distance : numpy.ndarray
        ``(n,)``: from the line's start, in `unit`.
    unit : str
        Of the distance.
    intensities : mapping of str to numpy.ndarray
        ``(n,)`` for each layer, by the name it is shown by; NaN beyond its borders.
    """

    distance: Values
    unit: str
    intensities: Mapping[str, Values]

    def as_csv(self) -> str:
        """Return a table: the distance, then a column for each layer; empty where there is none."""
        text = io.StringIO()
        rows = csv.writer(text, lineterminator="\n")
        rows.writerow([f"distance ({self.unit})", *self.intensities])
        for values in zip(self.distance, *self.intensities.values(), strict=True):
            rows.writerow("" if np.isnan(value) else f"{value:.9g}" for value in values)
        return text.getvalue()


def profile_along(places: Mapping[str, Place], length: float, unit: str) -> Profile:
    """Read the pixels along a line: one a pixel of the finest layer, or more.

    Parameters
    ----------
    places : mapping of str to Place
        The line's two ends in each layer.
    length : float
        Of the line, in `unit`.
    unit : str
        Of the world.
    """
    pixels = [
        float(np.linalg.norm(place.points[-1] - place.points[0])) for place in places.values()
    ]
    count = int(np.ceil(max([1.0, *pixels]))) + 1
    intensities = {name: values_along(place, count) for name, place in places.items()}
    return Profile(np.linspace(0, length, count), unit, intensities)
