"""From tifffile's axes to ``t c z y x``: samples, length-1 and nameless axes settled."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from debcr_core.errors import ImageError, ReadError
from debcr_core.files.lazy import Rearranged
from debcr_core.image import COLOURS, DIMS
from debcr_core.notices import say
from debcr_plugins.formats.colours import greys_of
from debcr_plugins.formats.guessing import settle_guess
from debcr_plugins.formats.tiff.facts import Facts

RGB = 2
GREY = (0, 1)
YCBCR = 6
PALETTE = 3
ALPHA = (1, 2)
FREE = "ztc"


def name_axes(
    data: Rearranged, series: Any, facts: Facts, path: Path
) -> tuple[Rearranged, str, Facts]:
    """Return the data with axes that an image can have.

    Parameters
    ----------
    data : Rearranged
        With the series' unsqueezed axes.
    series : tifffile.TiffPageSeries
        The series.
    facts : Facts
        What the file says beyond the pixels.
    path : Path
        The file.

    Returns
    -------
    (Rearranged, str, Facts)
        Data, one letter of ``t c z y x`` per axis, and the facts that fit them.

    Raises
    ------
    ImageError
        If its colours are no intensities: a palette, CMYK and the like.
    ReadError
        If it has more axes than an image can have.
    """
    axes = series.get_axes(squeeze=False).upper()
    data, axes, facts = _settle_samples(data, axes, series.keyframe, facts, path)
    stated = _stated(axes, series, facts)
    for position in reversed(range(len(axes))):
        if data.shape[position] == 1 and axes[position] not in stated:
            data = data.without(position)
            axes = axes[:position] + axes[position + 1 :]
    dims = _replace_unknown(axes, data.shape, path)
    if facts.channels and ("c" not in dims or len(facts.channels) != data.shape[dims.index("c")]):
        facts = replace(facts, channels=None)
    return data, dims, facts


def _stated(axes: str, series: Any, facts: Facts) -> set[str]:
    """Return the axes that stay although they may have length 1."""
    stated = {axis.upper() for axis in facts.pixel_size} | set("YX")
    if series.kind == "shaped":
        stated |= set(axes) & set(DIMS.upper())
    return stated | {"C"} if facts.channels else stated


def _settle_samples(
    data: Rearranged, axes: str, page: Any, facts: Facts, path: Path
) -> tuple[Rearranged, str, Facts]:
    _check_photometric(page, path)
    if "S" not in axes:
        return data, axes, facts
    position = axes.index("S")
    if _has_alpha(page, data.shape[position]):
        say(f"{path} has an alpha channel (transparency): it is left out.", kind="channel-left-out")
        data = data.without_last(position)
    if data.shape[position] == 1:
        return data.without(position), axes.replace("S", ""), facts
    if "C" in axes and data.shape[axes.index("C")] > 1:
        raise ReadError(
            f"{path} has both channels and colour samples: split its colours into channels, in "
            "Fiji for instance, and save it again."
        )
    if "C" in axes:
        data, axes = data.without(axes.index("C")), axes.replace("C", "")
    if page.photometric in (RGB, YCBCR) and data.shape[axes.index("S")] == len(COLOURS):
        facts = replace(facts, channels=list(COLOURS), rgb=True)
    return data, axes.replace("S", "C"), facts


def _has_alpha(page: Any, samples: int) -> bool:
    marked = bool(page.extrasamples) and page.extrasamples[-1] in ALPHA
    return samples > 1 and (marked or (page.photometric == RGB and samples == len(COLOURS) + 1))


def _check_photometric(page: Any, path: Path) -> None:
    kind = int(page.photometric)
    if kind == PALETTE and not page.is_imagej and greys_of(np.asarray(page.colormap)) is None:
        raise ImageError(
            "its values are numbers of colours in a palette, not intensities: convert it to grey "
            "or RGB first."
        )
    if kind not in (*GREY, RGB, PALETTE, YCBCR):
        name = getattr(page.photometric, "name", kind)
        raise ImageError(
            f"its colours are stored as {name}, not as intensities: convert it to grey or RGB "
            "first."
        )
    if kind == 0:
        say(
            f"{path} stores dark as high values (white is zero): they are read as stored.",
            kind="white-is-zero",
        )


def _replace_unknown(axes: str, shape: tuple[int, ...], path: Path) -> str:
    """Name the axes that tifffile calls I, Q and the like z, then t, then c."""
    unknown = [axis for axis in axes if axis not in DIMS.upper()]
    free = [axis for axis in FREE if axis.upper() not in axes]
    if len(unknown) > len(free):
        raise ReadError(
            f"{path} has axes {axes} of shape {shape}: an image has five at most, t c z y x."
        )
    names = iter(free)
    dims = "".join(axis if axis in DIMS.upper() else next(names) for axis in axes).lower()
    return settle_guess(path, dims, shape) if unknown else dims
