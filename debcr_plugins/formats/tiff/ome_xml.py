"""OME-XML in a TIFF's description: checked, read and written.

Facts are from the OME model (https://www.openmicroscopy.org/Schemas/OME/2016-06/): sizes
without a unit are in µm, intervals in s.
"""

from __future__ import annotations

import re
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_OID, uuid4, uuid5
from xml.etree import ElementTree

from debcr_core.errors import ReadError
from debcr_core.notices import say
from debcr_core.units import unit_name
from debcr_plugins.formats.tiff.facts import Facts

if TYPE_CHECKING:
    import xarray as xr

DTYPES = ("uint8", "uint16", "uint32", "int8", "int16", "int32", "float32", "float64")
MOST_PLANES = 10_000_000
SYMBOLS = {
    "micrometer": "µm",
    "nanometer": "nm",
    "picometer": "pm",
    "angstrom": "Å",
    "millimeter": "mm",
    "centimeter": "cm",
    "meter": "m",
    "inch": "in",
    "second": "s",
    "millisecond": "ms",
    "microsecond": "µs",
    "minute": "min",
    "hour": "h",
}
NO_UNIT = "reference frame"
SIGNED = re.compile(r"-?\d{1,10}")


def check_promises(xml: str, pages: int, path: Path) -> None:
    """Hold OME-XML against the file: it may not promise more planes than there are.

    Parameters
    ----------
    xml : str
        The description.
    pages : int
        How many the file has.
    path : Path
        The file.

    Warns
    -----
    DebcrWarning
        If the file has pages that it does not describe.

    Raises
    ------
    ReadError
        If it promises more, or is no honest XML. Planes in other files of a set are not counted
        against it.
    """
    described = 0
    for pixels in _all_pixels(_parse(xml, path)):
        planes = [_planes(pixels), *_counts(pixels)]
        is_set = pixels.find("{*}TiffData/{*}UUID[@FileName]") is not None
        described += pages if is_set else planes[0]
        if max(planes) > (MOST_PLANES if is_set else pages):
            raise ReadError(
                f"The OME metadata of {path} promise {max(planes)} planes, but the file has "
                f"{pages}: it is cut short, or the recording was stopped early. Export it again, "
                "or open it in Fiji and save what there is."
            )
    if 0 < described < pages:
        say(
            f"The OME metadata of {path} describe {described} of its {pages} pages: the others are "
            "left out. If they belong to the image, the sizes along z, c or t are wrong there: "
            "export it again, or open it in Fiji and save it as TIFF.",
            kind="pages-left-out",
        )


def file_names(xml: str, path: Path) -> list[str]:
    """Return the names of the files that planes lie in, where OME-XML names several.

    Parameters
    ----------
    xml : str
        The description; may be empty.
    path : Path
        The file that it is of.
    """
    if "FileName" not in xml:
        return []
    named = _parse(xml, path).findall("{*}Image/{*}Pixels/{*}TiffData/{*}UUID[@FileName]")
    # A name leads to no other folder.
    return list(dict.fromkeys(Path(one.attrib["FileName"]).name for one in named))


def main_file(xml: str, path: Path) -> str | None:
    """Return the name of the file that has the metadata, if that is another one than `path`."""
    if "BinaryOnly" not in xml:
        return None
    other = _parse(xml, path).find("{*}BinaryOnly[@MetadataFile]")
    return None if other is None else Path(other.attrib["MetadataFile"]).name


def _parse(xml: str, path: Path) -> ElementTree.Element:
    if "<!DOCTYPE" in xml or "<!ENTITY" in xml:
        raise ReadError(
            f"The OME metadata of {path} define entities, which can expand without end: no "
            "microscope writes these, and they are not read."
        )
    try:
        return ElementTree.fromstring(xml)
    except ElementTree.ParseError as error:
        raise ReadError(
            f"The OME metadata of {path} are damaged ({error}): export it again."
        ) from error


def _all_pixels(root: ElementTree.Element) -> list[ElementTree.Element]:
    return root.findall("{*}Image/{*}Pixels")


def _planes(pixels: ElementTree.Element) -> int:
    channel = pixels.find("{*}Channel")
    samples = 1 if channel is None else int(channel.get("SamplesPerPixel", 1))
    return prod(int(pixels.attrib[f"Size{axis}"]) for axis in "TCZ") // samples


def _counts(pixels: ElementTree.Element) -> list[int]:
    return [
        int(data.get("PlaneCount") or data.get("NumPlanes") or 0)
        for data in pixels.findall("{*}TiffData")
    ]


def read_facts(xml: str, number: int) -> Facts:
    """Return what OME-XML says about one image.

    Parameters
    ----------
    xml : str
        The description.
    number : int
        Which image.
    """
    pixels = _all_pixels(ElementTree.fromstring(xml))[number]
    sizes, units = {}, {}
    for axis in "xyz":
        sizes[axis], units[axis] = _quantity(pixels, f"PhysicalSize{axis.upper()}", "µm")
    sizes["t"], units["t"] = _quantity(pixels, "TimeIncrement", "s")
    return Facts(
        pixel_size={axis: size for axis, size in sizes.items() if size > 0},
        unit=units,
        channels=_names(pixels),
    )


def _quantity(pixels: ElementTree.Element, key: str, usual: str) -> tuple[float, str]:
    unit = pixels.get(f"{key}Unit", usual)
    if unit == "pixel":
        return 0.0, ""
    return float(pixels.get(key, 0)), "" if unit == NO_UNIT else unit_name(unit)


def _names(pixels: ElementTree.Element) -> list[str] | None:
    channels = pixels.findall("{*}Channel")
    names = [channel.get("Name", "") for channel in channels]
    if not any(names):
        return None
    return [name or f"channel {number}" for number, name in enumerate(names)]


def read_colours(xml: str, number: int) -> tuple[str, ...]:
    """Return a colour for each channel of an image, ``#rrggbb``, if each has one.

    OME-XML has them as signed integers of 32 bits: red, green, blue and alpha.
    """
    channels = _all_pixels(ElementTree.fromstring(xml))[number].findall("{*}Channel")
    stored = [channel.get("Color", "") for channel in channels]
    if not all(SIGNED.fullmatch(colour) for colour in stored):
        return ()
    return tuple(f"#{(int(colour) & 0xFFFFFFFF) >> 8:06x}" for colour in stored)


def _uuid(record: str | None) -> str:
    """Return a name for the file that tells nothing of the machine, as tifffile's own does.

    That of a restored image follows from its record: doing it again gives the same bytes.
    """
    return str(uuid4() if record is None else uuid5(NAMESPACE_OID, record))


def write_facts(image: xr.DataArray) -> dict[str, Any]:
    """Return metadata for `tifffile.imwrite` in OME's terms.

    Parameters
    ----------
    image : xarray.DataArray
        The image.
    """
    sizes, units = image.attrs.get("pixel_size", {}), image.attrs.get("unit", {})
    keys = {dim: f"PhysicalSize{dim.upper()}" for dim in "xyz"} | {"t": "TimeIncrement"}
    metadata: dict[str, Any] = {"UUID": _uuid(image.attrs.get("restoration"))}
    for dim, size in sizes.items():
        symbol = SYMBOLS.get(units.get(dim, ""), NO_UNIT)
        if dim != "t" or symbol != NO_UNIT:
            metadata[keys[dim]] = size
            metadata[f"{keys[dim]}Unit"] = symbol
    if "c" in image.coords and not image.attrs.get("rgb"):
        metadata["Channel"] = {"Name": [str(name) for name in image.coords["c"].values]}
    return metadata
