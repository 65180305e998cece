"""Compare a result with a reference, by any metrics."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from debcr_core.components import Figure, Metric
from debcr_core.errors import DebcrError, ImageError, UsageError
from debcr_core.failures import calling, leaving_out, named
from debcr_core.image import loaded
from debcr_core.notices import say
from debcr_core.plain_variables import with_pixels

if TYPE_CHECKING:
    import xarray as xr

    from debcr_core.registry import Registry

Values = npt.NDArray[np.float64]


def evaluate(
    result: xr.DataArray, reference: xr.DataArray | None, metrics: Iterable[Metric]
) -> list[Figure]:
    """Measure a result by each metric in turn.

    Parameters
    ----------
    result : xarray.DataArray
        The image to judge.
    reference : xarray.DataArray or None
        The image it should resemble, with the same dims and shape; None where there is none.
    metrics : iterable of Metric
        What to measure.

    Returns
    -------
    list of Figure
        In the order of `metrics`, and within a metric in its own order. Figures that a metric
        leaves undefined are NaN (see each metric).

    Warns
    -----
    DebcrWarning
        For each metric that cannot be measured on these images, with the reason; its figures
        are left out and the others still come.

    Raises
    ------
    UsageError
        If the images differ in dims or shape.
    ImageError
        If one of them holds NaN or infinite pixels.
    """
    # Lazy pixels are read once, not once for each metric.
    result = with_pixels(result, loaded(result))
    if reference is None:
        finite_values(result, "image")
    else:
        reference = with_pixels(reference, loaded(reference))
        paired_values(result, reference)
    return [figure for metric in metrics for figure in _measure(metric, result, reference)]


def _measure(metric: Metric, result: xr.DataArray, reference: xr.DataArray | None) -> list[Figure]:
    try:
        with calling(metric):
            # A number of NumPy's is none of JSON's.
            figures = metric.measure(result, reference)
            return [replace(each, value=float(each.value)) for each in figures]
    except DebcrError as error:
        sentence = f'The metric "{metric.name}" was left out: {error}'
        say(sentence, kind="metric-left-out")
        return []


def default_metrics(plugins: Registry) -> list[Metric]:
    """Return all metrics that are installed, each with its defaults.

    Warns
    -----
    DebcrWarning
        For one that has parameters without a default, and is left out.
    """
    made: list[Metric] = []
    for kind in plugins.classes("metric"):
        needed = [name for name, field in kind.model_fields.items() if field.is_required()]
        if needed:
            say(
                f"The {named(kind)} is left out: it needs {', '.join(needed)}.",
                kind="metric-left-out",
                advice=f"Name it: --metric {kind.name} {needed[0]}=…",
            )
            continue
        with leaving_out(kind, "it was made"):
            made.append(kind())
    return made


def draw(
    metrics: Iterable[Metric],
    images: Mapping[str, xr.DataArray],
    reference: xr.DataArray,
    path: Path,
) -> None:
    """Draw the picture of the first metric that has one.

    Raises
    ------
    UsageError
        If none has.
    """
    names = []
    for metric in metrics:
        names.append(metric.name)
        with suppress(UsageError), calling(metric):
            metric.plot(images, reference, path)
            return
    raise UsageError(f"There is no picture of {', '.join(names)}: ask for another --metric.")


def paired_values(image: xr.DataArray, reference: xr.DataArray | None) -> tuple[Values, Values]:
    """Return the pixels of two comparable images, in double precision.

    Unsigned integers do not wrap around in differences then, nor do sums overflow.

    Returns
    -------
    tuple of numpy.ndarray
        float64, of the images' common shape.

    Raises
    ------
    UsageError
        If there is no reference, or the images differ in dims or shape.
    ImageError
        If one of them holds NaN or infinite pixels.
    """
    wanted = required(reference)
    check_comparable(image, wanted)
    return finite_values(image, "image"), finite_values(wanted, "reference")


def required(reference: xr.DataArray | None) -> xr.DataArray:
    """Return the reference, for a metric that cannot do without.

    Raises
    ------
    UsageError
        If there is none.
    """
    if reference is None:
        raise UsageError("It compares the image with a reference, and none was given.")
    return reference


def check_comparable(image: xr.DataArray, reference: xr.DataArray) -> None:
    """Do nothing, or say that two images cannot be compared pixel by pixel.

    Raises
    ------
    UsageError
        If the images differ in dims or shape.
    """
    if image.dims == reference.dims and image.shape == reference.shape:
        return
    sentence = f"The image is {_extent(image)} and the reference {_extent(reference)}: "
    if image.dims != reference.dims:
        sentence += "name their axes alike, or select one channel, plane or time point of both."
    else:
        sentence += "crop or resample one of them until both show the same field, pixel by pixel."
    raise UsageError(sentence)


def _extent(image: xr.DataArray) -> str:
    return f"{'×'.join(map(str, image.shape))} pixels along {''.join(map(str, image.dims))}"


def finite_values(image: xr.DataArray, called: str) -> Values:
    """Return an image's pixels in double precision.

    Parameters
    ----------
    image : xarray.DataArray
        Any image; a lazy one is computed.
    called : str
        What the error calls it: ``image`` or ``reference``.

    Raises
    ------
    ImageError
        If it holds NaN or infinite pixels.
    """
    values = np.asarray(loaded(image), dtype=np.float64)
    bad = values.size - int(np.count_nonzero(np.isfinite(values)))
    if bad:
        raise ImageError(
            f"The {called} holds NaN or infinite values in {bad} of {values.size} pixels, so "
            "nothing can be measured. Crop them away or replace them first."
        )
    return values


def affine_match(image: xr.DataArray, reference: xr.DataArray) -> xr.DataArray:
    """Bring an image to the reference's intensity scale, by the best ``scale·image + offset``.

    Two instruments seldom share an intensity scale; without this, metrics of intensity measure
    the scales and not the images. One scale and one offset serve the whole image, stacks and
    channels included: those that minimise the sum of squared differences to the reference.

    Parameters
    ----------
    image : xarray.DataArray
        The image to judge.
    reference : xarray.DataArray
        The image it should resemble, with the same dims and shape.

    Returns
    -------
    xarray.DataArray
        float64, with the image's axes and metadata, and ``attrs["affine_match"]``:
        ``{"scale": …, "offset": …}``, to be reported beside every figure measured on it.

    Warns
    -----
    DebcrWarning
        If the scale is not positive: the match inverts or flattens the contrast.

    Raises
    ------
    UsageError
        If the images differ in dims or shape.
    ImageError
        If the image is constant, or one of them holds NaN or infinite pixels.
    """
    values, target = paired_values(image, reference)
    if values.min() == values.max():
        raise ImageError("The image is constant, so its intensities match any reference alike.")
    centred = values - values.mean()
    scale = float(np.sum(centred * (target - target.mean())) / np.sum(centred**2))
    offset = float(target.mean() - scale * values.mean())
    if scale <= 0:
        say(
            f"Matched by a scale of {scale:.4g}, the image's contrast is inverted or lost: it is "
            "bright where the reference is dark, or unrelated to it.",
            kind="contrast-lost",
        )
    matched = image.copy(data=scale * values + offset)
    return matched.assign_attrs(affine_match={"scale": scale, "offset": offset})
