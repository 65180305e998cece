"""Read PNG and JPEG."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import imagecodecs
import numpy as np
from PIL import Image, ImageFile

from debcr_core.components import Array
from debcr_core.errors import ImageError, ReadError
from debcr_core.image import COLOURS, make_image
from debcr_core.notices import others_silenced, say
from debcr_core.units import MICROMETERS
from debcr_plugins.formats.claims import DEFLATE, JPEG, check_claim
from debcr_plugins.formats.colours import greys_of, without_equal_colours
from debcr_plugins.formats.pictures.checksums import check_chunks
from debcr_plugins.formats.tiff.facts import COARSEST_PIXEL

if TYPE_CHECKING:
    import xarray as xr

SAMPLES = {"1": 1, "L": 1, "P": 1, "LA": 2, "I;16": 1, "RGB": 3, "RGBA": 4}
IHDR_DEPTH, IHDR_KIND = 24, 25  # bytes of the header: bits per sample, kind of colour
DEEP_COLOUR_KINDS = (2, 4, 6)  # RGB, grey with alpha, RGB with alpha


def read_png(path: Path) -> xr.DataArray:
    """Return a PNG; colours of 16 bits too, which Pillow would cut down to 8."""
    check_chunks(path)
    with path.open("rb") as file:
        head = file.read(IHDR_KIND + 1)
    with _open(path, "PNG", DEFLATE) as picture:
        deep = head[IHDR_DEPTH] == 16 and head[IHDR_KIND] in DEEP_COLOUR_KINDS
        picture.load()
        pixels = imagecodecs.png_decode(path.read_bytes()) if deep else _values(picture)
        if getattr(picture, "n_frames", 1) > 1:
            _warn(f"{path} is an animation: its first picture is read.")
        return _image(pixels, picture, path)


def read_jpeg(path: Path) -> xr.DataArray:
    """Return a JPEG."""
    with _open(path, "JPEG", JPEG) as picture:
        return _image(np.asarray(picture), picture, path)


def _open(path: Path, kind: str, expansion: int) -> ImageFile.ImageFile:
    try:
        # Pillow warns of what the claim below settles; beyond twice that it refuses.
        with others_silenced():
            picture = Image.open(path, formats=[kind])
    except Image.DecompressionBombError as error:
        raise ReadError(
            f"{path} has more pixels than are safe to unpack ({error}). Save it as TIFF or "
            "OME-Zarr."
        ) from error
    if picture.mode not in SAMPLES:
        raise ImageError(_no_intensities(picture))
    pixels = picture.width * picture.height * SAMPLES[picture.mode]
    check_claim(path, pixels * _bits(picture) // 8, path.stat().st_size, expansion)
    return picture


def _bits(picture: ImageFile.ImageFile) -> int:
    """Return how many bits a sample of 8 bits or fewer takes in the file."""
    if picture.mode == "1":
        return 1
    # Pillow names what is stored by ``P;4``, ``L;2`` and the like.
    stored = str(picture.tile[0][3]).partition(";")[2] if picture.mode == "P" else ""
    return int(stored) if stored.isdigit() else 8


def _values(picture: Image.Image) -> Array:
    """Return the pixels, of a palette of greys the greys."""
    pixels = np.asarray(picture)
    if picture.mode != "P":
        return pixels
    greys = greys_of(np.array(picture.getpalette("RGB"), np.uint8).reshape(-1, 3).T)
    if greys is None:
        raise ImageError(_no_intensities(picture))
    values: Array = greys[pixels]
    return values


def _no_intensities(picture: Image.Image) -> str:
    return (
        f"its colours are stored as {picture.mode} (a palette, CMYK or the like), not as "
        "intensities: convert it to grey or RGB first."
    )


def _image(pixels: Any, picture: Image.Image, path: Path) -> xr.DataArray:
    if pixels.ndim == 3 and pixels.shape[2] in (2, 4):
        _warn(f"{path} has an alpha channel (transparency): it is left out.")
        pixels = pixels[..., :-1]
    elif "transparency" in picture.info:
        _warn(f"{path} names transparent colours: they are read as the others.")
    size = _pixel_size(picture)
    facts: dict[str, Any] = {"pixel_size": size, "unit": dict.fromkeys(size, "micrometer")}
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[..., 0]
    if pixels.ndim == 2:
        return make_image(pixels, "yx", **facts)
    return without_equal_colours(make_image(pixels, "yxc", channels=COLOURS, rgb=True, **facts))


def _pixel_size(picture: Image.Image) -> dict[str, float]:
    """Return the pixel size in µm, unless it is that of a screen or printer."""
    across, down = picture.info.get("dpi", (0, 0))
    if not across or not down:
        return {}
    size = {"y": MICROMETERS["inch"] / float(down), "x": MICROMETERS["inch"] / float(across)}
    return size if max(size.values()) < COARSEST_PIXEL else {}


def _warn(sentence: str) -> None:
    say(sentence, kind="lossy")
