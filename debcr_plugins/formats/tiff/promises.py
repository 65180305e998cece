"""Hold what a TIFF promises against what it has, before pixels are loaded."""

from __future__ import annotations

from math import prod
from pathlib import Path
from typing import Any

from debcr_core.errors import ImageError, ReadError
from debcr_core.notices import say
from debcr_plugins.formats import claims
from debcr_plugins.formats.tiff import ome_xml

# TIFF's numbers of compression schemes.
EXPANSION = {
    1: 1,
    5: claims.LZW,
    7: claims.JPEG,
    8: claims.DEFLATE,
    32773: claims.PACKBITS,
    32946: claims.DEFLATE,
    50000: claims.ZSTD,
}
LISTED = 3


def check_series(tif: Any, series: Any, path: Path) -> None:
    """Refuse a series that promises what the file does not hold.

    Parameters
    ----------
    tif : tifffile.TiffFile
        The open file.
    series : tifffile.TiffPageSeries
        The series that is to be read.
    path : Path
        The file.

    Warns
    -----
    DebcrWarning
        If strips or tiles are absent, which reads as zeros, or ImageJ's description leaves out
        pages.

    Raises
    ------
    ReadError
        If planes, strips or bytes are missing.
    ImageError
        If the image has no pixels.
    """
    page = series.keyframe
    if 0 in page.shape:
        raise ImageError(f"The image has no pixels (shape {page.shape}).")
    if series.dtype is None or page.dtype is None or series.transform is not None:
        raise ReadError(
            f"{path} stores its pixels in a way that is not supported ({page.bitspersample} bits, "
            f"sample format {int(page.sampleformat)}): convert it to 8, 16 or 32 bits first."
        )
    _check_planes(tif, series, path)
    if series.dataoffset is not None:
        claims.check_claim(path, _nbytes(series), path.stat().st_size - series.dataoffset)
    else:
        _check_segments(series, path)


def _nbytes(series: Any) -> int:
    return int(prod(series.get_shape(squeeze=False)) * series.dtype.itemsize)


def _check_planes(tif: Any, series: Any, path: Path) -> None:
    claimed = prod(series.get_shape(squeeze=False)) // series.keyframe.size
    in_place = series.dataoffset is not None
    held = claimed if in_place else sum(page is not None for page in series)
    promised = max(claimed, _planes_of_imagej(tif, series))
    if held != promised:
        raise ReadError(
            f"The metadata of {path} speak of {promised} planes, but the file holds {held}: "
            f"{_why_planes_lack(tif, path)}"
        )
    if series.kind == "imagej" and len(tif.pages) > held:
        say(
            f"The description of {path} speaks of {held} of its {len(tif.pages)} pages: the others "
            "are left out. If they belong to the image, open it in Fiji, give it its channels, "
            "slices and frames (Image > Properties), and save it again.",
            kind="pages-left-out",
        )


def _why_planes_lack(tif: Any, path: Path) -> str:
    named = ome_xml.file_names(tif.ome_metadata or "", path)
    absent = [name for name in named if not path.with_name(name).is_file()]
    if len(named) < 2 or not absent:
        return (
            "it is damaged, cut short, or the recording was stopped early. Export it again, or "
            "open it in Fiji and save what there is. If it is one file of a set, the others must "
            "lie beside it."
        )
    more = f" and {len(absent) - LISTED} more" if len(absent) > LISTED else ""
    return (
        f"it is one of a set, of which {', '.join(absent[:LISTED])}{more} "
        f"{'is' if len(absent) == 1 else 'are'} not beside it. Put all files of the set into one "
        "folder, under their own names."
    )


def _planes_of_imagej(tif: Any, series: Any) -> int:
    if not tif.is_imagej or series is not tif.series[0]:
        return 0
    metadata = tif.imagej_metadata
    stated = prod(metadata.get(key, 1) for key in ("frames", "slices", "channels"))
    samples = series.keyframe.samplesperpixel
    return int(stated // (samples if samples == metadata.get("channels") else 1))


def _check_segments(series: Any, path: Path) -> None:
    page = series.keyframe
    if 0 in page.chunks:
        raise ReadError(f"{path} is damaged: its strips or tiles have no pixels. Export it again.")
    expected = prod(page.chunked)
    held = absent = largest = 0
    for plane in series:
        offsets, counts = plane.dataoffsets[:expected], plane.databytecounts[:expected]
        if min(len(offsets), len(counts)) < expected:
            raise ReadError(
                f"{_file_of(plane, path)} is damaged: a page has {min(len(offsets), len(counts))} "
                f"strips or tiles of {expected}. Copy or export it again."
            )
        _check_ends(plane, offsets, counts, path)
        held += sum(counts)
        absent += sum(
            not offset or not count for offset, count in zip(offsets, counts, strict=True)
        )
        largest = max(largest, *counts)
    planes = len(series)
    bits = page.bitspersample if isinstance(page.bitspersample, int) else 8 * page.dtype.itemsize
    expansion = EXPANSION.get(int(page.compression), claims.ZSTD)
    claims.check_claim(path, planes * (page.size * bits // 8), held, expansion)
    claims.check_claim(path, prod(page.chunks) * bits // 8, largest, expansion)
    if absent:
        say(
            f"{absent} of {planes * expected} strips or tiles of {path} are absent and read as "
            f"{page.nodata}: normal where the image is empty, but also the mark of an "
            "interrupted write.",
            kind="absent-pixels",
        )


def _check_ends(page: Any, offsets: Any, counts: Any, path: Path) -> None:
    end = max(offset + count for offset, count in zip(offsets, counts, strict=True))
    size = page.parent.filehandle.size
    if end > size:
        raise ReadError(
            f"{_file_of(page, path)} is cut short: its pixels should end at byte {end}, but the "
            f"file has {size}. Copy or export it again."
        )


def _file_of(page: Any, path: Path) -> Path:
    """Return the file that a page lies in: of a set it may be another than the one opened."""
    return path.with_name(page.parent.filename)
