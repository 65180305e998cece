"""Say whether a model suits an image, before any work."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from debcr_core.image import channel_names
from debcr_core.trained import BEYOND, Card
from debcr_core.verdict.finding import Finding, Verdict
from debcr_core.verdict.measured import findings_of, photons_of
from debcr_core.verdict.metadata import (
    about_axes,
    about_pixel_size,
    about_pixel_type,
    about_restoration,
)
from debcr_core.verdict.window import windows_of

if TYPE_CHECKING:
    import xarray as xr

CHANNELS = 4
"""Channels that are measured, the first ones."""


def fit_verdict(image: xr.DataArray, card: Card, axes: str = "yx") -> Verdict:
    """Say whether a model suits an image: measured in the image, and compared with the card.

    It reads windows of 256×256 pixels, 8 of each of the first 4 channels at most, and of a lazy
    image the chunks that hold them, one after the other. Each takes about 0.015 s of one core.
    Images of fewer than 96 rows or columns are not measured.

    Parameters
    ----------
    image : xarray.DataArray
        As `debcr_core.image` describes; possibly lazy.
    card : Card
        What the model was trained on.
    axes : str
        Axes that the network sees at once (`Signature.axes`).

    Returns
    -------
    Verdict
        Findings of the kinds that the card does not cover; where it covers all, no pixel is read.

    Raises
    ------
    ReadError
        If pixels cannot be read.
    Cancelled
        If the stop that is heeded (`debcr_core.stopping.heeding`) was asked for; it is looked at
        before each window.

    Examples
    --------
    >>> import numpy as np
    >>> from debcr_core import make_image
    >>> photographed = np.random.default_rng(0).poisson(20, (128, 128)).repeat(2, 0).repeat(2, 1)
    >>> [found.kind for found in fit_verdict(make_image(photographed, "yx"), Card()).findings]
    ['repeated-pixels']
    """
    findings = [*about_pixel_size(image, card), *about_pixel_type(image)]
    findings += [*about_axes(image, axes), *about_restoration(image)]
    photons = None
    if image.dtype.kind != "b" and not set(BEYOND) <= set(card.covers):
        measured, photons = _measured(image, card)
        findings += measured
    return Verdict(tuple(each for each in findings if each.kind not in card.covers), photons)


def _measured(image: xr.DataArray, card: Card) -> tuple[list[Finding], float | None]:
    """Return what is found in the pixels, and the photons of the noisiest channel."""
    found: dict[Finding, list[str]] = {}
    noise = []
    # Without their names, of which xarray would ask whether they are dask's.
    nameless = image.drop_vars("c", errors="ignore")
    for number, name in enumerate(_channels(image)):
        windows = windows_of(nameless.isel(c=number) if "c" in image.dims else image)
        if windows:
            noise.append(photons_of(windows))
            for finding in findings_of(windows, card, noise[-1]):
                found.setdefault(finding, []).append(name)
    findings = [_named(finding, channels) for finding, channels in found.items()]
    return findings, min((told for told in noise if told is not None), default=None)


def _channels(image: xr.DataArray) -> list[str]:
    """Return the names of the channels that are measured; an empty one where there is one alone."""
    count = image.sizes.get("c", 1)
    if count == 1:
        return [""]
    return (channel_names(image) or list(map(str, range(count))))[:CHANNELS]


def _named(finding: Finding, channels: list[str]) -> Finding:
    """Return a finding that says once of which channels it is true."""
    if channels == [""]:
        return finding
    word = "Channel" if len(channels) == 1 else "Channels"
    return replace(finding, sentence=f"{word} {', '.join(channels)}: {finding.sentence}")
