"""NPZ: several arrays of numpy under names; the image's metadata lie beside it as plain arrays.

What the writer stores: ``image``; ``axes``, such as ``czyx``; ``pixel_size`` and ``unit``, one
value per axis (NaN and empty where unknown); ``channels``, their names; ``rgb``; ``slice_labels``,
a text for each plane, and ``value_unit``, where they are known; ``restoration``, how it was made,
as JSON. Nothing in it is pickled.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from debcr_core.components import Array, Part, Reader, Several, Writer
from debcr_core.hookspecs import hookimpl
from debcr_core.image_extras import SLICE_LABEL, in_stored_order, say_left_out, slice_labels

if TYPE_CHECKING:
    import xarray as xr


class NpzReader(Reader):
    """One array of an archive, with the metadata that `NpzWriter` stores beside it."""

    name: ClassVar[str] = "npz"
    suffixes: ClassVar[tuple[str, ...]] = (".npz",)

    array: str = Field(
        "",
        description="Name of the array; empty: the one called image, the only one there is, or of "
        "the original DeBCR's training data low.",
    )

    @classmethod
    def recognises(cls, path: Path, head: bytes) -> bool:  # noqa: ARG003
        """Say whether the file is an archive whose first member is an array."""
        return head.startswith(b"PK\x03\x04") and b".npy" in head[30:512]

    def read(self, path: Path) -> xr.DataArray:
        """Return the array, in memory: reading it whole verifies the archive's checksum."""
        import zipfile

        import numpy as np

        from debcr_core.image import make_image
        from debcr_plugins.formats.guessing import guess_axes
        from debcr_plugins.formats.numpy.npz_members import METADATA, choose, load, names

        with zipfile.ZipFile(path) as archive:
            data = load(archive, choose(names(archive), self.array, path), path)
            facts = {name: load(archive, name, path) for name in METADATA & names(archive)}
        if "axes" not in facts or len(str(facts["axes"])) != data.ndim:
            return make_image(data, guess_axes(path, data.shape))
        axes = str(facts["axes"])
        sizes = facts.get("pixel_size", np.full(data.ndim, np.nan))
        units = facts.get("unit", np.full(data.ndim, ""))
        known = [i for i, size in enumerate(sizes) if np.isfinite(size)]
        image = make_image(
            data,
            axes,
            pixel_size={axes[i]: float(sizes[i]) for i in known},
            unit={axes[i]: str(units[i]) for i in known},
            channels=[str(c) for c in facts["channels"]] if "channels" in facts else None,
            rgb=bool(facts.get("rgb", False)),
        )
        return _with_extras(image, axes, facts)

    def together(self, path: Path) -> Several | None:
        """Return all arrays, unless one is asked for (see `Reader.together`)."""
        import zipfile

        from debcr_plugins.formats.numpy.npz_members import images_of, names

        if self.array:
            return None
        with zipfile.ZipFile(path) as archive:
            found = images_of(names(archive))
        readers = {name: self.model_copy(update={"array": name}) for name in found}
        parts = [Part(path, reader, path, name) for name, reader in readers.items()]
        return Several(tuple(parts)) if len(parts) > 1 else None

    def truth(self, path: Path) -> Reader | None:
        """Return what reads ``gt``, where an archive holds ``low`` and ``gt``.

        These are the original DeBCR's training data, with the axes ``(n, y, x)`` or
        ``(n, y, x, 1)`` (https://pypi.org/project/debcr/0.1.0, ``debcr.model.train``).
        """
        import zipfile

        from debcr_core.files.damaged_files import damage_explained
        from debcr_plugins.formats.numpy.npz_members import GT, LOW, names

        with damage_explained(path, self.name), zipfile.ZipFile(path) as archive:
            held = {LOW, GT} <= names(archive)
        return self.model_copy(update={"array": GT}) if held else None

    def restoration(self, path: Path) -> str | None:
        """Return the record beside the image (see `Reader.restoration`)."""
        import zipfile

        from debcr_plugins.formats.numpy.npz_members import RESTORATION, load, names

        with zipfile.ZipFile(path) as archive:
            if RESTORATION not in names(archive):
                return None
            return str(load(archive, RESTORATION, path))


class NpzWriter(Writer):
    """Pixels, axes' names, pixel size, units and channel names as plain arrays."""

    name: ClassVar[str] = "npz"
    suffixes: ClassVar[tuple[str, ...]] = (".npz",)

    def least_bytes(self, template: xr.DataArray) -> int:
        """Return the size of the pixels (see `Writer.least_bytes`)."""
        return template.nbytes

    def write(self, image: xr.DataArray, path: Path) -> None:
        """Write the whole image."""
        import numpy as np

        from debcr_plugins.formats.numpy.npz_members import RESTORATION

        dims = in_stored_order(image)
        say_left_out(image, "an NPZ", keeps=(SLICE_LABEL, "value_unit"))
        sizes, units = image.attrs.get("pixel_size", {}), image.attrs.get("unit", {})
        arrays: dict[str, Any] = {
            "image": np.asarray(image.transpose(*dims).data),
            "axes": np.array("".join(dims)),
            "pixel_size": np.array([sizes.get(dim, np.nan) for dim in dims]),
            "unit": np.array([units.get(dim, "") for dim in dims]),
        }
        if "c" in image.coords:
            arrays["channels"] = np.array([str(name) for name in image.coords["c"].values])
        if image.attrs.get("rgb"):
            arrays["rgb"] = np.array(True)
        if SLICE_LABEL in image.coords:
            planes = [dim for dim in dims if dim not in ("y", "x")]
            arrays["slice_labels"] = slice_labels(image, planes).astype(str)
        if "value_unit" in image.attrs:
            arrays["value_unit"] = np.array(image.attrs["value_unit"])
        if "restoration" in image.attrs:
            arrays[RESTORATION] = np.array(image.attrs["restoration"])
        with path.open("wb") as file:
            np.savez(file, **arrays)


def _with_extras(image: xr.DataArray, axes: str, facts: Mapping[str, Array]) -> xr.DataArray:
    """Return the image with what else the archive says (see `debcr_core.image_extras`)."""
    if axes != "".join(map(str, image.dims)):
        image = image.assign_attrs(stored_axes=axes)
    if "value_unit" in facts:
        image = image.assign_attrs(value_unit=str(facts["value_unit"]))
    planes = [dim for dim in axes if dim not in "yx"]
    labels = facts.get("slice_labels")
    if labels is None or labels.shape != tuple(image.sizes[dim] for dim in planes):
        return image
    return image.assign_coords({SLICE_LABEL: (planes, labels.astype(object))})


@hookimpl
def debcr_readers() -> list[type[Reader]]:
    """Offer the reader."""
    return [NpzReader]


@hookimpl
def debcr_writers() -> list[type[Writer]]:
    """Offer the writer."""
    return [NpzWriter]
