"""Read PNG and JPEG."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import imagecodecs
import numpy as np
from PIL import Image

from debcr_core.errors import ImageError, ReadError
from debcr_core.image import COLOURS, MICROMETERS, make_image
from debcr_core.notices import others_silenced, say
from debcr_plugins.formats.claims import DEFLATE, JPEG, check_claim
from debcr_plugins.formats.pictures.checksums import check_chunks
from debcr_plugins.formats.tiff.facts import COARSEST_PIXEL

if TYPE_CHECKING:
    import xarray as xr

SAMPLES = {"1": 1, "L": 1, "LA": 2, "I;16": 1, "RGB": 3, "RGBA": 4}
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
        pixels = imagecodecs.png_decode(path.read_bytes()) if deep else np.asarray(picture)
        if getattr(picture, "n_frames", 1) > 1:
            _warn(f"{path} is an animation: its first picture is read.")
        return _image(pixels, picture, path)


def read_jpeg(path: Path) -> xr.DataArray:
    """Return a JPEG."""
    with _open(path, "JPEG", JPEG) as picture:
        return _image(np.asarray(picture), picture, path)


def _open(path: Path, kind: str, expansion: int) -> Image.Image:
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
        raise ImageError(
            f"its colours are stored as {picture.mode} (a palette, CMYK or the like), not as "
            "intensities: convert it to grey or RGB first."
        )
    pixels = picture.width * picture.height * SAMPLES[picture.mode]
    claimed = pixels // 8 if picture.mode == "1" else pixels
    check_claim(path, claimed, path.stat().st_size, expansion)
    return picture


def _image(pixels: Any, picture: Image.Image, path: Path) -> xr.DataArray:
    if pixels.ndim == 3 and pixels.shape[2] in (2, 4):
        _warn(f"{path} has an alpha channel (transparency): it is left out.")
        pixels = pixels[..., :-1]
    if pixels.ndim == 3 and (pixels == pixels[..., :1]).all():
        pixels = pixels[..., 0]
    size = _pixel_size(picture)
    facts: dict[str, Any] = {"pixel_size": size, "unit": dict.fromkeys(size, "micrometer")}
    if pixels.ndim == 2:
        return make_image(pixels, "yx", **facts)
    return make_image(pixels, "yxc", channels=COLOURS, rgb=True, **facts)


def _pixel_size(picture: Image.Image) -> dict[str, float]:
    """Return the pixel size in µm, unless it is that of a screen or printer."""
    across, down = picture.info.get("dpi", (0, 0))
    if not across or not down:
        return {}
    size = {"y": MICROMETERS["inch"] / float(down), "x": MICROMETERS["inch"] / float(across)}
    return size if max(size.values()) < COARSEST_PIXEL else {}


def _warn(sentence: str) -> None:
    say(sentence, kind="lossy")
